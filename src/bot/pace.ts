/** How many questions one person may ask in how long (ms). */
const most = 8
const span = 60_000

/** Keeps one person from asking without end. */
export class Pace {
  readonly #now: () => number
  readonly #asked = new Map<string, number[]>()
  readonly #told = new Map<string, number>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** True when the person may ask now, which counts. */
  allows(user: string): boolean {
    const since = this.#now() - span
    const lately = (this.#asked.get(user) ?? []).filter((at) => at > since)
    const allowed = lately.length < most
    if (allowed) lately.push(this.#now())
    this.#asked.set(user, lately)
    if (this.#asked.size > 5000) this.#forget(since)
    return allowed
  }

  /** True when the person has not been told to wait for a while; now they have. */
  tells(user: string): boolean {
    const [last, now] = [this.#told.get(user), this.#now()]
    if (last !== undefined && last > now - span) return false
    this.#told.set(user, now)
    return true
  }

  #forget(since: number): void {
    for (const [user, times] of this.#asked) if (times.every((at) => at <= since)) this.#asked.delete(user)
    for (const [user, at] of this.#told) if (at <= since) this.#told.delete(user)
  }
}
