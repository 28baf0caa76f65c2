import { setTimeout } from 'node:timers/promises'

/** No server may have us wait for longer within one chat. */
const longest = 20_000

/** Resolves after `ms` milliseconds, or as soon as the signal is aborted. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>

export const wait: Wait = (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => undefined)

/**
 * Milliseconds to wait before another try: what the server's Retry-After (seconds or an HTTP date) asks for, at most
 * 20 s, else 1 s, 2 s, 4 s … for `tries` 1, 2, 3 …
 */
export function pauseAfter(tries: number, retryAfter: string | null, now: number): number {
  return Math.min(asked(retryAfter?.trim() ?? '', now) ?? 1000 * 2 ** (tries - 1), longest)
}

function asked(header: string, now: number): number | null {
  if (/^\d{1,9}(\.\d+)?$/.test(header)) return Number(header) * 1000
  const date = / GMT$/i.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}
