// Requests are checked against the vendor's model, in every action and at any depth.
import { describe, expect, it } from "vitest";
import { ApiError } from "../../../emulator/errors.ts";
import { checkRequest } from "../../../emulator/model/check-request.ts";
import { type Members, MODEL, modelOf, parseMember, type Service } from "../../../emulator/model/model.ts";
import { caught } from "../support.ts";

const SERVICES = Object.keys(MODEL) as Service[];
const VALUES: Readonly<Record<string, unknown>> = { string: "text", int: 7, float: 1.5, bool: true };

type Fields = Record<string, unknown>;
type Objects = Readonly<Record<string, Members>>;

/** A request with every member that the model knows; each list has two items. No object is in one of its kind. */
function complete(objects: Objects, members: Members, around: readonly string[] = []): Fields {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, text]) => {
      const { kind, isList } = parseMember(text);
      if (around.includes(kind)) return [];
      const value = () => VALUES[kind] ?? complete(objects, objects[kind] ?? {}, [...around, kind]);
      return [[name, isList ? [value(), value()] : value()]];
    }),
  );
}

interface Place {
  readonly path: string;
  readonly owner: Fields;
  readonly name: string;
  readonly text: string;
}

/** Every member of a request, at any depth. */
function places(objects: Objects, members: Members, owner: Fields, prefix = ""): Place[] {
  return Object.entries(members).flatMap(([name, text]) => {
    if (!(name in owner)) return [];
    const path = prefix + name;
    const { kind } = parseMember(text);
    const inside = [owner[name]].flat().flatMap((value, index) => {
      if (objects[kind] === undefined) return [];
      const at = Array.isArray(owner[name]) ? `${path}.${index}.` : `${path}.`;
      return places(objects, objects[kind], value as Fields, at);
    });
    return [{ path, owner, name, text }, ...inside];
  });
}

/** Changes a place of a complete request of every action and returns what the check says. */
function changed(change: (place: Place) => void, choose: (place: Place) => boolean = () => true) {
  return SERVICES.flatMap((service) => {
    const { actions, inputs } = modelOf(service);
    return Object.entries(actions).flatMap(([action, { input }]) => {
      const count = places(inputs, input, complete(inputs, input)).length;
      return Array.from({ length: count }, (_, index) => index).flatMap((index) => {
        const request = complete(inputs, input);
        const place = places(inputs, input, request)[index];
        if (!place || !choose(place)) return [];
        change(place);
        return [{ place, check: () => checkRequest(service, action, request), request }];
      });
    });
  });
}

function refusals(cases: ReturnType<typeof changed>) {
  return cases.map(({ place, check }) => {
    const error = caught(check) as ApiError;
    expect(error).toBeInstanceOf(ApiError);
    return { place, code: error.code, text: error.message };
  });
}

describe("the check of requests", () => {
  it("accepts a request with all members of an action, and returns it", () => {
    for (const { check, request } of changed(() => undefined)) expect(check()).toEqual(request);
  });

  it("refuses an unknown member beside each known one, by its path", () => {
    const cases = refusals(changed(({ owner }) => Object.assign(owner, { Colour: "red" })));
    expect(cases.length).toBeGreaterThan(500);
    for (const { place, code, text } of cases) {
      const path = place.path.replace(/\w+$/, "Colour");
      expect([code, text]).toEqual(["UnknownParameter", `The parameter \`${path}\` is not recognized.`]);
    }
  });

  it.each([
    ["lacks", undefined],
    ["has null for", null],
  ])("refuses a request that %s a required member, by its path", (_, nothing) => {
    const isRequired = ({ text }: Place) => !parseMember(text).isOptional;
    const cases = refusals(
      changed(({ owner, name }) => {
        owner[name] = nothing;
      }, isRequired),
    );
    expect(cases.length).toBeGreaterThan(100);
    for (const { place, code, text } of cases) {
      const message = `The request is missing a required parameter \`${place.path}\`.`;
      expect([code, text]).toEqual(["MissingParameter", message]);
    }
  });

  it("accepts a request without any one optional member", () => {
    const isOptional = ({ text }: Place) => parseMember(text).isOptional;
    const cases = changed(({ owner, name }) => delete owner[name], isOptional);
    expect(cases.length).toBeGreaterThan(300);
    for (const { check, request } of cases) expect(check()).toEqual(request);
  });

  it("refuses a value of another type, by its path", () => {
    const wrong: Readonly<Record<string, unknown>> = { string: 7, int: "7", float: "1.5", bool: "true" };
    const cases = refusals(
      changed(({ owner, name, text }) => {
        const { kind, isList } = parseMember(text);
        owner[name] = isList ? [wrong[kind] ?? []] : (wrong[kind] ?? "text");
      }),
    );
    expect(cases.length).toBeGreaterThan(500);
    for (const { place, code, text } of cases) {
      const path = parseMember(place.text).isList ? `${place.path}.0` : place.path;
      expect(code).toBe("InvalidParameter");
      expect(text).toContain(`of parameter \`${path}\` is not valid: it must be a`);
    }
  });

  it("refuses one value for a list, and a list for one value", () => {
    const cases = refusals(
      changed(({ owner, name, text }) => {
        owner[name] = parseMember(text).isList ? "text" : [];
      }),
    );
    for (const { place, code, text } of cases) {
      expect([code, text.includes(`\`${place.path}\``)]).toEqual(["InvalidParameter", true]);
    }
  });

  it("takes numbers and booleans from the text of a query, a fraction only where the model has one", () => {
    const request = (members: object) => checkRequest("cvm", "DescribeImages", members as Fields, true);
    expect(request({ Limit: "5" })).toEqual({ Limit: 5 });
    expect((caught(() => request({ Limit: "1.5" })) as ApiError).code).toBe("InvalidParameter");
    const search = { From: "1", To: "2", SamplingRate: "0.5" };
    expect(checkRequest("cls", "SearchLog", search, true)).toEqual({ From: 1, To: 2, SamplingRate: 0.5 });
    expect(checkRequest("cvm", "DeleteImages", { ImageIds: ["i"], DryRun: "true" }, true)).toEqual({
      ImageIds: ["i"],
      DryRun: true,
    });
  });
});
