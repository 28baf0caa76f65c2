const dates = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
})

/** `23 November 2026`, of a time in ms; in UTC. */
export function dateOf(time: number): string {
  return dates.format(time)
}
