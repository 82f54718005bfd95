// Sends the calls of serverless-tencent-scf to REPLICATOR_ENDPOINT instead of the real hosts.
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { stringify } from "node:querystring";
import { cosPlace } from "../account/cos.ts";
import { besideStock, stock } from "./framework.ts";

interface ApiRequest {
  readonly url: string;
  readonly data: Readonly<Record<string, string>>;
}

/** What the old client reads of an answer. */
interface ApiAnswer {
  readonly status: number;
  readonly statusText: string;
  json(): Promise<unknown>;
}

/**
 * The requests keep the names of the real hosts, so that their signatures stay valid. Nothing is changed without an
 * endpoint.
 */
export function redirectStock(endpoint: URL): void {
  const connection = besideStock("tencentcloud-sdk-nodejs/tencentcloud/common/http/http_connection.js") as {
    doRequest(request: ApiRequest): Promise<ApiAnswer>;
  };
  connection.doRequest = ({ url, data }) => post(endpoint, new URL(url), stringify(data));

  const { createCosClient } = stock.Handler;
  stock.Handler.createCosClient = (...args) => {
    const client = createCosClient.apply(stock.Handler, args);
    Object.assign(client.options, cosPlace(endpoint));
    return client;
  };
}

function post(endpoint: URL, real: URL, body: string): Promise<ApiAnswer> {
  const send = endpoint.protocol === "http:" ? httpRequest : httpsRequest;
  const headers = {
    host: real.host,
    "content-type": "application/x-www-form-urlencoded",
    "content-length": Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const sent = send(new URL(real.pathname, endpoint), { method: "POST", headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("error", reject);
      answer.on("end", () => {
        const text = Buffer.concat(parts).toString("utf8");
        const { statusCode = 0, statusMessage = "" } = answer;
        resolve({ status: statusCode, statusText: statusMessage, json: async () => JSON.parse(text) as unknown });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
