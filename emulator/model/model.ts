// The vendor's API model: the members of every request and answer, as data and as types.
import { as } from "./services/as.ts";
import { cam } from "./services/cam.ts";
import { cls } from "./services/cls.ts";
import { cvm } from "./services/cvm.ts";
import { eb } from "./services/eb.ts";
import { region } from "./services/region.ts";
import { scf } from "./services/scf.ts";
import { ssm } from "./services/ssm.ts";
import { sts } from "./services/sts.ts";
import { tag } from "./services/tag.ts";

/**
 * Every service. A member is written as `Filter[]?`: the type of a value (`string`, `int`, `float`,
 * `bool` or an object of the service), `[]` for a list, `|null` if an answer may have null, and `?`
 * if a request or an answer may lack the member.
 */
export const MODEL = { as, cam, cls, cvm, eb, region, scf, ssm, sts, tag };

type Model = typeof MODEL;

/** A product of the vendor that the model describes. */
export type Service = keyof Model;

/** The name of an action of a service. */
export type ActionName<S extends Service> = keyof Model[S]["actions"] & string;

interface Scalars {
  readonly string: string;
  readonly int: number;
  readonly float: number;
  readonly bool: boolean;
}

type Value<Objects, Text> = Text extends `${infer Kind}?`
  ? Value<Objects, Kind>
  : Text extends `${infer Kind}|null`
    ? Value<Objects, Kind> | null
    : Text extends `${infer Kind}[]`
      ? Value<Objects, Kind>[]
      : Text extends keyof Scalars
        ? Scalars[Text]
        : Text extends keyof Objects
          ? Struct<Objects, Objects[Text]>
          : never;

type OptionalName<Members> = {
  [K in keyof Members]: Members[K] extends `${string}?` ? K : never;
}[keyof Members];

type Struct<Objects, Members> = {
  -readonly [K in Exclude<keyof Members, OptionalName<Members>>]: Value<Objects, Members[K]>;
} & { -readonly [K in OptionalName<Members>]?: Value<Objects, Members[K]> };

type Part<S extends Service, N, P extends "input" | "output"> = N extends keyof Model[S]["actions"]
  ? Model[S]["actions"][N] extends Record<P, infer Members>
    ? Members
    : never
  : never;

/** The parameters of an action. */
export type Params<S extends Service, N extends ActionName<S>> = Struct<Model[S]["inputs"], Part<S, N, "input">>;

/** The answer of an action without its RequestId. */
export type Answer<S extends Service, N extends ActionName<S>> = Struct<Model[S]["outputs"], Part<S, N, "output">>;

/** The name of an object in the answers of a service. */
export type OutputName<S extends Service> = keyof Model[S]["outputs"] & string;

/** An object in the requests of a service. */
export type Input<S extends Service, N extends keyof Model[S]["inputs"]> = Struct<
  Model[S]["inputs"],
  Model[S]["inputs"][N]
>;

/** An object in the answers of a service. */
export type Output<S extends Service, N extends OutputName<S>> = Struct<Model[S]["outputs"], Model[S]["outputs"][N]>;

/** The members of a request, an answer or an object, by name. */
export type Members = Readonly<Record<string, string>>;

/** The model of one service without its exact types. */
export interface ServiceModel {
  readonly version: string;
  readonly actions: Readonly<Record<string, { readonly input: Members; readonly output: Members }>>;
  readonly inputs: Readonly<Record<string, Members>>;
  readonly outputs: Readonly<Record<string, Members>>;
}

/** The model of a service. */
export function modelOf(service: Service): ServiceModel {
  return MODEL[service];
}

/** One member, read from its text. */
export interface Member {
  readonly kind: string;
  readonly isList: boolean;
  readonly isNullable: boolean;
  readonly isOptional: boolean;
}

/** Reads the text of a member, such as `Filter[]?`. */
export function parseMember(text: string): Member {
  return {
    kind: /^\w+/.exec(text)?.[0] ?? "",
    isList: text.includes("[]"),
    isNullable: text.includes("|null"),
    isOptional: text.endsWith("?"),
  };
}
