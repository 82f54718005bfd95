// The program that an instance runs: it loads the handler and answers calls over its file descriptor 3.
/**
 * CommonJS, for every Node since 16. Its argument is the handler. Both directions carry one JSON
 * object a line. It first sends `{}` or `{ failure }`, then answers each
 * `{ id, event, context, environment }` with `{ id, text }` or `{ id, failure }`. After the output
 * of a call it prints the id between two zero bytes on both outputs, so that its reader knows what belongs to it.
 * When the emulator is gone the pipe ends, and the program kills its process group.
 */
export const BOOTSTRAP = String.raw`"use strict";
const net = require("node:net");
const path = require("node:path");
const { existsSync } = require("node:fs");
const { pathToFileURL } = require("node:url");

const kill = process.kill.bind(process);
const outputs = [process.stdout, process.stderr].map((stream) => stream.write.bind(stream));
const { parse, stringify } = JSON;
const die = () => kill(-process.pid, "SIGKILL");

const pipe = new net.Socket({ fd: 3, readable: true, writable: true });
pipe.setEncoding("utf8");
for (const event of ["end", "close", "error"]) pipe.on(event, die);
const send = (message) => pipe.write(stringify(message) + "\n");
// A function can throw anything, also an object that no text can be made of.
const failureOf = (error) => {
  try {
    return String((error && error.stack) || error);
  } catch {
    return "the function threw an object that cannot be shown";
  }
};

async function load(name) {
  const dot = name.lastIndexOf(".");
  const base = path.resolve(process.cwd(), name.slice(0, dot));
  const file = [base + ".js", base + ".cjs", base + ".mjs"].find((candidate) => existsSync(candidate));
  if (file === undefined) throw new Error("Cannot find module '" + base + "'");
  let loaded;
  try {
    loaded = require(file);
  } catch (error) {
    if (!error || error.code !== "ERR_REQUIRE_ESM") throw error;
    loaded = await import(pathToFileURL(file).href);
  }
  const handler = loaded[name.slice(dot + 1)];
  if (typeof handler !== "function") throw new Error(name + " is not a function");
  return handler;
}

function call(handler, event, context) {
  return new Promise((resolve, reject) => {
    const callback = (error, value) => (error ? reject(error) : resolve(value));
    const value = handler(event, context, callback);
    const isPromise = value && typeof value.then === "function";
    // A handler without a parameter for the callback can answer by its value alone.
    if (isPromise || handler.length < 3) resolve(value);
  });
}

async function answer(handler, { id, event, context, environment }) {
  Object.assign(process.env, environment);
  const deadline = Date.now() + context.time_limit_in_ms;
  context.getRemainingTimeInMillis = () => Math.max(0, deadline - Date.now());
  context.environment = stringify(process.env);
  context.environ = Object.entries(process.env).map((entry) => entry.join("=")).join(";");
  let message;
  try {
    message = { id, text: stringify(await call(handler, parse(event), context)) || "null" };
  } catch (error) {
    message = { id, failure: failureOf(error) };
  }
  let open = outputs.length;
  const written = () => {
    open -= 1;
    if (open === 0) send(message);
  };
  for (const write of outputs) write("\0" + id + "\0\n", written);
}

const name = process.argv[2];
process.argv.length = 2;
load(name).then(
  (handler) => {
    let rest = [];
    pipe.on("data", (chunk) => {
      rest.push(chunk);
      // A call comes only after the answer to the one before, so its line is the last.
      if (!chunk.endsWith("\n")) return;
      const call = parse(rest.join(""));
      rest = [];
      answer(handler, call);
    });
    send({});
  },
  (error) => send({ failure: failureOf(error) }),
);
`;
