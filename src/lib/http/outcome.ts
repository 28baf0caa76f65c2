/** Why no response could be had. */
export type FailureReason =
  | 'timeout'
  | 'tooLarge'
  | 'privateAddress'
  | 'badUrl'
  | 'badPort'
  | 'tooManyRedirects'
  | 'dns'
  | 'refused'
  | 'tls'
  | 'network'
  /** It answered, and not in HTTP or not within its rules. */
  | 'badAnswer'
  | 'badEncoding'
  | 'aborted'

/** A whole response, whatever its status. */
export interface HttpResponse {
  kind: 'response'
  status: number
  /** Names in lower case; a header sent more than once has its values joined by a comma. */
  headers: Record<string, string>
  /** Inflated. */
  body: Buffer
  /** Where the response came from, after redirects; without a fragment. */
  url: string
  /** Where a chain of nothing but 301 and 308 led, from the first hop on; null without such a hop. */
  permanentUrl: string | null
}

/** No response; `message` is a sentence that names the host. */
export interface HttpFailure {
  kind: 'failed'
  reason: FailureReason
  message: string
}

export type HttpOutcome = HttpResponse | HttpFailure

/** A failure as a value. */
export function failed(reason: FailureReason, message: string): HttpFailure {
  return { kind: 'failed', reason, message }
}
