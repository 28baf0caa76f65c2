/** A Sunday on which an issue is due at half past two in Berlin. */
export interface Due {
  name: string
  /** When (ms). */
  at: number
  /** When half past two is told a second time on that day. */
  again?: number
}

/** When an issue fell due, as the service saw it. */
export interface Landing {
  due: Due
  /** From then on it can have been made (ms). */
  from: number
}

/** The change back to winter time: half past two comes twice, at 00:30 and at 01:30 UTC. */
const endOfSummer: Due = {
  name: 'the end of summer time',
  at: Date.UTC(2026, 9, 25, 0, 30),
  again: Date.UTC(2026, 9, 25, 1, 30),
}
/** The change to summer time: half past two is left out, and made up for at three (01:00 UTC). */
const beginOfSummer: Due = { name: 'the begin of summer time', at: Date.UTC(2027, 2, 28, 1) }

/** A Sunday in winter. */
const winter = (year: number, month: number, day: number): Due => ({
  name: new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10),
  at: Date.UTC(year, month - 1, day, 1, 30),
})

/** The one change of the clock at which most can go wrong. */
export const shortCalendar: Due[] = [endOfSummer]

/** Weeks, a month and a quarter apart. What lies between two of them is made up for by the later one. */
export const longCalendar: Due[] = [
  { name: '2026-10-18', at: Date.UTC(2026, 9, 18, 0, 30) },
  endOfSummer,
  winter(2026, 11, 1),
  winter(2026, 12, 6),
  winter(2026, 12, 13),
  winter(2026, 12, 20),
  winter(2027, 3, 14),
  winter(2027, 3, 21),
  beginOfSummer,
]

/** The Sundays after the calendar, a week apart, in summer time of 2027. */
export function laterSunday(n: number): Due {
  const at = Date.UTC(2027, 3, 4 + 7 * n, 0, 30)
  return { name: new Date(at).toISOString().slice(0, 10), at }
}
