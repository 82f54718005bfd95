// A small API on loopback that answers as a test says and records the requests.
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterAll, expect } from "vitest";
import { type TencentOptions, tencentCloud } from "../../../lib/adapters/tencent/tencent-cloud.ts";
import type { CloudError } from "../../../lib/model/errors.ts";

export interface ApiRequest {
  action: string;
  region: string | undefined;
  host: string | undefined;
  headers: IncomingHttpHeaders;
  params: unknown;
}

/** What to do with a request: answer, fail as the API does, or fail as networks do. */
export type Reaction =
  | { answer: object }
  | { error: string; message?: string }
  | { status: number; location?: string }
  | { raw: string }
  | { cut: true }
  | { hang: true };

type React = (request: ApiRequest, n: number) => Reaction | Promise<Reaction>;

/**
 * Starts the API. `react` reacts to each request. GetCallerIdentity, which precedes other calls, is
 * recorded separately, and `identify` reacts to it.
 */
export async function startApi(react: React, identify: React = () => ({ answer: { AccountId: "100000000001" } })) {
  const requests: ApiRequest[] = [];
  const inquiries: ApiRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      const request: ApiRequest = {
        action: String(req.headers["x-tc-action"]),
        region: req.headers["x-tc-region"] as string | undefined,
        host: req.headers.host,
        headers: req.headers,
        params: JSON.parse(Buffer.concat(chunks).toString() || "{}"),
      };
      const [seen, reactTo] = request.action === "GetCallerIdentity" ? [inquiries, identify] : [requests, react];
      seen.push(request);
      void Promise.resolve(reactTo(request, seen.length)).then((reaction) => {
        if ("cut" in reaction) return void req.socket.destroy();
        if ("hang" in reaction) return;
        res.setHeader("content-type", "application/json");
        if ("status" in reaction) {
          if (reaction.location) res.setHeader("location", reaction.location);
          return void res.writeHead(reaction.status).end();
        }
        if ("raw" in reaction) return void res.end(reaction.raw);
        const body =
          "error" in reaction
            ? {
                Error: { Code: reaction.error, Message: reaction.message ?? "the message of the cloud" },
                RequestId: "req-e",
              }
            : { RequestId: `req-${seen.length}`, ...reaction.answer };
        res.end(JSON.stringify({ Response: body }));
      });
    });
  });
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    inquiries,
    connections: () => connections,
    cloud: (options: Partial<TencentOptions> = {}) =>
      tencentCloud({ endpoint: url, site: "cn", credentials: async () => KEY, now: Date.now, ...options }),
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

export const KEY = { secretId: "AKIDplanted0000001", secretKey: "planted-secret-key", token: "planted-token" };

/** The key that signed a request. */
export const signer = ({ headers }: ApiRequest) => /Credential=([^/]*)/.exec(headers.authorization ?? "")?.[1];

/** An image as in the answer of DescribeImages. */
export const apiImage = (imageId: string, more: object = {}) => ({
  ImageId: imageId,
  ImageName: `name of ${imageId}`,
  ImageType: "PRIVATE_IMAGE",
  ImageState: "NORMAL",
  ImageSize: 50,
  CreatedTime: "2026-03-21T08:41:45Z",
  ...more,
});

/** `startApi` for tests: closed after the tests of the file. */
export const serve: typeof startApi = async (react, identify) => {
  const api = await startApi(react, identify);
  open.push(api);
  return api;
};
const open: Awaited<ReturnType<typeof startApi>>[] = [];
afterAll(() => Promise.all(open.map((api) => api.close())));

/** The error of a call that must fail. */
export const failure = (call: Promise<unknown>) =>
  call.then(
    (value) => expect.fail(`expected an error, got ${JSON.stringify(value)}`),
    (error: unknown) => error as CloudError,
  );

export const imagesAnswer = (...images: object[]) => ({ answer: { ImageSet: images, TotalCount: images.length } });

/** A last moment that no test reaches. */
export const IN_TIME = Date.now() + 3_600_000;

export const syncRequest = (destinations = ["ap-beijing"]) => ({
  source: { region: "ap-guangzhou", imageId: "img-source" },
  destinations,
  name: "token",
  notAfter: IN_TIME,
});
