// The doctor and the topics of the journal: that of this command, and that of the functions.
import { afterEach, beforeEach, expect, it } from "vitest";
import { complaints, type Deployment, deploy, examined } from "./deployment.ts";

let d: Deployment;
beforeEach(async () => {
  d = await deploy();
});
afterEach(() => d.close());

it("examines the topic of the functions though this command has another one", async () => {
  d.call("cls", "DeleteTopic", { TopicId: d.ids.journal });
  const checks = await examined(d, { env: { CLS_TOPIC_ID: d.ids.functions ?? "", CLS_REGION: "ap-guangzhou" } });
  expect(complaints(checks)).toContain("wrong journal of the functions: topic-absent");
});
