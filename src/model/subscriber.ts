import type { StoryChoice } from './choice.ts'

/** How somebody came to be written to no more. */
export const leftReasons = ['link', 'mail', 'bounced', 'complained', 'operator'] as const
export type LeftReason = (typeof leftReasons)[number]

/**
 * Those who went by these come back by a link of an old mail. Where mails came back or were complained of, or somebody
 * else took the address out, having the link is not enough.
 */
export const reasonsToComeBackFrom: readonly LeftReason[] = ['link', 'mail']

/** Somebody who reads the digest by e-mail, and which of its stories. Only confirmed ones are written to. */
export interface Subscriber extends StoryChoice {
  id: string
  email: string
  /** When consent was given or put on record (ms); null until then. */
  confirmedAt: number | null
  /** When they left (ms); null while they are in. */
  unsubscribedAt: number | null
  /** Null while they are in, and for those who left before reasons were kept. */
  leftReason: LeftReason | null
  createdAt: number
}

/** So many bounces that may pass, one after the other, count as one that does not. */
export const softBouncesBeforeStop = 4
/** Bounces longer ago than this (ms) are forgotten. */
export const bounceMemory = 60 * 24 * 60 * 60 * 1000

/**
 * The form under which an address is found again: trimmed, the domain lower-cased, and the local part too, since no
 * mailbox provider of note tells them apart. Null when it can't be an address.
 */
export function normalEmail(raw: string): string | null {
  const email = raw.trim()
  if (email.length > 254 || /[\s<>()[\]\\,;:"]/.test(email) || hasControl(email)) return null
  const at = email.lastIndexOf('@')
  const [local, domain] = [email.slice(0, at), email.slice(at + 1)]
  if (at < 1 || local.length > 64 || local.includes('@')) return null
  if (!/^[^.\s]+(\.[^.\s]+)+$/.test(domain) || /^[-.]|[-.]$/.test(domain)) return null
  return `${local.toLowerCase()}@${domain.toLowerCase()}`
}

function hasControl(text: string): boolean {
  return [...text].some((c) => c < ' ' || c === '\x7f')
}
