// Writes the groups of copies that need attention, in full and wrapped to the terminal's width.
import { imageIdOf } from "../../../lib/model/identity.ts";
import type { Copy } from "../../../lib/model/types.ts";
import type { AttentionGroup } from "../../../lib/report/status/attention.ts";
import { factsOf, requestIdIn, type StatusReport } from "../../../lib/report/status/status-report.ts";
import { message } from "../../messages/catalogue.ts";
import { shortDuration } from "../duration.ts";
import { type Room } from "../room.ts";
import { clean, wrap } from "../text.ts";
import { painter } from "./table.ts";

/** So many copies of a group are named, and so many groups and regions, unless all are wanted. */
const MOST_NAMES = 3;
const MOST_REGIONS = 4;

/** What the lines are made of. */
type Groups = Pick<StatusReport, "attention" | "now" | "facts">;

/** The lines of all groups, the most urgent first. `most`: so many groups; the others are counted. */
export function attentionLines(report: Groups, room: Room, { most, all }: { most: number; all: boolean }): string[] {
  const shown = report.attention.slice(0, most);
  const hidden = report.attention.slice(most);
  const copies = hidden.reduce((sum, group) => sum + group.copies.length, 0);
  return [
    ...shown.flatMap((group) => ["", ...groupLines(group, report, room, all)]),
    ...(hidden.length > 0 ? ["", message("group-hidden", { groups: hidden.length, copies }).text] : []),
  ];
}

function groupLines(group: AttentionGroup, report: Groups, room: Room, all: boolean): string[] {
  const { healthy, code, text, remedy, isSame, copies, regions, since, nextAt } = group;
  const { now, facts } = report;
  const where = someOf(regions, all ? Number.POSITIVE_INFINITY : MOST_REGIONS);
  const title = clean(message("group-title", { healthy, code, where, copies: copies.length }).text);
  const [first] = copies;
  const { stage, stageSince, failure } = factsOf(first, facts);
  const requestId = requestIdIn(copies, facts);
  const times = [
    ...(stage
      ? [
          message("group-stage", { stage, ago: stageSince === undefined ? undefined : shortDuration(now - stageSince) })
            .text,
        ]
      : []),
    ...(since === null ? [] : [message("group-since", { ago: shortDuration(now - since) }).text]),
    ...(nextAt === null
      ? []
      : [message("group-next", { next: nextAt > now ? shortDuration(nextAt - now) : undefined }).text]),
    ...(requestId === undefined ? [] : [message("group-request", { requestId }).text]),
  ];
  const body = [
    namesOf(copies, regions.length === 1, all),
    ...idsOf(copies, all),
    isSame ? text : message("group-for-example", { text }).text,
    ...(failure && failure.text !== text ? [message("group-last-call", failure).text] : []),
    ...(remedy === null ? [] : [`→ ${remedy}`]),
    ...(times.length > 0 ? [times.join("; ")] : []),
  ];
  return [
    ...wrap(title, room.width, 2).map(painter(room.color)[healthy]),
    ...body.flatMap((line) => wrap(`  ${clean(line)}`, room.width, 4)),
  ];
}

/** The sources of the copies, each once, with the destination where that is not in the title. */
function namesOf(copies: readonly Copy[], isOneRegion: boolean, all: boolean): string {
  const names = copies.map(({ rootName, key }) => {
    return `${rootName} (${key.rootId})${isOneRegion || copies.length > MOST_NAMES ? "" : ` → ${key.region}`}`;
  });
  return someOf([...new Set(names)], all ? Number.POSITIVE_INFINITY : MOST_NAMES);
}

/** The ids of the copies themselves, as far as they have any. */
function idsOf(copies: readonly Copy[], all: boolean): string[] {
  const ids = copies.flatMap((copy) => imageIdOf(copy) ?? []);
  if (ids.length === 0) return [];
  const shown = all ? ids : ids.slice(0, MOST_NAMES);
  const more = ids.length - shown.length;
  return [
    message("group-copies", { ids: [...shown, ...(more > 0 ? [message("more-names", { more }).text] : [])] }).text,
  ];
}

function someOf(names: readonly string[], most: number): string {
  const more = names.length - most;
  if (more <= 0) return names.join(", ");
  return `${names.slice(0, most).join(", ")} ${message("more-names", { more }).text}`;
}
