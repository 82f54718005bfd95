// All actions of CLS.
import type { Action } from "../shared/define-action.ts";
import { createIndex } from "./create-index.ts";
import { createLogset } from "./create-logset.ts";
import { createTopic } from "./create-topic.ts";
import { deleteIndex } from "./delete-index.ts";
import { deleteLogset } from "./delete-logset.ts";
import { deleteTopic } from "./delete-topic.ts";
import { describeIndex } from "./describe-index.ts";
import { describeLogsets } from "./describe-logsets.ts";
import { describeTopics } from "./describe-topics.ts";
import { modifyIndex } from "./modify-index.ts";
import { searchLog } from "./search-log.ts";
import { uploadLog } from "./upload-log.ts";

/** The actions of cls 2020-10-16. */
export const CLS_ACTIONS: readonly Action[] = [
  createIndex,
  createLogset,
  createTopic,
  deleteIndex,
  deleteLogset,
  deleteTopic,
  describeIndex,
  describeLogsets,
  describeTopics,
  modifyIndex,
  searchLog,
  uploadLog,
];
