const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/**
 * A cadence in words where it is one that people have words for: `every Monday at 09:00 (UTC)`, `every day at 18:30
 * (Europe/Berlin)`. Null for any other.
 */
export function inWords({ expression, zone }: { expression: string; zone: string }): string | null {
  const [minute = '', hour = '', date, month, day = ''] = expression.trim().split(/\s+/).slice(-5)
  if (!/^\d+$/.test(minute) || !/^\d+$/.test(hour) || date !== '*' || month !== '*') return null
  const at = `at ${hour.padStart(2, '0')}:${minute.padStart(2, '0')} (${zone})`
  if (day === '*') return `every day ${at}`
  const names = day.split(',').map(dayName)
  if (names.some((name) => name === null)) return null
  const listed = names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  return `every ${listed} ${at}`
}

function dayName(word: string): string | null {
  if (/^[0-7]$/.test(word)) return days[Number(word)]!
  return days.find((name) => name.slice(0, 3).toLowerCase() === word.toLowerCase()) ?? null
}
