// The users of images: found whole, or an error.
import { describe, expect, it } from "vitest";
import { type ApiRequest, failure, type Reaction, serve } from "./api-server.ts";

type Lists = Readonly<Record<string, object[]>>;

const SETS: Readonly<Record<string, string>> = {
  DescribeInstances: "InstanceSet",
  DescribeLaunchTemplates: "LaunchTemplateSet",
  DescribeLaunchTemplateVersions: "LaunchTemplateVersionSet",
  DescribeLaunchConfigurations: "LaunchConfigurationSet",
};

const instance = (n: number, imageId?: string) => ({ InstanceId: `ins-${n}`, ImageId: imageId });
const configuration = (n: number, more: object) => ({ LaunchConfigurationId: `asc-${n}`, ...more });
const template = (id: string, latest: number, count = latest, preset?: number) => ({
  LaunchTemplateId: id,
  LatestVersionNumber: latest,
  DefaultVersionNumber: preset,
  LaunchTemplateVersionCount: count,
});
const version = (number: number, imageId?: string) => ({
  LaunchTemplateVersion: number,
  LaunchTemplateVersionData: { ImageId: imageId },
});

/** The requested page of a list; the versions of a launch template are listed under its id. */
function pageOf(lists: Lists, { action, params }: ApiRequest): Reaction {
  const { Offset, Limit, LaunchTemplateId, MinVersion, MaxVersion } = params as Record<string, number> & {
    LaunchTemplateId?: string;
  };
  let all = lists[LaunchTemplateId ?? action] ?? [];
  if (LaunchTemplateId !== undefined) {
    all = (all as ReturnType<typeof version>[]).filter(
      ({ LaunchTemplateVersion: n }) => n >= (MinVersion ?? 0) && n <= (MaxVersion ?? 30),
    );
  }
  const from = Offset ?? 0;
  return { answer: { [SETS[action] ?? ""]: all.slice(from, from + (Limit ?? 20)), TotalCount: all.length } };
}

const world = (lists: Lists, odd: (request: ApiRequest) => Reaction | undefined = () => undefined) =>
  serve((request) => odd(request) ?? pageOf(lists, request));

describe.concurrent("uses", () => {
  it("leaves out versions of launch templates that are older than the default one, if asked to", async () => {
    const api = await world({
      DescribeLaunchTemplates: [template("lt-1", 3, 3, 2), template("lt-2", 2)],
      "lt-1": [version(1, "img-old"), version(2, "img-default"), version(3, "img-next")],
      "lt-2": [version(1, "img-unknown"), version(2)],
    });
    const ids = ["img-old", "img-default", "img-next", "img-unknown"];
    const usedWith = async (versions: "all" | "default") => [
      ...(await api.cloud().uses("ap-tokyo", ids, versions)).keys(),
    ];
    expect(await usedWith("all")).toEqual(ids);
    expect(await usedWith("default")).toEqual(ids.slice(1));
  });

  it("finds instances, versions of launch templates and launch configurations, and names the first", async () => {
    const api = await world({
      DescribeInstances: [instance(1, "img-aaaa"), instance(2, "img-other"), instance(3)],
      DescribeLaunchTemplates: [template("lt-1", 3, 2), template("lt-2", 1)],
      "lt-1": [version(1, "img-bbbb"), version(3, "img-aaaa")],
      "lt-2": [version(1)],
      DescribeLaunchConfigurations: [
        configuration(1, { ImageId: "img-cccc" }),
        configuration(2, { ImageId: "img-aaaa" }),
      ],
    });
    const uses = await api.cloud().uses("ap-tokyo", ["img-aaaa", "img-bbbb", "img-cccc", "img-free"], "all");
    expect([...uses]).toEqual([
      ["img-aaaa", "instance ins-1 and 2 more"],
      ["img-bbbb", "launch template lt-1 version 1"],
      ["img-cccc", "launch configuration asc-1"],
    ]);
    expect(api.requests.map(({ host, region }) => `${host} ${region}`)).toEqual([
      ...Array.from({ length: 4 }, () => "cvm.tencentcloudapi.com ap-tokyo"),
      "as.tencentcloudapi.com ap-tokyo",
    ]);
    expect(api.requests.at(-1)?.headers["x-tc-version"]).toBe("2018-04-19");
    expect(api.requests[2]?.params).toEqual({
      LaunchTemplateId: "lt-1",
      MinVersion: 0,
      MaxVersion: 3,
      Offset: 0,
      Limit: 100,
    });
  });

  it("reads lists of any length whole, and versions beyond the 30 of a default answer", async () => {
    const api = await world({
      DescribeInstances: Array.from({ length: 250 }, (_, n) => instance(n, n === 249 ? "img-aaaa" : "img-other")),
      DescribeLaunchTemplates: [template("lt-1", 140)],
      "lt-1": Array.from({ length: 140 }, (_, n) => version(n + 1, n === 139 ? "img-bbbb" : undefined)),
      DescribeLaunchConfigurations: Array.from({ length: 101 }, (_, n) =>
        configuration(n, { ImageId: n === 100 ? "img-cccc" : "img-other" }),
      ),
    });
    expect([...(await api.cloud().uses("ap-tokyo", ["img-aaaa", "img-bbbb", "img-cccc"], "all")).values()]).toEqual([
      "instance ins-249",
      "launch template lt-1 version 140",
      "launch configuration asc-100",
    ]);
  });

  it("misses no instance although others are deleted between the pages", async () => {
    let all = Array.from({ length: 150 }, (_, n) => instance(n, n === 100 ? "img-aaaa" : "img-other"));
    const api = await world({}, (request) => {
      if (request.action !== "DescribeInstances") return undefined;
      const page = pageOf({ DescribeInstances: all }, request);
      if (all.length === 150) all = all.slice(2);
      return page;
    });
    expect([...(await api.cloud().uses("ap-tokyo", ["img-aaaa"], "all")).values()]).toEqual(["instance ins-100"]);
  });

  it("counts a launch configuration that names a family in place of an image", async () => {
    const api = await world(
      {
        DescribeLaunchConfigurations: [
          configuration(1, { ImageFamily: "golden", ImageId: "" }),
          configuration(2, { ImageFamily: "golden", ImageId: null }),
          configuration(3, { ImageFamily: "empty" }),
        ],
      },
      ({ action, params }) =>
        action === "DescribeImageFromFamily"
          ? {
              answer: {
                Image: (params as { ImageFamily: string }).ImageFamily === "golden" ? { ImageId: "img-aaaa" } : null,
              },
            }
          : undefined,
    );
    const uses = await api.cloud().uses("ap-tokyo", ["img-aaaa", "img-bbbb"], "all");
    expect([...uses]).toEqual([["img-aaaa", "launch configuration asc-1 and 1 more"]]);
    expect(api.requests.filter(({ action }) => action === "DescribeImageFromFamily")).toHaveLength(2);
  });

  it("finds no users in empty lists, and sends nothing for no images", async () => {
    const api = await world({});
    expect((await api.cloud().uses("ap-tokyo", [], "all")).size).toBe(0);
    expect(api.requests).toHaveLength(0);
    expect((await api.cloud().uses("ap-tokyo", ["img-aaaa"], "all")).size).toBe(0);
    expect(api.requests.map(({ action }) => action)).toEqual([
      "DescribeInstances",
      "DescribeLaunchTemplates",
      "DescribeLaunchConfigurations",
    ]);
  });
});

