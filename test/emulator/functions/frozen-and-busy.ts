// A program with an emulator that has a frozen and a busy instance, to be killed by a test.
import { setTimeout as sleep } from "node:timers/promises";
import { functionBench } from "./support.ts";

const b = await functionBench();
await b.deploy("frozen", "exports.main_handler = async () => process.env.USER_CODE_ROOT;");
const root = JSON.parse((await b.invoke("frozen")).RetMsg) as string;
await b.deploy("busy", "exports.main_handler = () => { for (;;); };", { Timeout: 900 });
void b.invoke("busy");
await sleep(500);
process.stdout.write(`${JSON.stringify({ root })}\n`);
