/** A whole reply, whatever its status. */
export interface Reply {
  kind: 'reply'
  status: number
  headers: Headers
  text: string
}

/** What kept a reply from coming. `code` is that of the socket, where there is one. */
export interface Broken {
  kind: 'broken'
  reason: 'unreachable' | 'timeout' | 'tooLarge' | 'aborted'
  code: string
}

/**
 * Sends JSON and reads the reply, of at most `maxBytes` bytes. Redirects are not followed: a key must not travel to
 * where the operator did not send it. A `signal` that ends with a TimeoutError is a time-out, any other a call-off.
 */
export async function post(
  url: string,
  options: { headers: Record<string, string>; body: unknown; maxBytes: number; signal: AbortSignal },
): Promise<Reply | Broken> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...options.headers },
      body: JSON.stringify(options.body),
      signal: options.signal,
    })
    const text = await readText(response, options.maxBytes)
    if (text === null) return { kind: 'broken', reason: 'tooLarge', code: '' }
    return { kind: 'reply', status: response.status, headers: response.headers, text }
  } catch (error) {
    if (!options.signal.aborted) return { kind: 'broken', reason: 'unreachable', code: codeOf(error) }
    const timedOut = (options.signal.reason as Error | undefined)?.name === 'TimeoutError'
    return { kind: 'broken', reason: timedOut ? 'timeout' : 'aborted', code: '' }
  }
}

/** The body as text; null when it is longer than `maxBytes`, of which no more is read then. */
async function readText(response: Response, maxBytes: number): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop cancels the body.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > maxBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The innermost code: fetch wraps the socket's error, and several addresses tried make one AggregateError. */
function codeOf(error: unknown): string {
  const { code, cause, errors } = (error ?? {}) as { code?: unknown; cause?: unknown; errors?: unknown[] }
  if (typeof code === 'string' && code) return code
  if (errors?.length) return codeOf(errors[0])
  return cause ? codeOf(cause) : ''
}
