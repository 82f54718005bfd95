// Shortens the waits of a program that a test starts with `--require`, and leaves its clock alone: it signs requests.
const timers = require("node:timers");
const promises = require("node:timers/promises");
const { syncBuiltinESMExports } = require("node:module");

const FACTOR = 10;
/** Longer ones are time limits, which must not end sooner. */
const LONGEST_WAIT_MS = 5000;
const shortened = (ms) => (ms <= LONGEST_WAIT_MS ? ms / FACTOR : ms);

const real = globalThis.setTimeout;
const shorter = (run, ms = 0, ...args) => real(run, shortened(ms), ...args);
globalThis.setTimeout = timers.setTimeout = Object.assign(shorter, real);
const sleep = promises.setTimeout;
promises.setTimeout = (ms = 0, ...args) => sleep(shortened(ms), ...args);
syncBuiltinESMExports();
