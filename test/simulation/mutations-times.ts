// Bugs to plant in what the program waits for, and in what a call is based on: times, readings, records, processes.
import type { Mutation } from "./mutations.ts";

export const TIME_MUTATIONS: readonly Mutation[] = [
  // The time of a reading.
  {
    name: "take the time of a reading at its end",
    find: "return { readAt, complete: new Set(what.types), asked: what.ids, images };",
    replace: "return { readAt: Math.max(readAt, now()), complete: new Set(what.types), asked: what.ids, images };",
  },
  {
    name: "take the time of the newer of two readings",
    find: "readAt: Math.min(earlier.readAt, later.readAt),",
    replace: "readAt: Math.max(earlier.readAt, later.readAt),",
  },
  {
    name: "take the time of the search for one image at its end",
    find: "const view: RegionView = regions.get(region) ?? { readAt,",
    replace: "const view: RegionView = regions.get(region) ?? { readAt: Math.max(readAt, now()),",
  },
  {
    name: "take an image for gone by the time of the plan",
    find: "if (readAt < goneAt) return wait(",
    replace: "if (Math.max(readAt, ctx.now) < goneAt) return wait(",
  },
  {
    name: "take a requested copy for missing by the time of the plan",
    find: "readAt < visibleAt + CLOCK_SKEW + ctx.settle)",
    replace: "Math.max(readAt, ctx.now) < visibleAt + CLOCK_SKEW + ctx.settle)",
  },
  {
    name: "take a request for ineffective by the time of the plan",
    find: "if (readAt >= inDoubtUntil) return",
    replace: "if (Math.max(readAt, ctx.now) >= inDoubtUntil) return",
  },
  {
    name: "end the wait after a loss of the state by the time of the plan",
    find: "if (uncertainUntil === undefined || region.readAt >= uncertainUntil)",
    replace: "if (uncertainUntil === undefined || ctx.now >= uncertainUntil)",
  },
  {
    name: "never sweep again after a clock that was ahead",
    find: "at === undefined || Math.abs(now - at) >= sweepEvery;",
    replace: "at === undefined || now - at >= sweepEvery;",
  },
  // Which process is dead.
  {
    name: "take a process of another host for dead",
    find: "host !== thisHost()) return false;",
    replace: 'host === "") return false;',
  },
  {
    name: "take a process of another boot for dead",
    find: 'return `${hostname()}/${boot}/${readlinkSync("/proc/self/ns/pid")}`;',
    replace: 'return boot && `${hostname()}/${readlinkSync("/proc/self/ns/pid")}`;',
  },
  {
    name: "take a process of another container for dead",
    find: 'return `${hostname()}/${boot}/${readlinkSync("/proc/self/ns/pid")}`;',
    replace: 'return readlinkSync("/proc/self/ns/pid") && `${hostname()}/${boot}`;',
  },
  {
    name: "take a process of another user for dead",
    find: 'return (error as NodeJS.ErrnoException).code === "ESRCH";',
    replace: "return error instanceof Error;",
  },
  {
    name: "take a process with a pid that was reused for dead",
    find: "process.kill(pid, 0); return false;",
    replace: "return process.kill(pid, 0) && pid > 0;",
  },
  {
    name: "take an instance on SCF for a process of this host",
    find: "const host = onScf ? undefined : thisHost();",
    replace: "const host = onScf ? thisHost() : thisHost();",
  },
  {
    name: "share an image again only while the reading is fresh",
    find: "await cloud.share(image, withdrawn, Number.POSITIVE_INFINITY);",
    replace: "await cloud.share(image, withdrawn, notAfter);",
  },
  {
    name: "do not share an image again in a region that does not answer",
    find: "return Number.isFinite(notAfter) ? fused(image.region, share) : share();",
    replace: "return fused(image.region, share);",
  },
  // What a call is based on.
  {
    name: "delete an image although the reading of another region is stale",
    find: 'action.do === "delete" || action.do === "unshare" ? observation.regions.keys() : regionsOf(action)',
    replace: "regionsOf(action)",
  },
  {
    name: "request a copy although the reading of its destination is stale",
    find: "...copies.flatMap(({ region, rootRegion }) => [region, rootRegion])];",
    replace: "...copies.map(({ rootRegion }) => rootRegion)];",
  },
  {
    name: "request a copy although the reading of its root is stale",
    find: "...copies.flatMap(({ region, rootRegion }) => [region, rootRegion])];",
    replace: "...copies.map(({ region }) => region)];",
  },
  {
    name: "take a shared source for gone whose region was read in part",
    find: 'return custom !== "unread" && seen(observation, root, "shared") !== "unread";',
    replace: 'return custom !== "unread";',
  },
  {
    name: "take a custom source for gone whose region was read in part",
    find: 'return custom !== "unread" && seen(observation, root, "shared") !== "unread";',
    replace: 'return seen(observation, root, "shared") !== "unread";',
  },
  {
    name: "let a call on the image of another installation pass",
    find: "return maker !== undefined && !installations.includes(maker);",
    replace: "return maker === undefined && !installations.includes(maker ?? installations[0]);",
  },
  {
    name: "change an image although the reading of its source is stale",
    find: "return [action.copy.key.region, action.copy.key.rootRegion];",
    replace: "return [action.copy.key.region];",
  },
  {
    name: "make a call although another process has changed the record",
    find: "latest: (copy) => (latest.has(copyId(copy.key)) ? latest.get(copyId(copy.key)) : copy),",
    replace: "latest: (copy) => latest.get(copyId(copy.key)) ?? copy,",
  },
  // After a refusal.
  {
    name: "request again at once after a refusal for another destination",
    find: "const visibleAt = ctx.now() + ctx.settle + CLOCK_SKEW;",
    replace: "const visibleAt = ctx.now();",
  },
  {
    name: "do not free the number of a claim that was refused",
    find: "claimCount: base.claimCount - 1,",
    replace: "claimCount: base.claimCount,",
  },
  {
    name: "request again soon although the refused call may have made its source busy",
    find: 'error.about === "source" && destinations > 1 ?',
    replace: 'error.about === "source" && destinations > 99 ?',
  },
  {
    name: "believe a reading that began before the copy of a refused call would be visible",
    find: "inDoubtUntil !== undefined && region.readAt < inDoubtUntil",
    replace: "inDoubtUntil !== undefined && ctx.now < inDoubtUntil",
  },
  {
    name: "forget the doubt about a refused call when the policy changes",
    find: "...(copy?.inDoubtUntil !== undefined && { inDoubtUntil: copy.inDoubtUntil }),",
    replace: "",
  },
];
