/** Why there is no answer. */
export type LlmFailureReason =
  /** No connection, or one that broke. */
  | 'unreachable'
  /** Too many requests, or not ready (429, 502, 503). */
  | 'busy'
  /** The key is wrong or missing (401, 403). */
  | 'denied'
  /** No such model or path (404). */
  | 'notFound'
  /** Any other status that says the request is at fault. */
  | 'rejected'
  | 'serverError'
  | 'timeout'
  | 'tooLarge'
  /** An answer came and is not what was asked for. */
  | 'notJson'
  | 'aborted'

/** No answer; `message` is a sentence with the remedy and never holds the key. */
export interface LlmFailure {
  kind: 'failed'
  reason: LlmFailureReason
  message: string
}

/** What a chat came to. `json` is parsed, and not checked against the schema: models and servers vary. */
export type LlmOutcome = { kind: 'answer'; json: unknown } | LlmFailure
