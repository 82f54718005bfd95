// The command `npm run record`: plays a session at 80 columns with the emulator, and writes docs/session.{cast,svg}.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { startEmulatorProgram } from "../e2e/support.ts";
import { pictureOf } from "./picture.ts";
import { openTerminal, type Stretch, type Terminal } from "./terminal.ts";

const TOP = join(import.meta.dirname, "../..");
const COLUMNS = 80;
const POLICY = `version: 1
prices: { currency: CNY, snapshotGiBMonth: { default: 0.12 } }
policies:
  - name: golden
    from: [ap-guangzhou]
    select: { name: ["golden-*"] }
    to: [ap-beijing, ap-shanghai, ap-singapore]
    crossBorder: approved
    copy: { family: inherit }
`;
const INTERRUPT = "\u0003";

/** A command of the session: what is typed, and what happens while it runs. */
interface Step {
  readonly words: readonly string[];
  /** Whether the README's picture shows it. */
  readonly isInPicture: boolean;
  /** It runs beside the next one, in a terminal of its own. */
  readonly isBeside?: true;
  readonly during?: (terminal: Terminal) => Promise<void>;
}

const interruptedAfter = (pattern: RegExp) => async (terminal: Terminal) => {
  await terminal.waitFor(pattern);
  terminal.type(INTERRUPT);
};

/** Copies take 10 to 30 s at this scale: long enough to interrupt them, short enough to wait for them. */
const emulator = await startEmulatorProgram(60);
const cwd = mkdtempSync(join(tmpdir(), "session-"));
try {
  writeFileSync(join(cwd, "policy.yaml"), POLICY);
  const image = { region: "ap-guangzhou", name: "golden-web", sizeGiB: 20, count: 2 };
  await emulator.control("POST", "images", image);
  const [{ secretId, secretKey }] = DEFAULT_ACCOUNTS;
  const env = {
    PATH: process.env["PATH"],
    HOME: cwd,
    REPLICATOR_ENDPOINT: emulator.url,
    REPLICATOR_INSTALLATION: "session",
    TENCENTCLOUD_SECRET_ID: secretId,
    TENCENTCLOUD_SECRET_KEY: secretKey,
  };
  const steps: readonly Step[] = [
    { words: ["plan"], isInPicture: true },
    { words: ["apply", "--wait"], isInPicture: false, during: interruptedAfter(/ copying /) },
    { words: ["apply", "--wait"], isInPicture: true, isBeside: true },
    { words: ["status", "--watch"], isInPicture: false, during: interruptedAfter(/6 copies: 6 ok/) },
    { words: ["status"], isInPicture: true },
    { words: ["explain", "golden-web-1"], isInPicture: false },
    { words: ["history", "golden-web-1", "--region", "ap-beijing"], isInPicture: false },
    { words: ["outputs", "--format", "dotenv"], isInPicture: true },
  ];
  const events: string[] = [];
  const pictured: Stretch[][] = [];
  let startedAt = 0;
  const show = async ({ words, isInPicture }: Step, terminal: Terminal) => {
    const prompt = `$ cvm-replicator ${words.join(" ")}`;
    const exitCode = await terminal.ended();
    events.push(JSON.stringify([startedAt / 1000, "o", `${prompt}\r\n`]));
    for (const { at, text } of terminal.written) events.push(JSON.stringify([(startedAt + at) / 1000, "o", text]));
    startedAt += (terminal.written.at(-1)?.at ?? 0) + 1_000;
    process.stdout.write(`${prompt}\n${terminal.lines().join("\n")}\n[exit ${exitCode}]\n\n`);
    if (isInPicture)
      pictured.push([{ text: prompt, color: undefined, bold: true, dim: false }], ...terminal.styled(), []);
  };
  let beside: (() => Promise<void>) | undefined;
  for (const step of steps) {
    const terminal = openTerminal([process.execPath, join(TOP, "dist/cli/main.js"), ...step.words], { cwd, env });
    if (step.isBeside) {
      beside = () => show(step, terminal);
      continue;
    }
    await step.during?.(terminal);
    await beside?.();
    beside = undefined;
    await show(step, terminal);
  }
  const header = JSON.stringify({ version: 2, width: COLUMNS, height: 24, title: "cvm-replicator" });
  writeFileSync(join(TOP, "docs/session.cast"), `${[header, ...events].join("\n")}\n`);
  writeFileSync(join(TOP, "docs/session.svg"), pictureOf(pictured, COLUMNS));
} finally {
  rmSync(cwd, { recursive: true, force: true });
  await emulator.stop();
}
