// The verdicts on error codes that only UploadLog and SearchLog document.
import { requeueUnknown, retryUnknown, terminalUnknown, type Verdict } from "./verdict.ts";

/**
 * Codes of cls 2020-10-16 UploadLog and SearchLog that no other action in use documents. All have the effect
 * "unknown": a log that arrives twice has the same id, so that sending it again does no harm.
 */
export const LOG_VERDICTS: Readonly<Record<string, Verdict>> = {
  "FailedOperation.MissingContent": terminalUnknown("call", "log-content-refused"),
  "FailedOperation.ReadQpsLimit": requeueUnknown("call", "too-many-requests"),
  "FailedOperation.Timeout": retryUnknown("call", "cloud-fault"),
  "FailedOperation.TopicClosed": terminalUnknown("call", "log-topic-closed"),
  "FailedOperation.TopicIsolated": terminalUnknown("call", "log-topic-isolated"),
  "FailedOperation.WriteQpsLimit": requeueUnknown("call", "log-topic-busy"),
  "FailedOperation.WriteTrafficLimit": requeueUnknown("call", "log-topic-busy"),
  "InvalidParameter.Content": terminalUnknown("call", "log-content-refused"),
  "LimitExceeded.LogSize": terminalUnknown("call", "log-content-refused"),
  "LimitExceeded.Tag": terminalUnknown("call", "log-content-refused"),
  OperationDenied: terminalUnknown("account", "log-service-closed"),
  "OperationDenied.ACLFailed": terminalUnknown("account", "action-not-granted"),
  "OperationDenied.AccountDestroy": terminalUnknown("account", "log-service-closed"),
  "OperationDenied.AccountIsolate": terminalUnknown("account", "log-service-closed"),
  "OperationDenied.AccountNotExists": terminalUnknown("account", "log-service-closed"),
  "FailedOperation.InvalidContext": terminalUnknown("call", "log-search-refused"),
  "FailedOperation.QueryError": terminalUnknown("call", "log-search-no-index"),
  "FailedOperation.SearchTimeout": retryUnknown("call", "log-search-slow"),
  "FailedOperation.SyntaxError": terminalUnknown("call", "log-search-refused"),
  "InternalError.SearchError": retryUnknown("call", "cloud-fault"),
  "InternalError.SearchFailed": retryUnknown("call", "cloud-fault"),
  "InternalError.ServerBusy": requeueUnknown("call", "log-search-busy"),
  "LimitExceeded.LogSearch": requeueUnknown("call", "log-search-busy"),
  "LimitExceeded.SearchResources": requeueUnknown("call", "log-search-busy"),
  "LimitExceeded.SearchResultTooLarge": terminalUnknown("call", "log-search-too-large"),
  "OperationDenied.NewSyntaxNotSupported": terminalUnknown("call", "log-search-refused"),
  "OperationDenied.OperationNotSupportInSearchLow": terminalUnknown("call", "log-search-cold"),
  "ResourceNotFound.PartitionNotExist": terminalUnknown("call", "log-topic-unknown"),
  "ResourceNotFound.TopicNotExist": terminalUnknown("call", "log-topic-unknown"),
};

/** Refusals of what the logs hold, so that fewer of them, or a shorter one, may be accepted. */
const OF_CONTENT = /^(InvalidParameter|LimitExceeded|RequestSizeLimitExceeded|FailedOperation\.MissingContent)(\.|$)/;

/** Whether UploadLog refused the logs themselves, and not the topic, the key or the moment. */
export const isAboutContent = (code: string): boolean => OF_CONTENT.test(code);

const TOO_MANY = /^FailedOperation\.(Timeout|WriteQpsLimit|WriteTrafficLimit)$/;

/** Whether UploadLog is worth a retry within seconds, besides the codes that any action may answer. */
export const isLogBusy = (code: string): boolean => TOO_MANY.test(code);

const SEARCH_AGAIN = /^(LimitExceeded\.(LogSearch|SearchResources)|FailedOperation\.(SearchTimeout|Timeout))$/;

/** Whether SearchLog is worth a retry within seconds, besides the codes that any action may answer. */
export const isSearchBusy = (code: string): boolean => SEARCH_AGAIN.test(code);
