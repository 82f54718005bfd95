// Every line that the commands emulator and demo print.
import { error, info, warn } from "../../lib/model/messages/define.ts";
import { count } from "./words.ts";

export const emulatorLines = {
  "bad-port": error((p: { value: string }) => `"${p.value}" is not a port from 0 to 65535`),
  "bad-time-scale": error((p: { value: string }) => `"${p.value}" is not a number above 0, such as 60`),
  "bad-seed": error((p: { value: string }) => `"${p.value}" is not a whole number`),
  "emulator-not-started": error((p: { cause: string }) => p.cause),
  "emulator-started": info((p: { url: string; timeScale: number }) => {
    return `Tencent Cloud emulator at ${p.url}, ${p.timeScale} times as fast as the cloud. In another terminal:`;
  }),
  "emulator-exposed": warn((p: { host: string }) => {
    return `warning: other machines may reach the emulator at ${p.host}, and its control API asks for no key; leave out --host`;
  }),
  "emulator-runs-functions": warn(() => {
    return "warning: functions that are deployed to this emulator run with all your rights; this is no sandbox. Its keys are new at every start";
  }),
  "emulator-export": info((p: { name: string; value: string }) => `  export ${p.name}=${p.value}`),
  "emulator-export-id": info((p: { value: string; account: string }) => {
    return `  export TENCENTCLOUD_SECRET_ID=${p.value}   # account ${p.account}`;
  }),
  "emulator-bucket": info((p: { name: string; region: string }) => {
    return `  # A state in COS instead of a file: export STATE_URL=cos://${p.name}/state?region=${p.region}`;
  }),
  "emulator-world": info((p: { url: string }) => `Its contents: ${p.url}/_emulator/world   Press Ctrl-C to stop.`),
  "not-built": error((p: { file: string }) => `${p.file} is missing; run npm run build`),
  "demo-cloud": info((p: { url: string; timeScale: number }) => {
    return `1. The emulated Tencent Cloud runs at ${p.url}, ${p.timeScale} times as fast as the cloud.`;
  }),
  "demo-source": info((p: { account: string; imageId: string; name: string; region: string }) => {
    return `2. Account ${p.account} creates image ${p.imageId} "${p.name}" in ${p.region}.`;
  }),
  "demo-shared": info((p: { account: string; imageId: string; name: string }) => {
    return `3. Account ${p.account} creates image ${p.imageId} "${p.name}", which it will share.`;
  }),
  "demo-functions": info(() => "4. The functions copy both: image-created by event, poll-copies by timer."),
  "demo-total": info((p: { totals: string; seconds: number; calls: number }) => {
    return `${p.totals}, after ${p.seconds} s and ${count(p.calls, "SyncImages call")}.`;
  }),
  "demo-succeeded": info(() => "Every image has exactly one copy in each region that its policy names."),
  "demo-failed": error(() => "Not every copy is ready."),
} as const;
