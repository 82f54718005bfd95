// The fields of a journal line in CLS: their names and types, for the index and for the doctor, which checks it.

/** One field of a line, as the index of the topic needs it (cls 2020-10-16, CreateIndex, `KeyValues`). */
export interface LogField {
  /** Never begins with `_`, which UploadLog refuses. */
  readonly name: string;
  readonly type: "text";
  /**
   * The characters that separate the words of a value. Empty: the whole value is one word, so that an
   * id is found by itself and counted (`count(distinct "id")`).
   */
  readonly tokenizer: string;
}

const WORDS = ` ,;:"'()[]{}<>/\\=|`;
const exact = (name: string): LogField => ({ name, type: "text", tokenizer: "" });

/**
 * All fields. A line has those that it has a value for; `id`, `time`, `level`, `event`, `text`, `run` and
 * `account` are always there. Names are lower case with `_`, which SQL needs no quotes for.
 */
export const LOG_FIELDS = [
  /** The same in every delivery of a line: a line that was sent twice has it twice. */
  exact("id"),
  /** When the line was written, in ISO 8601. The log's own time is the same, but for lines that CLS refused. */
  exact("time"),
  exact("level"),
  exact("event"),
  /** The code of the reason or of the cloud's error. */
  exact("code"),
  { name: "text", type: "text", tokenizer: WORDS },
  exact("run"),
  exact("account"),
  exact("policy"),
  exact("source_region"),
  exact("source_image"),
  exact("destination_region"),
  /** `plain`, or the encryption of the copy: one source may have both in one region. */
  exact("variant"),
  /** The image that the line is about: the copy, if it has one. */
  exact("image"),
  exact("image_region"),
  /** The id of the call in the cloud. */
  exact("request"),
] as const satisfies readonly LogField[];

/** The name of a field. */
export type LogFieldName = (typeof LOG_FIELDS)[number]["name"];
