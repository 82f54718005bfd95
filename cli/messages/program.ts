// Every line that the program prints about itself: its version, its input and its completion.
import { error, info } from "../../lib/model/messages/define.ts";

export const programLines = {
  version: info(
    (p: { version: string; build: string | null; node: string; platform: string; arch: string }) =>
      `cvm-replicator ${p.version}, build ${p.build ?? "sources"}, Node ${p.node}, ${p.platform} ${p.arch}`,
  ),
  "no-command": error(() => "no command is given; cvm-replicator --help shows all commands"),
  "input-is-terminal": error(() => ({
    text: "standard input is a terminal, so there is no policy to read",
    remedy: "pipe the file into the command, as in: cat policy.yaml | cvm-replicator plan --policy -",
  })),
  "input-is-empty": error(() => ({
    text: "standard input is empty",
    remedy: "check the command before the pipe: it printed no policy",
  })),
} as const;
