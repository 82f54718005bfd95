// Makes docs/messages.md: every message with a code, what it says and what to do, from the catalogues themselves.
import { groupBy } from "../../lib/model/collections.ts";
import type { Level } from "../../lib/model/messages/define.ts";
import { EXAMPLES } from "./message-examples.ts";
import { type AnyCatalogue, type CataloguePart, PARTS } from "./message-parts.ts";
import { type Variant, variantsOf } from "./placeholders.ts";

/** A message as the document shows it. */
interface Entry {
  readonly code: string;
  readonly level: Level;
  readonly forms: readonly Form[];
  /** The error codes of the cloud that lead to it. */
  readonly cloudCodes: readonly string[];
}

/** Texts with one remedy. */
interface Form {
  readonly texts: readonly string[];
  readonly remedy: string | undefined;
}

const HEAD = `# Messages

<!-- Made by \`npm run docs\` from lib/model/messages/ and cli/messages/. Change the messages there. -->

Search this page for a code or for a part of a text. \`<name>\` stands for a value; a list shows one value and \`…\`. Where a
message has several forms, each is shown. Codes are stable; \`--json\`, the journal and the log have them.

A message that is marked **error** needs manual action, one that is marked **warning** deserves a look; both are shown with what
to do. The others are for the record, in a table at the end of each part.
`;

/** The text of docs/messages.md. */
export function messagesDocument(): string {
  const parts = PARTS.map((part) => ({ ...part, entries: entriesOf(part) }));
  const contents = parts.map(({ title }) => `- [${title}](#${anchorOf(title)})`);
  return [HEAD, contents.join("\n"), ...parts.map(partText)].join("\n").concat("\n");
}

/** The messages at `error` or `warn` that say nowhere what to do, and those that no placeholder can be written into. */
export function messagesWithoutRemedy(): string[] {
  return PARTS.flatMap((part) =>
    entriesOf(part)
      .filter(({ level, forms }) => forms.length === 0 || (level !== "info" && forms.every(({ remedy }) => !remedy)))
      .map(({ code }) => `${part.title}: ${code}`),
  );
}

function entriesOf({ title, catalogues, help = {}, cloudCodes = {} }: CataloguePart): Entry[] {
  const entries = catalogues.flatMap((catalogue) =>
    catalogue.codes.map((code): Entry => {
      const forms = withHelp(
        formsOf(variantsIn(catalogue, code, EXAMPLES[title]?.[code])),
        catalogue.helpOf(code) ?? help[code],
      );
      return { code, level: catalogue.levelOf(code), forms, cloudCodes: cloudCodes[code] ?? [] };
    }),
  );
  return entries.sort((a, b) => (a.code < b.code ? -1 : 1));
}

function variantsIn(catalogue: AnyCatalogue, code: string, examples: readonly object[] | undefined): Variant[] {
  const written = (params: unknown) => catalogue(code, params);
  return examples?.map(written) ?? variantsOf(written);
}

function formsOf(variants: readonly Variant[]): Form[] {
  const byRemedy = groupBy(variants, ({ remedy }) => remedy);
  return [...byRemedy].map(([remedy, same]) => ({ texts: [...new Set(same.map(({ text }) => text.trim()))], remedy }));
}

/** `help` is for a message that has no remedy in any of its forms. */
function withHelp(forms: readonly Form[], help: string | undefined): Form[] {
  return forms.some(({ remedy }) => remedy !== undefined)
    ? [...forms]
    : forms.map(({ texts }) => ({ texts, remedy: help }));
}

function partText({ title, about, entries }: CataloguePart & { entries: readonly Entry[] }): string {
  const urgent = entries.filter(({ level }) => level !== "info").map(entryText);
  const others = entries.filter(({ level }) => level === "info");
  const table = ["| code | text |", "| --- | --- |", ...others.map(rowText)].join("\n");
  return [`\n## ${title}`, about, ...urgent, ...(others.length > 0 ? [table] : [])].join("\n\n");
}

function entryText({ code, level, forms, cloudCodes }: Entry): string {
  const lines = [
    `**\`${code}\`** · ${level === "warn" ? "warning" : "error"}`,
    ...(cloudCodes.length > 0 ? [`- codes of the cloud: ${cloudCodes.map(verbatim).join(", ")}`] : []),
    ...forms.flatMap(({ texts, remedy }) => [
      ...texts.map((text) => `- ${verbatim(text)}`),
      ...(remedy === undefined ? [] : [`  - what to do: ${prose(remedy)}`]),
    ]),
  ];
  return lines.join("\n");
}

function rowText({ code, forms, cloudCodes }: Entry): string {
  const codes = cloudCodes.length > 0 ? ` (${cloudCodes.map(verbatim).join(", ")})` : "";
  const texts = forms.map(({ texts: same, remedy }) => {
    const next = remedy === undefined ? "" : `<br>_what to do:_ ${prose(remedy)}`;
    return `${same.map(verbatim).join("<br>")}${next}`;
  });
  return `| \`${code}\` | ${`${texts.join("<br>")}${codes}`.replaceAll("|", "\\|").replaceAll("\n", " ")} |`;
}

/** A text as the program prints it. */
function verbatim(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** A remedy: its placeholders are marked, since Markdown takes them for HTML. */
function prose(remedy: string): string {
  const outsideCode = remedy.split("`");
  return outsideCode
    .map((part, at) => (at % 2 === 0 ? part.replaceAll(/<[\w ]+>/g, "`$&`").replaceAll("*", "\\*") : part))
    .join("`");
}

function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, "")
    .replaceAll(/\s/g, "-");
}
