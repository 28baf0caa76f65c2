import { createPrivateKey } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'

export interface DkimKey {
  /** Domain that signs, that of the sender's address. */
  domain: string
  selector: string
  /** PEM. */
  privateKey: string
}

/**
 * What is signed; by itself nodemailer leaves List-Unsubscribe-Post out, and a one-click link that is not signed is none
 * (RFC 8058).
 */
const signed = [
  'From',
  'Sender',
  'Reply-To',
  'To',
  'Subject',
  'Date',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'Auto-Submitted',
  'List-Id',
  'List-Help',
  'List-Archive',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'Feedback-ID',
].join(':')

/** Puts a DKIM signature (RFC 6376, rsa-sha256) before a message. Throws a sentence when the key is none. */
export function createDkim({ domain, selector, privateKey }: DkimKey): (message: Buffer) => Promise<Buffer> {
  try {
    createPrivateKey(privateKey)
  } catch (error) {
    throw new Error(
      `DKIM_KEY holds no private key in PEM form (${error instanceof Error ? error.message : String(error)}): give the path of one.`,
    )
  }
  const options = {
    domainName: domain,
    keySelector: selector,
    privateKey,
    headerFieldNames: signed,
    // Kept in memory whatever its size.
    cacheTreshold: 50_000_000,
  } as never
  return async (message) => {
    const { default: DKIM } = await import('nodemailer/lib/dkim')
    const dkim = new DKIM(options)
    const input = new PassThrough()
    const output = dkim.sign(input)
    input.end(message)
    return buffer(output)
  }
}
