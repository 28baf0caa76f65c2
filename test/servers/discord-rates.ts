import { tooMany } from './discord-faults.ts'
import type { Answer } from './discord-http.ts'

/** So many requests in so many seconds, for each channel of a route. */
export interface RateLimit {
  requests: number
  seconds: number
  scope?: 'user' | 'shared'
}

interface Bucket {
  used: number
  until: number
}

/** Rate limits of routes, each with a bucket a channel, and of the whole. */
export function createRates() {
  const limits = new Map<string, RateLimit>()
  const buckets = new Map<string, Bucket>()
  let held: { until: number } | null = null

  return {
    limit(route: string, limit: RateLimit): void {
      limits.set(route, limit)
    },
    hold(seconds: number): void {
      held = { until: Date.now() + seconds * 1000 }
    },
    /** The headers of a request's answer and, when it comes too early, the 429. The clock is real: clients wait by theirs. */
    spend(
      route: string,
      major: string,
      isOpen: boolean,
      drained: number | null,
    ): { headers: Record<string, string>; refusal: Answer | null } {
      const now = Date.now()
      const name = `bucket-${major}`
      const left = held ? (held.until - now) / 1000 : 0
      if (left <= 0) held = null
      // Interactions and their webhooks don't count towards the global limit.
      else if (!isOpen) return { headers: headers(name, 5, 0, left), refusal: tooMany(left, 'global') }
      const limit = limits.get(route)
      if (!limit) return { headers: headers(name, 5, drained === null ? 4 : 0, drained ?? 1), refusal: null }
      const key = `${route} ${major}`
      let bucket = buckets.get(key)
      if (!bucket || bucket.until <= now) bucket = { used: 0, until: now + limit.seconds * 1000 }
      buckets.set(key, bucket)
      const wait = (bucket.until - now) / 1000
      const over = bucket.used >= limit.requests
      if (!over) bucket.used++
      return {
        headers: headers(
          `bucket-${key.replaceAll(/\W+/g, '-')}`,
          limit.requests,
          limit.requests - bucket.used,
          wait,
        ),
        refusal: over ? tooMany(wait, limit.scope ?? 'user') : null,
      }
    },
  }
}

function headers(bucket: string, limit: number, remaining: number, seconds: number): Record<string, string> {
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset-after': String(seconds),
    'x-ratelimit-reset': String(Date.now() / 1000 + seconds),
    'x-ratelimit-bucket': bucket,
  }
}
