// A region that does not answer is called once in a run; the others, and other errors, are not affected.
import { describe, expect, it } from "vitest";
import { CloudError } from "../../lib/model/errors.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { Cloud } from "../../lib/model/ports.ts";
import { fusedCloud } from "../../lib/replicator/rounds/fused-cloud.ts";

/** A cloud that fails with these codes, and the names of the calls that reach it. */
function bench(code: string) {
  const calls: string[] = [];
  const error = new CloudError({
    action: "Any",
    region: "a",
    code,
    text: storedText("no"),
    outcome: "retry",
    effect: "unknown",
  });
  const cloud = new Proxy({} as Cloud, {
    get: (_, name) => () => {
      calls.push(String(name));
      return Promise.reject(error);
    },
  });
  const fused = fusedCloud(cloud);
  const image = { region: "a", imageId: "img-00000001" };
  const request = { source: image, destinations: ["b"], name: "n", notAfter: 0 };
  const codeOf = (call: Promise<unknown>) =>
    call.then(
      () => "ok",
      (thrown: unknown) => `${(thrown as CloudError).code} ${(thrown as CloudError).effect}`,
    );
  return { calls, fused, image, request, codeOf };
}

describe("the cloud of one run", () => {
  it.each(["Timeout", "Network", "HttpStatus"])("calls a region no more after %s", async (code) => {
    const { calls, fused, image, request, codeOf } = bench(code);
    expect(await codeOf(fused.images("a", "custom"))).toBe(`${code} unknown`);
    const later = [
      fused.imagesById("a", []),
      fused.syncImage(request),
      fused.trySyncImage(request),
      fused.modify(image, {}, 1),
      fused.share(image, [], 1),
      fused.unshare(image, [], 1),
      fused.deleteImage(image, 1),
      fused.sharedWith(image),
      fused.quota("a"),
      fused.familyImage("a", "f"),
    ];
    expect(new Set(await Promise.all(later.map(codeOf)))).toEqual(new Set(["NotSent none"]));
    expect(calls).toEqual(["images"]);
    for (const call of [fused.images("b", "custom"), fused.tag(image, "1", {}, 1), fused.uses("a", [], "all")])
      expect(await codeOf(call)).toBe(`${code} unknown`);
    // A share that was withdrawn for a moment is given back in any case.
    expect(await codeOf(fused.share(image, [], Number.POSITIVE_INFINITY))).toBe(`${code} unknown`);
  });

  it("does not take the lost connection of a SyncImages for a region that is down", async () => {
    const lost = bench("Network");
    await lost.codeOf(lost.fused.syncImage(lost.request));
    expect(await lost.codeOf(lost.fused.quota("a"))).toBe("Network unknown");
    const silent = bench("Timeout");
    await silent.codeOf(silent.fused.syncImage(silent.request));
    expect(await silent.codeOf(silent.fused.quota("a"))).toBe("NotSent none");
  });

  it("goes on after any answer of the cloud", async () => {
    const { fused, codeOf } = bench("UnauthorizedOperation");
    await codeOf(fused.quota("a"));
    expect(await codeOf(fused.quota("a"))).toBe("UnauthorizedOperation unknown");
  });
});
