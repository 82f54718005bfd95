// What a failed call to CLS, the log service, means, and what to do next.
import { error, info, warn } from "./define.ts";

/** Makes meanings that have one remedy. */
export const withRemedy = (remedy: string) => (text: string) => error(() => ({ text, remedy }));

const logFault = withRemedy("check CLS_TOPIC_ID and CLS_REGION, and the topic in the console of CLS");
/** For refusals that no policy, image or account can cause. */
export const defect = withRemedy("report this as a bug: the program sent a request that the API does not accept");

/** A part of `cloudMeaning`. */
export const logMeanings = {
  "log-topic-unknown": logFault("the log topic does not exist in this region"),
  "log-topic-closed": logFault("the log topic is closed"),
  "log-topic-isolated": logFault("the log topic is isolated, because the account has overdue payments"),
  "log-service-closed": error(() => ({
    text: "CLS refuses the account",
    remedy: "open CLS for the account in its console, and check its balance",
  })),
  "log-topic-busy": info(() => "the log topic takes no more for a moment"),
  "log-content-refused": defect("CLS does not accept the logs"),

  "log-search-refused": defect("CLS does not accept the search"),
  "log-search-no-index": error(() => ({
    text: "the log topic has no index for a field of the journal",
    remedy: "make its index as docs/logs.md says; CLS finds only lines that arrived after that",
  })),
  "log-search-slow": warn(() => ({
    text: "the search took CLS too long",
    remedy: "name a shorter time with --since",
  })),
  "log-search-busy": info(() => "CLS runs too many searches at the moment"),
  "log-search-too-large": error(() => ({
    text: "the search finds more than CLS returns",
    remedy: "name a shorter time with --since",
  })),
  "log-search-cold": error(() => ({
    text: "the log topic is of the kind that cannot be searched like this",
    remedy: "use a topic with standard storage (StorageType hot)",
  })),
} as const;
