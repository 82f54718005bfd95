// cls 2020-10-16 SearchLog.
import { errors } from "../../errors.ts";
import { dropExpiredLines } from "../../services/logs/append-logs.ts";
import { mustBe, requireTopic } from "../../services/logs/find-topic.ts";
import { searchTime } from "../../services/logs/query/search-time.ts";
import { searchTopic } from "../../services/logs/query/search-topic.ts";
import { viewLog } from "../../services/logs/views.ts";
import { defineAction } from "../shared/define-action.ts";

const NO_ANALYSIS = { ColNames: null, AnalysisResults: null, AnalysisRecords: null, Columns: null, Topics: null };

export const searchLog = defineAction("cls", "SearchLog", (call, params) => {
  const { From: from, To: to, QueryString: query = "", QuerySyntax: syntax = 0, Sort: order = "desc" } = params;
  const { Limit: limit = 100, Offset: offset = 0, Context: context = "" } = params;
  if (params.Topics) throw mustBe("Topics", "absent: the emulator searches one topic; use `TopicId`");
  if (params.TopicId === undefined) throw errors.missingParameter("TopicId");
  const topic = requireTopic(call, params.TopicId);
  if (from >= to) throw mustBe("From", "before `To`");
  if (Buffer.byteLength(query) > 12 * 1024) throw mustBe("QueryString", "at most 12 KB");
  if (syntax !== 0 && syntax !== 1) throw mustBe("QuerySyntax", "0 or 1");
  if (order !== "asc" && order !== "desc") throw mustBe("Sort", "`asc` or `desc`");
  if (limit < 1 || limit > 1000) throw mustBe("Limit", "from 1 to 1000");
  if (offset < 0) throw mustBe("Offset", "0 or more");
  dropExpiredLines(call.world, topic);
  const time = searchTime(() => performance.now());
  const found = searchTopic(topic, { from, to, query, order, limit, offset, context }, time);
  const Results = found.lines.map((line) => viewLog(topic, line));
  return { Results, Context: found.context, ListOver: found.isOver, Analysis: false, SamplingRate: 1, ...NO_ANALYSIS };
});
