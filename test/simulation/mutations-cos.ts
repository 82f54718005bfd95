// Bugs to plant in the state in COS: each would lose what was saved, or let two writers win.
import type { Mutation } from "./mutations.ts";

export const COS_MUTATIONS: readonly Mutation[] = [
  // The outbox.
  {
    name: "COS: forget the unsent lines that leave the head",
    find: "unsentPast: unsent.length > 0 ? [...head.unsentPast, named] : head.unsentPast,",
    replace: "unsentPast: head.unsentPast,",
  },
  // The fence.
  {
    name: "COS: sign a write for a day",
    find: "until: freeAt + WINDOW });",
    replace: "until: freeAt + 24 * 3_600_000 });",
  },
  {
    name: "COS: sign a write from its sending on",
    find: "objects.create(name, attempt.bytes, windowFrom(position.newestAt))",
    replace: "objects.create(name, attempt.bytes, windowFrom(objects.serverNow()))",
  },
  {
    name: "COS: take a missing head for new however long ago the one before was the newest",
    find: "missingAt < newestAt + TRUST;",
    replace: "missingAt < newestAt + 1e12;",
  },
  {
    name: "COS: trust a list however late it is",
    find: "export const newestAtOfList = (date: Millis) => date - LATENESS;",
    replace: "export const newestAtOfList = (date: Millis) => date;",
  },
  {
    name: "COS: delete a head as soon as it was replaced",
    find: "modifiedAt <= date - KEEP",
    replace: "modifiedAt <= date",
  },
  {
    name: "COS: delete the newest head",
    find: "at > 0 && (listed[at - 1] as Listed).modifiedAt",
    replace: "(listed[Math.max(at - 1, 0)] as Listed).modifiedAt",
  },
  // Finding the newest head.
  {
    name: "COS: trust the newest head in a list without a look at the next one",
    find: "position = { ...position, number: position.number + 1, head: headOf(body, name) };",
    replace: "return { ...position, newestAt: date };",
  },
  {
    name: "COS: read no second list where a listed head is gone",
    find: "for (let tries = 1; tries <= 2; tries += 1) {",
    replace: "for (let tries = 1; tries <= 1; tries += 1) {",
  },
  {
    name: "COS: take a strange object for the beginning of a chain",
    find: 'if (first && number === 0) throw damagedObject(first.key, "name");',
    replace: "",
  },
  {
    name: "COS: go on in a chain that was deleted by hand",
    find: "const found = isSweep ? await readForSweep() : await find(await readEpoch(objects, names));",
    replace:
      "const found = isSweep ? await readForSweep() : await find(position?.epoch ?? (await readEpoch(objects, names)));",
  },
  {
    name: "COS: take the known head of a deleted chain for that of the new one",
    find: "const last = known?.epoch === epoch ? known : undefined;",
    replace: "const last = known && { ...known, epoch };",
  },
  {
    name: "COS: tell a claim in a deleted chain as saved",
    find: "if (!claims || (await readEpoch(objects, names)) === written.epoch) return answer;",
    replace: "return answer;",
  },
  // Lost answers.
  {
    name: "COS: take an error of the server for an answer to a write",
    find: 'if (!answer || answer.status >= 500 || answer.status === 408) return { outcome: "unknown" };',
    replace:
      'if (!answer || answer.status >= 500 || answer.status === 408) return { outcome: "created", date: now() };',
  },
  {
    name: "COS: take the own head for that of another",
    find: "if (unlessDamaged(readHead)?.nonce === head.nonce) return done(position.newestAt);",
    replace: "",
  },
  {
    name: "COS: take the head of another for the own one",
    find: "if (unlessDamaged(readHead)?.nonce === head.nonce) return done(position.newestAt);",
    replace: "if (attempt.inDoubt || readHead() !== undefined) return done(position.newestAt);",
  },
  {
    name: "COS: make a change again of which it is unknown whether it was made",
    find: "if (attempt.inDoubt) break;",
    replace: "",
  },
  // The bucket.
  {
    name: "COS: write without the header",
    find: 'const headers = { "x-cos-forbid-overwrite": "true" };',
    replace: "const headers = {};",
  },
  {
    name: "COS: begin a chain without a check that nothing is overwritten",
    find: "if (tries === 1) await checkNotOverwritten(objects, names);",
    replace: "",
  },
  {
    name: "COS: forget a failed check of the bucket",
    find: "if (sweep) await endSweep(sweep); sweep = undefined;",
    replace: "const ended = sweep; sweep = undefined; if (ended) await endSweep(ended);",
  },
  {
    name: "COS: use a bucket that had versioning",
    find: 'if (status !== "never") throw',
    replace: 'if (status === "Enabled") throw',
  },
  // Records and history.
  {
    name: "COS: replace a record at any version",
    find: "if ((copies.get(keyId(row))?.version ?? 0) !== expected) return undefined;",
    replace: "if (expected === 0 && copies.has(keyId(row))) return undefined;",
  },
  {
    name: "COS: drop history from the head that was not stored",
    find: "return past && object !== undefined ? { past, object } : undefined;",
    replace: 'return past && { past, object: object ?? "" };',
  },
  {
    name: "COS: end the reading of history too early",
    find: "if (timeOf(one) > time) count += 1;",
    replace: "count += timeOf(one) > time ? 1 : 1;",
  },
  {
    name: "COS: let the heads sort before the epoch",
    find: "`${folder}heads/${epoch}/`",
    replace: "`${folder}${epoch}/`",
  },
  {
    name: "COS: take any answer for a list",
    find: "if (!new RegExp(`<${name}[\\\\s/>]`).test(xml)) throw notUnderstood(answer);",
    replace: "",
  },
  {
    name: "COS: delete objects of others with the history",
    find: "newestIn(key, history) === undefined ? [] : [key]",
    replace: "[key]",
  },
];
