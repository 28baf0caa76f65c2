import type { Signer } from '../lib/sign/index.ts'
import {
  day,
  hour,
  normalEmail,
  reasonsToComeBackFrom,
  type StoryChoice,
  type Subscriber,
} from '../model/index.ts'
import type { SignUpLimits } from '../store/index.ts'
import type { Way } from './way.ts'

/** Confirmations: one an hour for an address, ten an hour from a network. */
const limits: SignUpLimits = { addressEvery: hour, network: { most: 10, within: hour } }
/** A confirmation can be pressed for so long (ms). */
export const confirmableFor = 7 * day

/** What came of filling in the form. The same for addresses that are known and those that are not. */
export type SubscribeOutcome = 'accepted' | 'too-many' | 'no-address'

/** Who a link to preferences belongs to. */
export interface Preferences {
  reader: Subscriber
  /** The token by which they leave. */
  leave: string
  /** True of one who has left and comes back by a word on that page. */
  mayComeBack: boolean
}

export interface NewsletterOptions {
  way: Pick<Way, 'store' | 'now' | 'log'>
  signer: Signer
}

/** The links of a reader's mails: tokens of one length, so that mails can be prepared with room for them. */
export function readerTokens(signer: Signer, subscriber: string): { leave: string; choose: string } {
  return { leave: signer.token('leave', subscriber), choose: signer.token('choose', subscriber) }
}

/** So many characters has each of a reader's tokens: a UUID, a dot, 16 bytes in base64url. */
export const tokenLength = 36 + 1 + 22

/** The token in the link that confirms. */
export function confirmToken(signer: Signer, optIn: string): string {
  return signer.token('confirm', optIn)
}

/** Keyed hashes of an address, by which it is known again once it is forgotten. */
export function suppressionHash(signer: Signer): (email: string) => string {
  return (email) => signer.hash('address', normalEmail(email) ?? email)
}

/** All that readers can do themselves: subscribe, confirm, choose, leave. Nothing here changes anything on a mere look. */
export function openNewsletter({ way, signer }: NewsletterOptions) {
  const { store } = way
  const readerOf = async (purpose: string, token: string): Promise<Subscriber | null> => {
    const id = signer.read(purpose, token)
    return id === null ? null : store.subscribers.get(id)
  }
  const since = () => way.now() - confirmableFor
  const hashOf = suppressionHash(signer)

  return {
    /** A form was filled in; `network` is the asker's IP address, null when it is not known. */
    async subscribe(
      form: StoryChoice & { email: string; network: string | null },
    ): Promise<SubscribeOutcome> {
      const key = normalEmail(form.email)
      // Letters of other scripts before the @ need servers that all speak SMTPUTF8, on the whole way.
      if (key === null || /[^\x21-\x7e]/.test(key.slice(0, key.lastIndexOf('@')))) return 'no-address'
      const prefix = form.network === null ? null : networkOf(form.network)
      const outcome = await store.signUps.ask(
        {
          email: form.email,
          ideas: form.ideas,
          directions: form.directions,
          addressKey: signer.hash('sign-up', key),
          networkKey: prefix === null ? null : signer.hash('network', prefix),
          suppressionHash: hashOf(key),
        },
        limits,
        way.now(),
      )
      if (outcome === 'too-many') way.log.warn({}, 'a network has asked for too many confirmations')
      return outcome === 'mailed' || outcome === 'quiet' ? 'accepted' : outcome
    },

    /** What a confirmation would bring; null for a link that is no good (any more). */
    async confirmation(token: string): Promise<StoryChoice | null> {
      const optIn = signer.read('confirm', token)
      const found = optIn === null ? null : await store.signUps.find(optIn, since())
      return found?.choice ?? null
    },

    /** Confirms; twice is the same as once. Gives the token of the reader's preferences. */
    async confirm(token: string): Promise<{ choose: string } | null> {
      const optIn = signer.read('confirm', token)
      if (optIn === null) return null
      const times = { since: since(), now: way.now() }
      const reader = await store.signUps.confirm(optIn, hashOf, times)
      return reader && { choose: readerTokens(signer, reader.id).choose }
    },

    /** What a link to preferences opens. Null once its reader has been forgotten. */
    async preferences(token: string): Promise<Preferences | null> {
      const reader = await readerOf('choose', token)
      if (!reader) return null
      const mayComeBack =
        reader.confirmedAt !== null &&
        reader.leftReason !== null &&
        reasonsToComeBackFrom.includes(reader.leftReason) &&
        !(await store.subscribers.isSuppressed(hashOf(reader.email)))
      return { reader, leave: readerTokens(signer, reader.id).leave, mayComeBack }
    },

    /** Changes what somebody reads of. Null as above. */
    async choose(token: string, choice: StoryChoice): Promise<Preferences | null> {
      const reader = await readerOf('choose', token)
      if (!reader) return null
      await store.subscribers.choose(reader.id, choice)
      return this.preferences(token)
    },

    /**
     * Brings back who has left, to read of `choice`; the link shows that the address is theirs. For one who is in it is
     * `choose`; nothing changes for one who may not come back by it. Null as above.
     */
    async comeBack(token: string, choice: StoryChoice): Promise<Preferences | null> {
      const reader = await readerOf('choose', token)
      if (!reader) return null
      if (reader.unsubscribedAt === null) return this.choose(token, choice)
      if (await store.subscribers.comeBack(reader.id, hashOf(reader.email), choice, way.now()))
        way.log.info({}, 'a reader has come back')
      return this.preferences(token)
    },

    /** Whose link it is, and the token of their preferences; null for a link that is no good. */
    async leaving(token: string): Promise<{ reader: Subscriber; choose: string } | null> {
      const reader = await readerOf('leave', token)
      return reader && { reader, choose: readerTokens(signer, reader.id).choose }
    },

    /** Ends a subscription; twice is the same as once. Null for a link that is no good. */
    async leave(token: string, by: 'link' | 'mail'): Promise<{ choose: string } | null> {
      const reader = await readerOf('leave', token)
      if (!reader) return null
      if (await store.subscribers.unsubscribe(reader.id, by, way.now()))
        way.log.info({ by }, 'a reader has left')
      return { choose: readerTokens(signer, reader.id).choose }
    },
  }
}

export type Newsletter = ReturnType<typeof openNewsletter>

/** The network of an IP address: the first 24 bits of IPv4, the first 48 of IPv6; an address that is neither stands for itself. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  const four = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(plain)
  if (four) return `${four[1]}.0/24`
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.toLowerCase().split('::')
  const before = head.split(':').filter(Boolean)
  const after = (tail ?? '').split(':').filter(Boolean)
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after]
  return `${groups
    .slice(0, 3)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/48`
}
