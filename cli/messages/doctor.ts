// Every line that doctor prints about itself.
import { error, info } from "../../lib/model/messages/define.ts";

export const doctorLines = {
  "doctor-waiting": info((p: { open: readonly string[] }) => `examining ${p.open.join(", ")} …`),
  "doctor-total": info((p: { wrong: number; warnings: number; notChecked: number; ok: number }) => {
    const parts = [`${p.ok} ok`, `${p.warnings} ${p.warnings === 1 ? "warning" : "warnings"}`, `${p.wrong} wrong`];
    return [...parts, `${p.notChecked} not checked`].join(", ");
  }),
  "not-a-stage": error((p: { value: string }) => ({
    text: `"${p.value}" is not a stage`,
    remedy: "use letters, digits and dashes, as in npx serverless deploy --stage NAME",
  })),
} as const;
