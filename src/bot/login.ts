import { setTimeout as pause } from 'node:timers/promises'
import { type Client, RateLimitError, type RESTOptions, Routes } from 'discord.js'
import type { Log } from '../jobs/index.ts'

/** The longest time between two tries to reach Discord (ms). */
const longestPause = 5 * 60_000
/** A wait of the client's own (ms) can't be ended; for a log-in it is at most so long. */
const longestWait = 5_000

/** How the client is to treat limits: a long wait before the log-in is left to `logIn`, which ends it when it is told to. */
export const limitsAtLogin: Pick<RESTOptions, 'rejectOnRateLimit'> = {
  rejectOnRateLimit: ({ route, retryAfter }) => route === Routes.gatewayBot() && retryAfter > longestWait,
}

export interface LoginOptions {
  token: string
  log: Log
  /** How long to wait before the second try to reach Discord (ms); then twice as long each time, up to five minutes. */
  retryMs: number
  /** Ends the waiting. */
  signal: AbortSignal
}

/**
 * Logs in once Discord can be reached. A client that failed to log in is of no more use, so whether Discord answers is
 * tried before. Rejects when Discord refuses; resolves without having logged in when the signal ends it.
 */
export async function logIn(client: Client, { token, log, retryMs, signal }: LoginOptions): Promise<void> {
  for (let wait = retryMs; !signal.aborted; wait = Math.min(2 * wait, longestPause)) {
    const why = await whyUnreached(client, token)
    if (signal.aborted) return
    if (why === null) {
      await client.login(token)
      return
    }
    const asked = why instanceof RateLimitError ? why.retryAfter : 0
    const rest = Math.max(wait, asked)
    const inSeconds = `${Math.ceil(rest / 1000)} s`
    log.warn(
      { err: why },
      asked > 0
        ? `Discord asks the bot to wait before it logs in; it does so in ${inSeconds}.`
        : `Discord can't be reached: ${why.message}. It is tried again in ${inSeconds}; check the network, and DISCORD_API_URL if it is set.`,
    )
    await pause(rest, undefined, { signal }).catch(() => undefined)
  }
}

/** Null when Discord answers as it should; rejects when it refuses. */
async function whyUnreached(client: Client, token: string): Promise<Error | null> {
  try {
    await client.rest.setToken(token).get(Routes.gatewayBot())
    return null
  } catch (error) {
    if (error instanceof Error && isPassing(error)) return error
    throw error
  }
}

/** True of a connection that does not come about or breaks, and of Discord being out of order or having had enough of us. */
function isPassing(error: Error): boolean {
  if (error instanceof RateLimitError) return true
  const { status, code } = error as { status?: number; code?: unknown }
  return status === undefined ? typeof code === 'string' || error.name === 'AbortError' : status >= 500
}
