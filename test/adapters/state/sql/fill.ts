// SQL that fills a store with very many finished copies at once, without the program.
import { base } from "../samples.ts";

/** How many destinations each source has. */
const DESTINATIONS = 10;

const body = JSON.stringify({
  ...base,
  key: { ...base.key, rootId: "@root", region: "@region" },
  version: 1,
  phase: "ready",
  imageId: "copy-@n",
  name: "golden-@n",
  family: "@family",
  readyAt: base.updatedAt,
  adopted: false,
  given: { golden: { accounts: ["100000000002"], tags: { env: "prod", team: "web" }, families: ["golden"] } },
});

/** The statements that add `count` finished copies of an account, and their totals. */
export function fillSql(engine: "sqlite" | "postgres", account: string, count: number): string[] {
  const numbers =
    engine === "postgres"
      ? `generate_series(0, ${count - 1}) as numbers(n)`
      : `(with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n < ${count - 1})
          select n from numbers)`;
  return [
    `insert into replicator_copies (account, root_region, root_id, region, variant, phase, due_at,
       image_id, name, family, version, body)
     select '${account}', '${base.key.rootRegion}', 'img-' || (n / ${DESTINATIONS}), 'region-' || (n % ${DESTINATIONS}),
       'plain', 'ready', null, 'copy-' || n, 'golden-' || (n / ${DESTINATIONS}), 'family-' || (n / ${DESTINATIONS * 10}), 1,
       replace(replace('${body}', '@root', 'img-' || (n / ${DESTINATIONS})), '@region', 'region-' || (n % ${DESTINATIONS}))
     from ${numbers}`,
    `insert into replicator_totals values ('${account}', 'ready', ${count})`,
  ];
}
