// The notices about a cloud that does not answer.
import { expect, it } from "vitest";
import { watchAnswers } from "../../cli/ui/apply/watch-answers.ts";
import { CloudError } from "../../lib/model/errors.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { Cloud } from "../../lib/model/ports.ts";

const timeout = (region: string) =>
  new CloudError({
    ...{ action: "DescribeImages", region, code: "Timeout", text: storedText("no answer arrived in time") },
    ...{ outcome: "retry", effect: "none" },
  });

it("names a silent call once, and says that it is answered again only when that same call is", async () => {
  let now = Date.UTC(2026, 10, 28, 12);
  const silent = new Set(["ap-tokyo"]);
  const said: string[] = [];
  const images = (region: string) => (silent.has(region) ? Promise.reject(timeout(region)) : Promise.resolve([]));
  const watched = watchAnswers(
    { images } as unknown as Cloud,
    (text) => said.push(text),
    () => now,
  );
  const read = (region: string) => watched.cloud.images(region, "custom").catch(() => undefined);
  await read("ap-tokyo");
  now += 20_000;
  await read("ap-shanghai");
  await read("ap-tokyo");
  expect(said).toEqual([
    "DescribeImages in ap-tokyo: Timeout: no answer arrived in time, since 12:00:00 UTC; still trying",
  ]);
  silent.clear();
  now += 10_000;
  await read("ap-tokyo");
  watched.close();
  expect(said.slice(1)).toEqual(["DescribeImages in ap-tokyo is answered again, after 30s"]);
});
