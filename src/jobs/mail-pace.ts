import { hour, type MailLimits, minute } from '../model/index.ts'

const second = 1000

/** When the next mail may go out. */
export interface MailPace {
  /**
   * How long (ms) a mail to this domain has to wait; 0 lets it go now, which counts. A mail that has to wait does not
   * count: ask again.
   */
  wait(domain: string): number
}

/** A mail that went out before. */
export interface PastMail {
  domain: string
  at: number
}

/** For how long (ms) a mail counts; 0 without limits. */
export function paceMemory({ perSecond, perHour, perDomainMinute }: MailLimits): number {
  if (perHour !== null) return hour
  if (perDomainMinute !== null) return minute
  return perSecond === null ? 0 : second
}

/** Keeps to limits by sliding windows; `now` is the clock (ms), `past` what counts already, in the order it went out. */
export function mailPace(limits: MailLimits, now: () => number, past: PastMail[] = []): MailPace {
  const inSecond = limits.perSecond === null ? null : new Window(limits.perSecond, second)
  const inHour = limits.perHour === null ? null : new Window(limits.perHour, hour)
  const domains = new Map<string, Window>()

  function windowsFor(domain: string): Window[] {
    const all = [inSecond, inHour].filter((one) => one !== null)
    if (limits.perDomainMinute === null) return all
    const known = domains.get(domain) ?? new Window(limits.perDomainMinute, minute)
    domains.set(domain, known)
    return [...all, known]
  }

  for (const { domain, at } of past) for (const window of windowsFor(domain.toLowerCase())) window.note(at)

  return {
    wait(domain) {
      const windows = windowsFor(domain.toLowerCase())
      const at = now()
      const longest = Math.max(0, ...windows.map((window) => window.wait(at)))
      if (longest === 0) for (const window of windows) window.note(at)
      return longest
    },
  }
}

/** So many in a span, whenever it begins. */
class Window {
  readonly #most: number
  readonly #span: number
  /** Times of the last ones, the oldest first, from `#first` on. */
  #times: number[] = []
  #first = 0

  constructor(most: number, span: number) {
    this.#most = most
    this.#span = span
  }

  wait(now: number): number {
    while (this.#first < this.#times.length && this.#times[this.#first]! <= now - this.#span) this.#first++
    if (this.#first > 1000) {
      this.#times = this.#times.slice(this.#first)
      this.#first = 0
    }
    if (this.#times.length - this.#first < this.#most) return 0
    return this.#times[this.#first]! + this.#span - now
  }

  note(now: number): void {
    this.#times.push(now)
  }
}
