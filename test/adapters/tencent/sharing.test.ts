// Sharing and deleting images.
import { describe, expect, it } from "vitest";
import { failure, IN_TIME, type Reaction, serve } from "./api-server.ts";

const image = { region: "ap-tokyo", imageId: "img-0001" };
const accounts = (count: number) => Array.from({ length: count }, (_, i) => `${100000000002 + i}`);
const ALREADY: Reaction = { error: "FailedOperation.AccountAlreadyExists" };
const DONE: Reaction = { answer: {} };

/**
 * An API that has shared the image with `has`, and refuses a call that names one of these accounts.
 */
async function sharing(...has: string[]) {
  const shared = new Set(has);
  const api = await serve(({ params }) => {
    const { AccountIds: ids, Permission } = params as { AccountIds: string[]; Permission: string };
    if (Permission === "CANCEL") for (const id of ids) shared.delete(id);
    else if (ids.some((id) => shared.has(id))) return ALREADY;
    else for (const id of ids) shared.add(id);
    return DONE;
  });
  const sent = () => api.requests.map(({ params }) => (params as { AccountIds: string[] }).AccountIds);
  return { api, cloud: api.cloud(), shared, sent };
}

describe.concurrent("share", () => {
  it("names up to 50 accounts per call, each once, and answers the last request id", async () => {
    const { api, cloud, sent, shared } = await sharing();
    const answer = await cloud.share(image, [...accounts(120), "100000000002"], IN_TIME);
    expect(answer).toEqual({ requestId: "req-3", refused: new Map() });
    expect(sent().map(({ length }) => length)).toEqual([50, 50, 20]);
    expect([...shared]).toEqual(accounts(120));
    expect(api.requests[0]).toMatchObject({ action: "ModifyImageSharePermission", region: "ap-tokyo" });
    expect(api.requests[2]?.params).toEqual({
      ImageId: "img-0001",
      AccountIds: accounts(120).slice(100),
      Permission: "SHARE",
    });
  });

  it("shares with every account, though one has the image and the call that named it was refused", async () => {
    const { cloud, sent, shared } = await sharing("100000000003");
    await cloud.share(image, accounts(3), IN_TIME);
    expect([...shared].sort()).toEqual(accounts(3));
    expect(sent()).toEqual([accounts(3), ...accounts(3).map((account) => [account])]);
  });

  it("succeeds if the only account has the image already", async () => {
    const { cloud, sent } = await sharing("100000000002");
    expect(await cloud.share(image, accounts(1), IN_TIME)).toEqual({ requestId: "req-e", refused: new Map() });
    expect(sent()).toHaveLength(1);
  });

  it.each([
    "InvalidAccountId.NotFound",
    "InvalidAccountIs.YourSelf",
    "FailedOperation.NotMasterAccount",
    "OverQuota",
    "InvalidParameterValue.InvalidAppIdFormat",
    "SomethingNew.AccountClosed",
  ])("shares with every other account if one is refused with %s", async (code) => {
    const [first = "", bad = "", last = ""] = accounts(3);
    const api = await serve(({ params }) =>
      (params as { AccountIds: string[] }).AccountIds.includes(bad) ? { error: code } : DONE,
    );
    const { refused } = await api.cloud().share(image, [first, bad, last], IN_TIME);
    expect([...refused].map(([account, error]) => [account, error.code])).toEqual([[bad, code]]);
    const sent = api.requests.map(({ params }) => (params as { AccountIds: string[] }).AccountIds);
    expect(sent).toEqual([[first, bad, last], [first], [bad], [last]]);
  });

  it.each([
    "UnsupportedOperation.EncryptedImagesNotSupported",
    "FailedOperation.RImageShareFailed",
    "UnauthorizedOperation.PermissionDenied",
  ])("throws a refusal of the image or of the caller, after one call: %s", async (code) => {
    const api = await serve(() => ({ error: code }));
    expect(await failure(api.cloud().share(image, accounts(3), IN_TIME))).toMatchObject({ code, effect: "none" });
    expect(api.requests).toHaveLength(1);
  });
});

