import { createHmac, timingSafeEqual } from 'node:crypto'

/** Bytes of a token's MAC; 128 bits can't be guessed. */
const macBytes = 16
/** The same in the address that bounces go to, where there is little room; a guess has to come in as a mail. */
const verpMacBytes = 10

/** Signs links and addresses with one secret, for one purpose each: a token for one is none for another. */
export interface Signer {
  /** `payload.mac`, of letters, digits, `-`, `_` and `.`; the payload must consist of those but for the dot. */
  token(purpose: string, payload: string): string
  /** The payload of a token; null when it was not signed here for this purpose. Takes as long for a near miss as for any. */
  read(purpose: string, token: string): string | null
  /**
   * The local part of an address that bounces of one message go to: `bounce-ID-MAC`, letters and digits that survive
   * lower-casing. The id must consist of lower-case letters and digits, at most 34.
   */
  bounceAddress(id: string): string
  /** The id in such a local part; null when it was not made here. */
  readBounceAddress(localPart: string): string | null
  /** A keyed hash (64 hex digits) by which something is known again that is not kept. */
  hash(purpose: string, text: string): string
}

/** Makes a signer; the secret should be at least 16 characters. */
export function createSigner(secret: string): Signer {
  const mac = (purpose: string, text: string) =>
    createHmac('sha256', secret).update(`${purpose}\n${text}`).digest()
  const same = (a: Buffer, b: Buffer) => a.length === b.length && timingSafeEqual(a, b)

  return {
    token(purpose, payload) {
      if (!/^[\w-]+$/.test(payload)) throw new Error(`“${payload}” can't be the payload of a token.`)
      return `${payload}.${mac(purpose, payload).subarray(0, macBytes).toString('base64url')}`
    },

    read(purpose, token) {
      const [, payload, given] = /^([\w-]{1,200})\.([\w-]{22})$/.exec(token) ?? []
      if (payload === undefined || given === undefined) return null
      const right = mac(purpose, payload).subarray(0, macBytes)
      // The last letter of base64 has bits to spare: only the one spelling is ours.
      return same(Buffer.from(given, 'base64url'), right) && right.toString('base64url') === given
        ? payload
        : null
    },

    bounceAddress(id) {
      if (!/^[a-z0-9]{1,34}$/.test(id)) throw new Error(`“${id}” can't be the id of a bounce address.`)
      return `bounce-${id}-${mac('bounce', id).subarray(0, verpMacBytes).toString('hex')}`
    },

    readBounceAddress(localPart) {
      const [, id, given] = /^bounce-([a-z0-9]{1,34})-([0-9a-f]{20})$/.exec(localPart.toLowerCase()) ?? []
      if (id === undefined || given === undefined) return null
      return same(Buffer.from(given, 'hex'), mac('bounce', id).subarray(0, verpMacBytes)) ? id : null
    },

    hash: (purpose, text) => mac(purpose, text).toString('hex'),
  }
}
