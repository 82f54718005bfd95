// The pure parts of the state in COS: its URL, the signature, the names and the times of the chain.

import { describe, expect, it } from "vitest";
import {
  canStillWrite,
  deletable,
  headName,
  historyBefore,
  historyName,
  KEEP,
  namesOf,
  newestAtOfList,
  newestIn,
  numberOf,
  provesNew,
  TRUST,
  WINDOW,
  windowFrom,
} from "../../../../lib/adapters/state/cos/chain.ts";
import { describeCosUrl, parseCosUrl } from "../../../../lib/adapters/state/cos/place.ts";
import { listedIn } from "../../../../lib/adapters/state/cos/requests/objects.ts";
import { authorization, signRequest } from "../../../../lib/adapters/state/cos/requests/sign.ts";
import { InputError } from "../../../../lib/model/errors.ts";
import fc from "../../../support/random.ts";

describe("a URL", () => {
  it.each([
    ["cos://images-1250000000/state?region=ap-guangzhou", "images-1250000000", "state", "ap-guangzhou"],
    ["cos://images-1250000000/a/b.c_d/?region=ap-guangzhou", "images-1250000000", "a/b.c_d", "ap-guangzhou"],
    ["cos://images-1250000000", "images-1250000000", "", "ap-tokyo"],
    ["COS://images-1250000000/", "images-1250000000", "", "ap-tokyo"],
    ["cos://x-1250000000?region=ap-shanghai-fsi", "x-1250000000", "", "ap-shanghai-fsi"],
  ])("%s names a place", (url, bucket, prefix, region) => {
    expect(parseCosUrl(url, "ap-tokyo")).toEqual({ bucket, prefix, region });
  });

  it.each([
    ["cos://images/state", "the bucket must be NAME-APPID"],
    ["cos://images-1250000000.cos.ap-guangzhou.myqcloud.com/state", "the bucket must be NAME-APPID"],
    ["cos://Images-1250000000/state", "in lower case"],
    ["cos://AKIDsecret:key@images-1250000000/state", "without a host name, a user or a password"],
    ["cos:images-1250000000/state", "it must begin with cos://"],
    ["cos://images-1250000000/state#hidden", "end with the prefix or with ?region=…"],
    ["cos://images-1250000000//state", "single slashes"],
    ["cos://images-1250000000/a b", "the prefix may have letters"],
    ["cos://images-1250000000/a/../b", "no part . or .."],
    ["cos://images-1250000000/.", "no part . or .."],
    ["cos://images-1250000000/state?secret=hidden", "its only parameter is region"],
    ["cos://images-1250000000/state?region=ap-tokyo&region=ap-seoul", "region, once"],
  ])("%s is refused, with the wrong part and without what may be a secret", (url, part) => {
    expect(() => parseCosUrl(url, "ap-tokyo")).toThrow(InputError);
    expect(() => parseCosUrl(url, "ap-tokyo")).toThrow(
      /^STATE_URL: cos:.* does not name a state in COS: .*; write cos:/,
    );
    expect(() => parseCosUrl(url, "ap-tokyo")).toThrow(part);
    expect(describeCosUrl(url)).not.toMatch(/secret|hidden/);
  });

  it("needs a region, of its own or of the environment", () => {
    for (const region of [undefined, "", "Guangzhou", "ap guangzhou"]) {
      expect(() => parseCosUrl("cos://images-1250000000/state", region)).toThrow(
        /names no valid region; add \?region=/,
      );
    }
    expect(() => parseCosUrl("cos://images-1250000000/state?region=x", "ap-tokyo")).toThrow("no valid region");
  });
});

