import { AsyncLocalStorage } from 'node:async_hooks'
import type { REST } from '@discordjs/rest'
import { neverLeft } from './discord-receipt.ts'
import { askFirst } from './held-back.ts'

/** One message on its way, over all tries that @discordjs/rest makes for it. */
export interface Passage {
  /** Awaited right before the first request goes out, after any wait for rate limits. */
  mayBegin(): Promise<boolean>
  /** True once a request has gone out. */
  begun: boolean
  /** True once a request has gone out that may have been obeyed, though we did not hear so. */
  maybePosted: boolean
  /** After a try that may have been obeyed there is no second one: it has to be looked for first. */
  once?: boolean
  /** Why the last request was not answered. */
  lost?: Error
}

/** Waits up to this long (ms) are slept through; longer ones, and the third in a row, are for the caller. */
const longWait = 5_000
const maxWaits = 3

/** Discord's REST interface with our settings. */
export interface DiscordRest {
  rest: REST
  /** Runs one request, which takes a message on its way or (null) only asks for something. */
  during<T>(passage: Passage | null, request: () => Promise<T>): Promise<T>
}

/** Loads @discordjs/rest, which takes 0.2 s, and sets it up. `api` has no version: `https://discord.com/api`. */
export async function createDiscordRest(options: {
  api: string | null
  timeoutMs: number
}): Promise<DiscordRest> {
  const { REST, DefaultRestOptions } = await import('@discordjs/rest')
  const passages = new AsyncLocalStorage<{ passage: Passage | null; waits: number }>()
  const rest = new REST({
    ...(options.api ? { api: options.api.replace(/\/+$/, '') } : {}),
    timeout: options.timeoutMs,
    // One more try is safe for what can be done twice.
    retries: 1,
    rejectOnRateLimit(limit) {
      const current = passages.getStore()
      if (current) current.waits++
      return limit.retryAfter > longWait || (current?.waits ?? 0) >= maxWaits
    },
    async makeRequest(url, init) {
      const passage = passages.getStore()?.passage
      if (!passage) return await DefaultRestOptions.makeRequest(url, init)
      if (passage.once && passage.maybePosted) throw passage.lost ?? new Error('the answer broke off')
      if (!passage.begun) {
        await askFirst(passage.mayBegin)
        if (init.signal?.aborted) throw new Error('recording that the message goes out took too long')
        passage.begun = true
      }
      try {
        const response = await DefaultRestOptions.makeRequest(url, init)
        // A 2xx counts too until it has been read to the end.
        if (response.ok || response.status >= 500) passage.maybePosted = true
        if (response.status >= 500) passage.lost = new Error(`it answered ${response.status}`)
        return response
      } catch (error) {
        if (!neverLeft(error)) passage.maybePosted = true
        passage.lost = error as Error
        throw error
      }
    },
  })
  return { rest, during: (passage, request) => passages.run({ passage, waits: 0 }, request) }
}

/** Asks Discord for something; rejects as @discordjs/rest does. */
export type Get = <T>(route: `/${string}`, query?: Record<string, string>) => Promise<T>

/** An account of Discord's. */
export interface User {
  id: string
  username: string
}
