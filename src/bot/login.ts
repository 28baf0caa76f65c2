import { setTimeout as pause } from 'node:timers/promises'
import { type Client, Routes } from 'discord.js'
import type { Log } from '../jobs/index.ts'

/** The longest time between two tries to reach Discord (ms). */
const longestPause = 5 * 60_000

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
    log.warn(
      { err: why },
      `Discord can't be reached: ${why.message}. It is tried again in ${Math.ceil(wait / 1000)} s; check the network, and DISCORD_API_URL if it is set.`,
    )
    await pause(wait, undefined, { signal }).catch(() => undefined)
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

/** True of a connection that does not come about or breaks, and of Discord being out of order. */
function isPassing(error: Error): boolean {
  const { status, code } = error as { status?: number; code?: unknown }
  return status === undefined ? typeof code === 'string' || error.name === 'AbortError' : status >= 500
}