describe("the signature", () => {
  const credentials = {
    secretId: "AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q",
    secretKey: "BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz",
  };
  const window = { from: 1557989151_000, until: 1557996351_000 };

  it("is that of the vendor's own example (product documentation 436/7778)", () => {
    const headers = {
      "Content-Length": "13",
      "Content-MD5": "mQ/fVh815F3k6TAUm8m0eg==",
      "Content-Type": "text/plain",
      Date: "Thu, 16 May 2019 06:45:51 GMT",
      Host: "examplebucket-1250000000.cos.ap-beijing.myqcloud.com",
      "x-cos-acl": "private",
      "x-cos-grant-read": 'uin="100000000011"',
    };
    const request = { method: "PUT", path: "/exampleobject(腾讯云)", params: {}, headers } as const;
    expect(authorization(request, credentials, window)).toBe(
      "q-sign-algorithm=sha1&q-ak=AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q&q-sign-time=1557989151;1557996351" +
        "&q-key-time=1557989151;1557996351" +
        "&q-header-list=content-length;content-md5;content-type;date;host;x-cos-acl;x-cos-grant-read" +
        "&q-url-param-list=&q-signature=3b8851a11a569213c17ba8fa7dcf2abec6935172",
    );
  });

  it.each([
    [
      "PUT",
      "/sim/100/abc/999999999998",
      {},
      {
        "content-length": "1",
        "content-md5": "nU5DDbYU3OkuyJq0mnLlNw==",
        "content-type": "application/octet-stream",
        "x-cos-forbid-overwrite": "true",
        "x-cos-security-token": "t=/+",
      },
      "1ce56bba6b7061d82ccd34378ad13c24216d952a",
    ],
    [
      "GET",
      "/",
      { prefix: "sim/100/", "max-keys": "1", "encoding-type": "url", marker: "a!'()*b" },
      {},
      "83f012955f5c50658bf235aa731cfec4af010419",
    ],
    ["GET", "/", { versioning: "" }, {}, "e51538a47e1782787c02e205ecdea530df409d12"],
  ] as const)(
    "is that of the vendor's client (cos-nodejs-sdk-v5) for %s %s %o",
    (method, path, params, more, expected) => {
      const headers = { host: "b-1250000000.cos.ap-tokyo.myqcloud.com", ...more };
      const signed = authorization(
        { method, path, params, headers },
        { secretId: "AKIDx", secretKey: "key" },
        { from: 1000_000, until: 2000_000 },
      );
      expect(signed).toMatch(new RegExp(`&q-signature=${expected}$`));
    },
  );

  it("covers every header and parameter, and its window does not grow by rounding", () => {
    const place = { bucket: "b-1250000000", prefix: "", region: "ap-tokyo" };
    const { headers, target, host } = signRequest(
      place,
      {
        method: "PUT",
        path: "/a b/c",
        params: { "Max-Keys": "1", delete: "" },
        headers: { "x-cos-forbid-overwrite": "true" },
        body: Buffer.from("x"),
      },
      { ...credentials, token: "t" },
      { from: 1000_900, until: 2000_999 },
    );
    expect(host).toBe("b-1250000000.cos.ap-tokyo.myqcloud.com");
    expect(target).toBe("/a%20b/c?Max-Keys=1&delete");
    expect(headers["authorization"]).toContain(
      "q-sign-time=1000;2000&q-key-time=1000;2000" +
        "&q-header-list=content-length;content-md5;content-type;host;x-cos-forbid-overwrite;x-cos-security-token&q-url-param-list=delete;max-keys&",
    );
  });
});

