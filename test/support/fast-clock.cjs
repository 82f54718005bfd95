// Makes time pass faster for a program that a test starts with `--require`, for its clock and its timers.
// CLOCK_FACTOR: the factor. CLOCK_START: ms since 1970 at which the clocks of all programs of a test agree.
const timers = require("node:timers");
const promises = require("node:timers/promises");
const { syncBuiltinESMExports } = require("node:module");

const factor = Number(process.env.CLOCK_FACTOR);
const start = Number(process.env.CLOCK_START);
const RealDate = Date;
const now = () => Math.floor(start + (RealDate.now() - start) * factor);

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(now());
    else super(...args);
  }
  static now = now;
};

for (const name of ["setTimeout", "setInterval"]) {
  const real = globalThis[name];
  const faster = (run, ms = 0, ...args) => real(run, ms / factor, ...args);
  globalThis[name] = timers[name] = Object.assign(faster, real);
}
const realSleep = promises.setTimeout;
promises.setTimeout = (ms, ...args) => realSleep(ms / factor, ...args);
const realLimit = AbortSignal.timeout;
AbortSignal.timeout = (ms) => realLimit(Math.ceil(ms / factor));
const realNow = performance.now.bind(performance);
performance.now = () => realNow() * factor;
syncBuiltinESMExports();
