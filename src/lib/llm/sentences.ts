import { readError } from './completion.ts'
import type { LlmFailure, LlmFailureReason } from './outcome.ts'
import type { Broken, Reply } from './post.ts'

const longestDetail = 200

/** Says what went wrong with one server and model, and what to do about it. */
export interface Sentences {
  /** No reply came. */
  broken(broken: Broken): LlmFailure
  /** A reply came with a status other than 200. */
  status(reply: Reply): LlmFailure
  noCompletion(): LlmFailure
  noJson(cutAfter: number | null): LlmFailure
}

/** Sentences about the server at `url`. `apiKey` is only there to be kept out: servers repeat keys in their errors. */
export function sentencesFor(options: {
  url: URL
  model: string
  apiKey: string | null
  timeoutMs: number
  maxBytes: number
}): Sentences {
  const { url, model, apiKey, timeoutMs, maxBytes } = options
  const server = `The LLM server ${url.host}`
  const failed = (reason: LlmFailureReason, message: string): LlmFailure => ({
    kind: 'failed',
    reason,
    message,
  })

  function saying({ status, text }: Reply): string {
    const error = readError(text)
    const safe = apiKey ? error.replaceAll(apiKey, '[key]') : error
    const detail = safe.length > longestDetail ? `${safe.slice(0, longestDetail)}…` : safe
    return detail ? `${status}: ${detail}` : `${status}`
  }

  return {
    broken({ reason, code }) {
      switch (reason) {
        case 'timeout':
          return failed(
            reason,
            `${server} gave no whole answer within ${timeoutMs / 1000} s; a smaller LLM_MODEL or a faster machine would.`,
          )
        case 'tooLarge':
          return failed(
            reason,
            `${server} sent more than ${maxBytes} bytes for one answer; check that LLM_BASE_URL is an OpenAI-compatible server.`,
          )
        case 'aborted':
          return failed(reason, `The request to ${url.host} was called off.`)
        case 'unreachable':
          return failed(reason, `${server} ${unreachable(code)}`)
      }
    },
    status(reply) {
      const said = saying(reply)
      const { status } = reply
      if (status === 401 || status === 403) {
        return failed(
          'denied',
          apiKey
            ? `${server} did not accept the key (${said}); correct LLM_API_KEY.`
            : `${server} wants a key (${said}); set LLM_API_KEY.`,
        )
      }
      if (status === 404) {
        return failed(
          'notFound',
          `${server} has no model ${model}, or nothing at ${url.pathname} (${said}); check LLM_MODEL, and LLM_BASE_URL, which often ends in /v1.`,
        )
      }
      if (status === 429 || status === 502 || status === 503) {
        return failed(
          'busy',
          `${server} is too busy or not ready (${said}); it is asked again later. If that lasts, look at its limits or change LLM_BASE_URL.`,
        )
      }
      if (status >= 500) {
        return failed(
          'serverError',
          `${server} failed (${said}); its log says why, or try another LLM_MODEL.`,
        )
      }
      if (status >= 300 && status < 400) {
        return failed(
          'rejected',
          `${server} redirects elsewhere (${status}); set LLM_BASE_URL to where it leads.`,
        )
      }
      return failed(
        'rejected',
        `${server} did not accept the request (${said}); check that LLM_MODEL is a chat model with a context long enough.`,
      )
    },
    noCompletion: () =>
      failed(
        'notJson',
        `${server} answered with something other than a chat completion; check LLM_BASE_URL, which often ends in /v1.`,
      ),
    noJson: (cutAfter) =>
      failed(
        'notJson',
        cutAfter === null
          ? `The model ${model} did not answer with JSON; another LLM_MODEL may.`
          : `The model ${model} was not done after ${cutAfter} tokens; an LLM_MODEL that thinks less may be.`,
      ),
  }
}

function unreachable(code: string): string {
  if (code === 'ECONNREFUSED') return 'refused the connection; start it, or correct LLM_BASE_URL.'
  if (code === 'ENOTFOUND') return 'has a name that nobody knows; correct LLM_BASE_URL.'
  const why = code ? ` (${code})` : ''
  return `could not be reached, or broke the connection${why}; check that it runs, and LLM_BASE_URL.`
}
