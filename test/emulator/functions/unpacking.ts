// A program that unpacks a large function, and says so: for the test that kills it meanwhile.
import { strToU8 } from "fflate";
import { functionBench } from "./support.ts";

const names = Array.from({ length: 9000 }, (_, index) => `d${index % 100}/f${index}`);
const files = Object.fromEntries(names.map((name) => [name, strToU8("x")]));
const b = await functionBench();
await b.deploy("large", { "index.js": strToU8("exports.main_handler = async () => 1;"), ...files });
void b.invoke("large").catch(() => undefined);
