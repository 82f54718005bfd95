// Every line that validate prints.
import { error, info } from "../../lib/model/messages/define.ts";
import { count } from "./words.ts";

export const validateLines = {
  valid: info((p: { file: string; policies: number }) => {
    return `${p.file}: ${count(p.policies, "policy", "policies")}, no errors`;
  }),
  "valid-policy": info((p: { name: string; enabled: boolean; from: readonly string[]; to: readonly string[] }) => {
    const to = p.to.join(", ") || "no other region";
    return `  ${p.name}${p.enabled ? "" : " (disabled)"}: ${p.from.join(", ")} → ${to}`;
  }),
  "test-failed": error((p: { where: string; name: string; expected: readonly string[]; got: readonly string[] }) => {
    const list = (regions: readonly string[]) => regions.join(", ") || "no region";
    return `${p.where}: ${p.name}: expected ${list(p.expected)}, got ${list(p.got)}`;
  }),
  "test-reason": info((p: { reason: string }) => `  ${p.reason}`),
  "tests-total": info((p: { passed: number; failed: number }) => {
    return `${count(p.passed, "test")} passed${p.failed > 0 ? `, ${p.failed} failed` : ""}`;
  }),
} as const;
