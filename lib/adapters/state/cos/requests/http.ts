// Carries requests to COS over HTTP: each for a limited time, and never twice.
import * as http from "node:http";
import * as https from "node:https";
import type { Millis } from "../../../../model/types.ts";
import { type Endpoint, isSecure, sharedAgent } from "../../../tencent/transport/fenced-agent.ts";
import { LostAnswer, type RawAnswer, type Transport } from "./client.ts";

/** The largest answer that is read: a head has at most 50 MB before it is compressed. */
const LARGEST = 60_000_000;

/** Connects to COS, or to one endpoint in its place. Connections are kept for some seconds. */
export function httpTransport(endpoint: Endpoint, timeoutMs: Millis): Transport {
  const agent = sharedAgent(endpoint);
  const request = isSecure(endpoint) ? https.request : http.request;
  return {
    exchange: ({ method, host, target, headers, body }) =>
      new Promise<RawAnswer>((resolve, reject) => {
        const sending = request({ agent, host, method, path: target, headers }, (answer) => {
          read(answer).then(resolve, fail);
        });
        const fail = (error: unknown) => {
          sending.destroy();
          reject(lost(error));
        };
        // Not the socket's own limit, which each byte that arrives would extend.
        const timer = setTimeout(() => fail(new LostAnswer(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
        sending.on("error", fail);
        sending.on("close", () => clearTimeout(timer));
        sending.end(body);
      }).catch((error: unknown) => {
        // A key that no header can hold fails before anything is sent.
        throw lost(error);
      }),
    close: () => agent.destroy(),
  };
}

async function read(answer: http.IncomingMessage): Promise<RawAnswer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > LARGEST) throw new LostAnswer("the answer is too large");
    parts.push(part);
  }
  if (!answer.complete) throw new LostAnswer("the answer is incomplete");
  return { status: answer.statusCode ?? 0, date: answer.headers.date, body: Buffer.concat(parts) };
}

/** Keeps the name of a system error, not the words around it, which may quote a header. */
function lost(error: unknown): LostAnswer {
  if (error instanceof LostAnswer) return error;
  const { code } = error as NodeJS.ErrnoException;
  return new LostAnswer(typeof code === "string" && /^[A-Z0-9_]+$/.test(code) ? code : "the connection failed");
}
