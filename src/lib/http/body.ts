import { codingsOf, inflate, isTooLarge } from './inflate.ts'
import { failed, type HttpFailure } from './outcome.ts'

const mebibyte = 1024 * 1024

/**
 * Reads and inflates a body. `maxBytes` bounds both what comes over the network, for endless compressed data can inflate
 * to nothing, and what it inflates to.
 */
export async function readBody(
  body: AsyncIterable<Buffer>,
  headers: Record<string, string>,
  { maxBytes, host }: { maxBytes: number; host: string },
): Promise<Buffer | HttpFailure> {
  const tooLarge = () =>
    failed(
      'tooLarge',
      `${host} sent more than ${size(maxBytes)}; use a shorter version of it if there is one.`,
    )
  const codings = codingsOf(headers['content-encoding'])
  if (!codings) {
    const named = headers['content-encoding']?.slice(0, 80).replace(/[^ -~]/g, '?')
    return failed(
      'badEncoding',
      `${host} sent its body in a coding that was not asked for (${named}); tell its publisher.`,
    )
  }
  if (Number(headers['content-length']) > maxBytes) return tooLarge()
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes) return tooLarge()
    chunks.push(chunk)
  }
  try {
    return await inflate(Buffer.concat(chunks, bytes), codings, maxBytes)
  } catch (error) {
    if (isTooLarge(error)) return tooLarge()
    throw error
  }
}

function size(bytes: number): string {
  return bytes >= mebibyte ? `${Math.round(bytes / mebibyte)} MiB` : `${bytes} bytes`
}