describe.concurrent("uses that cannot be read whole", () => {
  const LISTS: Lists = {
    DescribeInstances: [instance(1)],
    DescribeLaunchTemplates: [template("lt-1", 1)],
    "lt-1": [version(1)],
    DescribeLaunchConfigurations: [configuration(1, {})],
  };
  const usesWhen = async (action: string, reaction: Reaction) => {
    const api = await world(LISTS, (request) => (request.action === action ? reaction : undefined));
    return await failure(api.cloud().uses("ap-tokyo", ["img-aaaa"], "all"));
  };
  const actions = Object.keys(SETS);

  it("are read whole from the lists that these tests then change", async () => {
    const api = await world(LISTS);
    expect((await api.cloud().uses("ap-tokyo", ["img-aaaa"], "all")).size).toBe(0);
  });

  it.each(actions)("throw if %s is refused, or not served in the region", async (action) => {
    for (const code of ["UnauthorizedOperation", "UnsupportedRegion", "InvalidAction"]) {
      const error = await usesWhen(action, { error: code });
      expect(error).toMatchObject({ name: "CloudError", action, region: "ap-tokyo", code, effect: "none" });
    }
  });

  it.each(actions)("throw if %s has no TotalCount, or a malformed set", async (action) => {
    const set = SETS[action] ?? "";
    const odd: object[] = [{}, { [set]: [] }, { [set]: "x", TotalCount: 1 }, { [set]: ["x"], TotalCount: 1 }];
    odd.push({ [set]: [{}], TotalCount: 1 }, { [set]: [{ ImageId: "img-aaaa" }], TotalCount: 1 });
    for (const answer of odd) {
      expect(await usesWhen(action, { answer })).toMatchObject({ name: "CloudError", action, code: "BadAnswer" });
    }
  });

  it.each(actions)("throw if %s withholds entries, or keeps changing", async (action) => {
    expect(await usesWhen(action, { answer: { TotalCount: 3 } })).toMatchObject({ code: "Unstable", outcome: "retry" });
    const { answer } = pageOf(LISTS, { action, params: { LaunchTemplateId: undefined } } as ApiRequest) as {
      answer: object;
    };
    expect(await usesWhen(action, { answer: { ...answer, TotalCount: 2 } })).toMatchObject({ code: "Unstable" });
  });

  it.each<[string, string, object]>([
    ["an image id that is a number", "DescribeInstances", { InstanceId: "ins-1", ImageId: 7 }],
    ["a template without its latest version", "DescribeLaunchTemplates", { LaunchTemplateId: "lt-1" }],
    ["a version without data", "DescribeLaunchTemplateVersions", { LaunchTemplateVersion: 1 }],
    ["a version without a number", "DescribeLaunchTemplateVersions", { LaunchTemplateVersionData: {} }],
  ])("throw for %s", async (_, action, entry) => {
    const answer = { [SETS[action] ?? ""]: [entry], TotalCount: 1 };
    expect(await usesWhen(action, { answer })).toMatchObject({ action, code: "BadAnswer" });
  });

  it("throw if a launch template has more versions than are listed", async () => {
    const api = await world({ ...LISTS, DescribeLaunchTemplates: [template("lt-1", 5, 2)] });
    const error = await failure(api.cloud().uses("ap-tokyo", ["img-aaaa"], "all"));
    expect(error).toMatchObject({ action: "DescribeLaunchTemplateVersions", code: "Unstable" });
    expect(error.message).toContain("1 of 2 versions of launch template lt-1");
  });

  it("throw if the family of a launch configuration cannot be read", async () => {
    const api = await world(
      { ...LISTS, DescribeLaunchConfigurations: [configuration(1, { ImageFamily: "golden" })] },
      ({ action }) => (action === "DescribeImageFromFamily" ? { error: "UnauthorizedOperation" } : undefined),
    );
    const error = await failure(api.cloud().uses("ap-tokyo", ["img-aaaa"], "all"));
    expect(error).toMatchObject({ action: "DescribeImageFromFamily", code: "UnauthorizedOperation" });
  });
});
