// How a text that a user sees comes to be: from a code and typed parameters, written once in a catalogue.

declare const written: unique symbol;

/** A text from a catalogue. No other string is one, so that a text without a code does not compile. */
export type Text = string & { readonly [written]: true };

/** How urgent a message is: `error` needs manual action, `warn` deserves a look, `info` is for the record. */
export type Level = "info" | "warn" | "error";

/** One message: what happened and why in `text`, what to do next in `remedy`. `code` is stable and for programs. */
export interface Message<Code extends string = string> {
  readonly code: Code;
  readonly text: Text;
  readonly remedy?: Text;
  /** The request id of the call that it is about, which the vendor's support asks for. */
  readonly requestId?: string;
}

type Wording = string | { readonly text: string; readonly remedy?: string };

/** How one message is written from its parameters. */
export interface Definition<Params> {
  readonly level: Level;
  readonly write: (params: Params) => Wording;
  /** What to do, for docs/messages.md, where the text itself or a message in it says it. Not printed. */
  readonly help?: string | undefined;
}

type Definitions = Record<string, Definition<never>>;
type ParamsOf<D> = D extends Definition<infer Params> ? (unknown extends Params ? [] : [params: Params]) : never;

function defined(level: Level) {
  return <Params = unknown>(write: (params: Params) => Wording, help?: string): Definition<NoInfer<Params>> => {
    return { level, write, help };
  };
}

/** Defines a message that is for the record. */
export const info = defined("info");
/** Defines a message that deserves a look. */
export const warn = defined("warn");
/** Defines a message that needs manual action. */
export const error = defined("error");

/** A catalogue: called with a code and its parameters it answers the message. */
export interface Catalogue<D extends Definitions> {
  <Code extends keyof D & string>(code: Code, ...params: ParamsOf<D[Code]>): Message<Code>;
  readonly codes: readonly (keyof D & string)[];
  levelOf(code: keyof D & string): Level;
  /** What to do about a message that has no remedy of its own. */
  helpOf(code: keyof D & string): string | undefined;
}

/** Makes a catalogue of its definitions. */
export function catalogue<D extends Definitions>(definitions: D): Catalogue<D> {
  const write = (code: keyof D & string, params?: never): Message => {
    const wording = (definitions[code] as Definition<never>).write(params as never);
    const { text, remedy } = typeof wording === "string" ? { text: wording, remedy: undefined } : wording;
    return { code, text: text as Text, ...(remedy !== undefined && { remedy: remedy as Text }) };
  };
  const codes = Object.keys(definitions);
  const levelOf = (code: keyof D & string) => (definitions[code] as Definition<never>).level;
  const helpOf = (code: keyof D & string) => (definitions[code] as Definition<never>).help;
  return Object.assign(write, { codes, levelOf, helpOf }) as unknown as Catalogue<D>;
}

/** A text that was written earlier and is read back from a store, or that the cloud itself wrote. */
export function storedText(text: string): Text {
  return text as Text;
}

/** A message in one line: its text with the request id, and its remedy after a semicolon. */
export function fullText({ text, remedy, requestId }: Pick<Message, "text" | "remedy" | "requestId">): Text {
  const traced = withRequestId(text, requestId);
  return remedy === undefined ? traced : (`${traced}; ${remedy}` as Text);
}

/** A text that ends with a request id, if there is one and the text does not have it already. */
export function withRequestId(text: string, requestId: string | undefined): Text {
  const isSaid = requestId === undefined || requestId === "" || text.includes(requestId);
  return (isSaid ? text : `${text} (RequestId ${requestId})`) as Text;
}
