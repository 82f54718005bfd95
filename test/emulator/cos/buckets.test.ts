// Buckets of COS: who owns them, how they are made, and what a snapshot keeps of them.
import { describe, expect, it } from "vitest";
import { exportWorld, importWorld } from "../../../emulator/control/snapshot.ts";
import { EmulatorInputError } from "../../../emulator/errors.ts";
import { createApp } from "../../../emulator/server.ts";
import { caught, GOLDEN, MAIN } from "../support.ts";
import { BUCKET, cosBench, expectRefusal, REGION } from "./support.ts";

describe("a bucket", () => {
  it("lets in its owner alone, whatever is asked", () => {
    const b = cosBench();
    b.put("k");
    const asOther = { account: GOLDEN };
    for (const request of [
      { key: "k" },
      { key: "none" },
      { method: "PUT", key: "k", body: "x" },
      { method: "DELETE", key: "k" },
      {},
      { query: { versioning: "" } },
    ]) {
      expectRefusal(b.send({ ...request, ...asOther }), [403, "AccessDenied"]);
    }
    expect(b.send({ method: "HEAD", ...asOther })).toMatchObject({ status: 403, text: "" });
    expect(b.read("k")).toBe("k");
    expect(b.send({ method: "HEAD" }).status).toBe(200);
  });

  it("exists in its region alone", () => {
    const b = cosBench();
    expectRefusal(b.send({ region: "ap-beijing" }), [404, "NoSuchBucket"]);
    expectRefusal(b.send({ bucket: "none-1250000001", key: "k" }), [404, "NoSuchBucket"]);
    expect(b.send({ method: "HEAD", region: "ap-beijing" })).toMatchObject({ status: 404, text: "" });
  });

  it("is made and deleted by its owner, once it is empty", () => {
    const b = cosBench();
    const two = { bucket: "two-1250000001" };
    expect(b.send({ ...two, method: "PUT" }).status).toBe(200);
    expect(b.send({ ...two, method: "PUT", key: "k", body: "x" }).status).toBe(200);
    expectRefusal(b.send({ ...two, method: "DELETE" }), [409, "BucketNotEmpty"]);
    b.send({ ...two, method: "DELETE", key: "k" });
    expect(b.send({ ...two, method: "DELETE" }).status).toBe(204);
    expectRefusal(b.send(two), [404, "NoSuchBucket"]);
  });

  it.each([
    ["its owner has it", {}, 409, "BucketAlreadyOwnedByYou"],
    ["its owner has it in another region", { region: "ap-beijing" }, 409, "BucketAlreadyExists"],
    ["the app id is another account's", { bucket: "two-1250000002" }, 403, "AccessDenied"],
    ["the name is malformed", { bucket: "-two-1250000001" }, 400, "InvalidBucketName"],
    ["the name is too long", { bucket: `${"x".repeat(50)}-1250000001` }, 400, "InvalidBucketName"],
    ["there is no such region", { bucket: "two-1250000001", region: "ap-nowhere" }, 400, "InvalidArgument"],
  ])("cannot be made if %s", (_, request, status, code) => {
    expectRefusal(cosBench().send({ method: "PUT", ...request }), [status, code]);
  });
});

describe("the control API", () => {
  const post = async (b: ReturnType<typeof cosBench>, body: object) => {
    const response = await createApp(b.world).request("/_emulator/buckets", {
      method: "POST",
      body: JSON.stringify(body),
    });
    return { status: response.status, json: await response.json() };
  };

  it("makes buckets and shows them", async () => {
    const b = cosBench();
    b.put("k", "12345");
    const made = await post(b, { name: "two-1250000002", region: "ap-beijing", versioning: "Suspended" });
    expect(made).toMatchObject({ status: 200, json: { account: GOLDEN.uin, versioning: "Suspended", objects: [] } });
    const shown = async (query: string) => {
      const response = await createApp(b.world).request(`/_emulator/world${query}`);
      return ((await response.json()) as { buckets: unknown }).buckets;
    };
    const state = { account: MAIN.uin, name: BUCKET, region: REGION, versioning: null };
    expect(await shown("")).toEqual([
      { ...state, objects: [{ key: "k", bytes: 5 }] },
      { account: GOLDEN.uin, name: "two-1250000002", region: "ap-beijing", versioning: "Suspended", objects: [] },
    ]);
    expect(await shown(`?account=${GOLDEN.uin}`)).toHaveLength(1);
    expect(await shown("?region=ap-shanghai")).toEqual([]);
  });

  it.each([
    [{ name: BUCKET, region: REGION }, "exists already"],
    [{ name: "two", region: REGION }, "must be <name>-<appid>"],
    [{ name: "two-1259999999", region: REGION }, "no account has the app id 1259999999"],
    [{ name: "two-1250000001", region: "nowhere" }, "region nowhere does not exist"],
  ])("refuses %o", async (body, text) => {
    const { status, json } = await post(cosBench(), body);
    expect(status).toBe(400);
    expect((json as { error: string }).error).toContain(text);
  });

  it("refuses a world with a bucket that nobody owns", () => {
    const error = caught(() => cosBench({ buckets: [{ name: "x-1", region: REGION }] }));
    expect(error).toBeInstanceOf(EmulatorInputError);
  });
});

it("a snapshot keeps buckets, objects, versioning and what lists show", () => {
  const b = cosBench({ switches: { cosListsDeletedForMs: 5000, cosListsNewAfterMs: 1000 } });
  b.put("old", "1", { "x-cos-meta-a": "b" });
  b.tick(1000);
  b.send({ method: "DELETE", key: "old" });
  b.put("new", "\u0000ü");
  const copy = cosBench();
  copy.tick(1000);
  copy.world.buckets.clear();
  importWorld(copy.world, JSON.parse(JSON.stringify(exportWorld(b.world))) as Record<string, unknown>);
  expect(copy.world.buckets).toEqual(b.world.buckets);
  expect(copy.keys()).toEqual(["old"]);
  copy.tick(5000);
  expect(copy.keys()).toEqual(["new"]);
  expect(copy.read("new")).toBe("\u0000ü");

  const { buckets, ...older } = exportWorld(b.world);
  expect(buckets).toHaveLength(1);
  importWorld(copy.world, JSON.parse(JSON.stringify(older)) as Record<string, unknown>);
  expect(copy.world.buckets.size).toBe(0);
});