describe.concurrent("unshare", () => {
  it("stops sharing with every other account if one is refused, and throws then", async () => {
    const [first = "", bad = "", last = ""] = accounts(3);
    const api = await serve(({ params }) =>
      (params as { AccountIds: string[] }).AccountIds.includes(bad) ? { error: "InvalidAccountId.NotFound" } : DONE,
    );
    expect(await failure(api.cloud().unshare(image, [first, bad, last], IN_TIME))).toMatchObject({
      code: "InvalidAccountId.NotFound",
    });
    expect(api.requests).toHaveLength(4);
  });

  it("stops sharing, with up to 50 accounts per call", async () => {
    const { api, cloud, sent, shared } = await sharing(...accounts(60));
    expect(await cloud.unshare(image, accounts(55), IN_TIME)).toBe("req-2");
    expect(sent().map(({ length }) => length)).toEqual([50, 5]);
    expect([...shared]).toEqual(accounts(60).slice(55));
    expect(api.requests[1]?.params).toMatchObject({ ImageId: "img-0001", Permission: "CANCEL" });
  });
});

it("neither sends anything without accounts", async () => {
  const { api, cloud } = await sharing();
  expect(await cloud.share(image, [], IN_TIME)).toEqual({ requestId: "", refused: new Map() });
  expect(await cloud.unshare(image, [], IN_TIME)).toBe("");
  expect(api.requests).toHaveLength(0);
});

describe.concurrent("deleteImage", () => {
  it("deletes the snapshots too", async () => {
    const api = await serve(() => DONE);
    expect(await api.cloud().deleteImage(image, IN_TIME)).toBe("req-1");
    expect(api.requests[0]).toMatchObject({ action: "DeleteImages", region: "ap-tokyo" });
    expect(api.requests[0]?.params).toEqual({ ImageIds: ["img-0001"], DeleteBindedSnap: true });
  });

  it("succeeds if an earlier attempt, whose answer was lost, deleted the image", async () => {
    const api = await serve((_request, n) => (n === 1 ? { cut: true } : { error: "InvalidImageId.NotFound" }));
    expect(await api.cloud().deleteImage(image, IN_TIME)).toBe("req-e");
    expect(api.requests).toHaveLength(2);
  });

  it.each(["InvalidImageId.InShared", "InvalidImageId.IncorrectState", "InvalidImageId.Malformed"])(
    "is refused with %s, once",
    async (code) => {
      const api = await serve(() => ({ error: code }));
      expect(await failure(api.cloud().deleteImage(image, IN_TIME))).toMatchObject({ code, effect: "none" });
      expect(api.requests).toHaveLength(1);
    },
  );
});

describe.concurrent("whose last moment has passed", () => {
  it.each(["share", "unshare", "deleteImage"] as const)("%s is neither sent nor retried", async (verb) => {
    const api = await serve(() => DONE);
    const cloud = api.cloud();
    const late = Date.now() - 5000;
    const call = verb === "deleteImage" ? cloud.deleteImage(image, late) : cloud[verb](image, accounts(2), late);
    expect(await failure(call)).toMatchObject({ code: "NotSent", outcome: "requeue", effect: "none" });
    expect(api.requests).toHaveLength(0);
  });

  it.each(["share", "unshare", "deleteImage"] as const)("%s is not retried after a failure", async (verb) => {
    let late = 0;
    const api = await serve(() => {
      late = 60_000;
      return { error: "InternalError" };
    });
    const cloud = api.cloud({ now: () => Date.now() + late });
    const soon = Date.now() + 30_000;
    const call = verb === "deleteImage" ? cloud.deleteImage(image, soon) : cloud[verb](image, accounts(2), soon);
    expect(await failure(call)).toMatchObject({ code: "NotSent" });
    expect(api.requests).toHaveLength(1);
  });
});
