/**
 * Everything that goes wrong in a simulation, and what it means. A kind that never fires in a long run of seeds proves
 * nothing, so that run fails.
 */
export const FAULTS = {
  // A call to the cloud.
  throttled: "refused by the rate limit",
  "http-5xx-before": "HTTP 5xx, without an effect",
  "http-5xx-after": "HTTP 5xx, after the effect",
  "reset-before": "the connection is lost before the effect",
  "answer-lost": "the connection is lost after the effect",
  "timeout-late-effect": "no answer in time, and the effect comes after that",
  "no-json": "an answer that cannot be read, after the effect",
  "internal-error-before": "InternalError, without an effect",
  "internal-error-after": "InternalError, after the effect",
  "credentials-expired": "the credentials are not accepted any more",
  "other-account": "the credentials are suddenly those of another account",
  latency: "a call takes up to 19 s",
  "lose-image-set": "ImageSet lacks an entry though the copy is made",
  "source-busy": "SyncImages is refused because the source is busy",
  "quota-full": "SyncImages is refused because a destination is full",
  // What the cloud shows.
  "late-visibility": "a new copy cannot be seen for up to SETTLE",
  "late-tags": "new tags cannot be seen for a while",
  "blinking-image": "an image that was there cannot be seen for a while, by any reading",
  "pages-shift": "images come or go while a list is read page by page",
  "fail-copy": "a copy ends in CREATEFAILED or vanishes",
  "stick-copy": "a copy gets no further",
  // Events.
  "event-lost": "events are never delivered",
  "event-late": "an event is delivered ten minutes late or more",
  "event-repeated": "events are delivered again",
  "event-reordered": "events are delivered in another order",
  // People.
  "same-name": "somebody makes an image of the name that a copy shall have",
  noise: "somebody makes and deletes other images",
  "delete-copy": "somebody deletes a copy",
  "rename-copy": "somebody renames a copy",
  "untag-copy": "somebody takes all tags from a copy",
  "retag-copy": "somebody adds a tag to a copy",
  "copy-by-hand": "somebody copies a copy of ours to yet another region",
  "delete-root": "somebody deletes a source",
  "retag-root": "somebody retags a source",
  "ignore-root": "somebody recalls a source with the tag cvm-replicator:ignore",
  "fill-quota": "somebody fills a region",
  "new-root": "somebody makes another source",
  "policy-changed": "somebody changes the policy while runs are under way",
  retry: "somebody has everything tried again that is failed or blocked",
  rebuild: "somebody has the state rebuilt from the cloud",
  // Processes.
  killed: "a process is killed between two of its steps",
  "killed-request-under-way": "and a request that has left it still arrives",
  "killed-at-deadline": "a function is killed because its time is up",
  "stopped-early": "a run stops by itself because its time is short",
  frozen: "a process stands still for up to 15 minutes",
  "frozen-before-claim": "and just between its plan and what it records",
  "frozen-before-send": "and just between its claim and its request",
  fenced: "a request is destroyed because its claim has run out",
  overlap: "two or more processes run at the same time",
  "eight-at-once": "eight processes run at the same time",
  "timer-skipped": "a run of the timer finds another one under way",
  "clock-skew": "the clock of an instance is off by 10 s or more",
  // What the protocol does not promise, and what then has to happen.
  "double-reported": "a copy stayed invisible longer than SETTLE, was made again, and a person was told",
  // The state.
  "state-fails-before": "the database is away",
  "state-fails-after": "the database is away, after it stored the change",
  "state-slow": "the database takes up to 30 s",
  "state-lost": "the state is lost entirely",
  "state-lost-while-sending": "and just while a request is under way",
} as const;

export type FaultKind = keyof typeof FAULTS;

/** What may go wrong with a call, the code it is known by, and whether its effect comes at once, later or never. */
export const CALL_FAULTS = [
  ["throttled", "RequestLimitExceeded", "never"],
  ["http-5xx-before", "HttpStatus", "never"],
  ["http-5xx-after", "HttpStatus", "done"],
  ["reset-before", "Network", "never"],
  ["answer-lost", "Network", "done"],
  ["timeout-late-effect", "Timeout", "later"],
  ["no-json", "BadAnswer", "done"],
  ["internal-error-before", "InternalError", "never"],
  ["internal-error-after", "InternalError", "done"],
  ["credentials-expired", "AuthFailure.TokenFailure", "never"],
] as const satisfies readonly (readonly [FaultKind, string, "never" | "done" | "later"])[];