describe("the names", () => {
  it("sort newest first, for heads and for the history", () => {
    const number = fc.integer({ min: 1, max: 999_999_999_998 });
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(headName("f/", a) < headName("f/", b)).toBe(a > b);
        expect(numberOf(headName("f/", a), "f/")).toBe(a);
        expect(newestIn(historyName("h/", a, "x"), "h/")).toBe(a);
        // Lists go on after this name: what has only older lines follows.
        expect(historyName("h/", a, "x") > historyBefore("h/", b)).toBe(a < b);
      }),
    );
  });

  it("have their form with any time", () => {
    for (const time of [-1, 0, 0.5, 1e14])
      expect(newestIn(historyName("h/", time, "x"), "h/")).toBeGreaterThanOrEqual(0);
    expect(newestIn(historyName("h/", 0.5, "x"), "h/")).toBe(1);
  });

  it("of other objects are no heads and no history", () => {
    for (const key of ["f/", "f/epoch", "f/99999999999", "f/9999999999999", "g/999999999998"]) {
      expect(numberOf(key, "f/")).toBe(0);
    }
    expect(newestIn("h/readme", "h/")).toBeUndefined();
  });

  it("of accounts stay apart, whatever an account is called", () => {
    const folders = ["1", "11", "1/1", "1%2F1", "../1"].map((account) => namesOf({ prefix: "p" }, account).heads("e"));
    expect(new Set(folders).size).toBe(5);
    expect(folders.some((one) => folders.some((other) => one !== other && one.startsWith(other)))).toBe(false);
    expect(namesOf({ prefix: "" }, "1").epoch).toBe("1/epoch");
  });
});

describe("the times", () => {
  it("leave none in which a head can be made, replaced and deleted unseen", () => {
    // The worst case: the name is seen free at the last moment that counts, and the put arrives at the last one.
    const newestAt = 1_000_000_000;
    const seenFree = newestAt + TRUST - 1;
    expect(provesNew(newestAt, seenFree)).toBe(true);
    const arrives = windowFrom(seenFree).until;
    expect(arrives).toBe(seenFree + WINDOW);
    // Made right after `newestAt` by another, replaced at once, deleted as soon as that is allowed.
    const deleted = newestAt + KEEP;
    expect(deleted - arrives).toBeGreaterThanOrEqual(5 * 60_000);
    expect(provesNew(newestAt, newestAt + TRUST)).toBe(false);
    expect(KEEP).toBe(12 * 60_000);
  });

  it("of a list leave time for the list to be late", () => {
    const date = 1_000_000_000;
    expect(provesNew(newestAtOfList(date), date + 60_000)).toBe(true);
    expect(provesNew(newestAtOfList(date), date + 120_000)).toBe(false);
  });

  it("let a head be written while the request has time to arrive", () => {
    expect(canStillWrite(0, WINDOW - 20_001)).toBe(true);
    expect(canStillWrite(0, WINDOW - 20_000)).toBe(false);
  });

  it("let a head be deleted when its successor is old, never the newest", () => {
    const at = (...times: number[]) => times.map((modifiedAt, n) => ({ key: `k${n}`, modifiedAt }));
    expect(deletable(at(), KEEP)).toEqual([]);
    expect(deletable(at(0), 10 * KEEP)).toEqual([]);
    expect(deletable(at(2, 1, 0, -1), KEEP)).toEqual(["k3"]);
    expect(deletable(at(2, 1, 0, -1), KEEP + 1)).toEqual(["k2", "k3"]);
    expect(deletable(at(Number.NaN, 0), 10 * KEEP)).toEqual([]);
  });
});

it("a list in XML is read whatever else stands in it", () => {
  const xml =
    "<?xml version='1.0'?><ListBucketResult><Prefix>p%2F</Prefix><Contents><Key>p%2Fa</Key>\n" +
    "<LastModified>2026-12-01T00:00:00.000Z</LastModified><Owner><ID>1</ID></Owner></Contents>" +
    "<Contents><Key>p/b</Key><LastModified>2026-12-01T00:00:01Z</LastModified></Contents></ListBucketResult>";
  expect(listedIn(xml)).toEqual([
    { key: "p/a", modifiedAt: Date.parse("2026-12-01T00:00:00Z") },
    { key: "p/b", modifiedAt: Date.parse("2026-12-01T00:00:01Z") },
  ]);
  expect(listedIn("<ListBucketResult></ListBucketResult>")).toEqual([]);
});
