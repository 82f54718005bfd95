// HeadObject: the headers of an object.
import type { Operation } from "../operation.ts";
import { answerObject } from "./get-object.ts";

export const headObject: Operation = { name: "HeadObject", method: "HEAD", on: "object", run: answerObject };
