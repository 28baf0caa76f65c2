import type { DiscordAPIError, RateLimitError } from '@discordjs/rest'
import type { Receipt } from '../model/index.ts'

/** Discord's error codes that call for a sentence of our own (developers/topics/opcodes-and-status-codes). */
const codes = {
  unknownChannel: 10003,
  unknownMessage: 10008,
  alreadyPublished: 40033,
  tagRequired: 40067,
  missingAccess: 50001,
  notTextChannel: 50008,
  missingPermissions: 50013,
  closedToUs: 50007,
  threadExists: 160004,
}
/** These say that the place itself keeps the bot out. */
const keepingOut = [
  codes.unknownChannel,
  codes.missingAccess,
  codes.missingPermissions,
  codes.notTextChannel,
  codes.tagRequired,
]

/** What a request that failed means for its delivery, if no try before it can have posted anything. */
export function receiptOf(error: unknown, channel: string): Receipt {
  if (isRateLimit(error))
    return {
      outcome: 'deferred',
      error: sentenceOf(error, channel),
      retryAfterMs: Math.ceil(error.retryAfter),
    }
  if (!isApiError(error)) return { outcome: 'deferred', error: sentenceOf(error, channel) }
  if (error.code === codes.unknownMessage)
    return { outcome: 'sent', receipt: 'posted before, and deleted since' }
  if (error.code === codes.alreadyPublished) return { outcome: 'sent', receipt: 'published before' }
  if (error.code === codes.threadExists) return { outcome: 'sent', receipt: 'the thread is open' }
  // Without a code of Discord's it is something in between that refuses, and not the channel's fault.
  const final = error.status !== 401 && error.status < 500 && typeof error.code === 'number'
  const sentence = sentenceOf(error, channel)
  if (!final) return { outcome: 'deferred', error: sentence }
  return {
    outcome: 'failed',
    error: sentence,
    ...(keepingOut.includes(error.code as number) ? { keptOut: true } : {}),
  }
}

/** Why a request failed, with the remedy. */
export function sentenceOf(error: unknown, channel: string): string {
  if (isRateLimit(error)) {
    return `Discord asks us to wait ${Math.ceil(error.retryAfter / 1000)} s before the next message to channel ${channel}.`
  }
  if (!isApiError(error)) {
    return `Discord gave no proper answer: ${causeOf(error)}. Check the network, and DISCORD_API_URL if it is set.`
  }
  if (error.status === 401) return tokenRefused
  switch (error.code) {
    case codes.missingAccess:
      return `The bot can't see Discord channel ${channel} (50001 Missing Access): give it the permission View Channel there.`
    case codes.missingPermissions:
      return `The bot may not post in Discord channel ${channel} (50013 Missing Permissions): give it Send Messages there, and in threads Send Messages in Threads.`
    case codes.unknownChannel:
      return `There is no Discord channel ${channel} (10003 Unknown Channel): it was deleted, or its id is wrong.`
    case codes.notTextChannel:
      return `Discord channel ${channel} takes no messages (50008), only threads or talk: choose a text or announcement channel.`
    case codes.tagRequired:
      return `The forum ${channel} wants a tag on each post (40067), and none of its tags has the name of an idea: add one, or lift that rule.`
    case codes.closedToUs:
      return `Discord does not let the bot write to channel ${channel} (50007): that person takes no direct messages from this server.`
  }
  if (typeof error.code !== 'number')
    return `Something before Discord answered ${error.status} to our message for channel ${channel}. Check DISCORD_API_URL and whether this machine is blocked.`
  return `Discord refused the message for channel ${channel} (${error.status}, code ${error.code}): ${error.message}`
}

export const tokenRefused =
  'Discord refused DISCORD_TOKEN (401): copy the bot’s token again from the developer portal, set it, and restart Freehold.'

/** The receipt of a step that can be repeated without harm: what is unknown is tried again. */
export function harmless(receipt: Receipt): Receipt {
  return receipt.outcome === 'unknown' ? { outcome: 'deferred', error: receipt.error } : receipt
}

/** True when the request certainly never left this machine. */
export function neverLeft(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(neverLeft)
  const { code = '', syscall = '' } = error as { code?: string; syscall?: string }
  return (
    syscall === 'connect' ||
    syscall === 'getaddrinfo' ||
    code === 'UND_ERR_CONNECT_TIMEOUT' ||
    /CERT|SIGNATURE/.test(code)
  )
}

/** The words of an error; of several (one for each address tried), the first. */
export function causeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0])
  const { name, message = '', status } = error as Error & { status?: number }
  if (name === 'AbortError') return 'no answer in time'
  if (name === 'HTTPError') return `it answered ${status}`
  return message || String(error)
}

// By name and not by class, so that this file needs no import of @discordjs/rest, which takes 0.2 s.
function isRateLimit(error: unknown): error is RateLimitError {
  return error instanceof Error && error.name.startsWith('RateLimitError')
}

function isApiError(error: unknown): error is DiscordAPIError {
  return error instanceof Error && error.name.startsWith('DiscordAPIError')
}
