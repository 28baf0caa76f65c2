const day = 24 * 60 * 60 * 1000

/** The time that a question for news asks about. */
export interface Period {
  /** Ms since the epoch. */
  since: number
  /** Ms since the epoch, and no longer part of it; null for until now. */
  until: number | null
  /** `in the last 31 days`; of dates `of 12 March 2026` or `since 10 March 2026`. */
  words: string
  /** True where it begins and ends with dates. */
  isDated: boolean
  /** The question without a date in it, and that date as it was written; empty where it has none. */
  rest: string
  date: string
}

const months = 'january february march april may june july august september october november december'.split(
  ' ',
)
const weekdays = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ')
const counts = new Map([
  ...'one two three four five six seven eight nine ten'.split(' ').map((word, i) => [word, i + 1] as const),
  ...(['couple of', 'couple'] as const).map((word) => [word, 2] as const),
  ...(['few', 'several'] as const).map((word) => [word, 4] as const),
])
const unitDays: Record<string, number> = { day: 1, week: 7, month: 31, year: 366 }

const monthName = `(?:${months.map((name) => `${name}|${name.slice(0, 3)}\\.?`).join('|')}|sept\\.?)`
const ordinal = String.raw`(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?`
const year = String.raw`(?:,? (?:19|20)\d\d)?`
const dayOf = [
  String.raw`(?:19|20)\d\d-\d\d-\d\d`,
  `(?:the )?${ordinal}(?: of)? ${monthName}\\b${year}`,
  `${monthName} (?:the )?${ordinal}\\b${year}`,
].join('|')
const preposition = '(?:on|in|of|since|from|after|before|until|till|during|for|by)'
const range = new RegExp(
  `\\b(?:between|from|of|in)? ?(?:the )?(${ordinal}|${dayOf}) ?(?:and|to|until|till|–|-) ?(${dayOf})\\b`,
  'i',
)
const oneDay = new RegExp(`(?:\\b(${preposition}) )?(?:${weekdays.join('|')},? )?\\b(${dayOf})\\b`, 'i')
/** `may` and `march` are words of other senses too, unless something before them says that a time is meant. */
const oneMonth = new RegExp(
  `\\b(in|of|since|during|for|from|after|before|last|this) (?:early |late |mid-?)?(${monthName}\\b(?: (?:19|20)\\d\\d)?)(?! \\d)`,
  'i',
)
const oneWeekday = new RegExp(`\\b(on|since|from|after|last|this) (${weekdays.join('|')})\\b`, 'i')
const lastSo = new RegExp(
  `\\b(since )?(the )?(last|past|previous) (?:(\\d{1,3}|${[...counts.keys()].join('|')}) )?(day|week|month|year)s?\\b`,
  'i',
)

/**
 * The time that a question asks about, the last 31 days where it names none. Days are those of UTC, by which items are
 * dated. A date without a year is the latest that has begun; `last month` and `last week` are those of the calendar (from
 * Monday on), while `the past month` is the last 31 days.
 */
export function periodOf(text: string, now: number): Period {
  const today = now - (now % day)
  return datedIn(text, now, today) ?? spokenIn(text, now, today)
}

function datedIn(text: string, now: number, today: number): Period | null {
  const dated = (found: RegExpExecArray, since: number, until: number | null, words: string): Period => ({
    since,
    until,
    words,
    isDated: true,
    rest: `${text.slice(0, found.index)} ${text.slice(found.index + found[0].length)}`.trim(),
    date: found[0],
  })
  const ofRange = range.exec(text)
  if (ofRange) {
    const last = dayIn(ofRange[2]!, now)
    const first = last === null ? null : firstBefore(ofRange[1]!, last)
    if (first !== null && last !== null) return dated(ofRange, first, last + day, `of ${spoken(first, last)}`)
  }
  const ofDay = oneDay.exec(text)
  const at = ofDay ? dayIn(ofDay[2]!, now) : null
  if (ofDay && at !== null) return dated(ofDay, ...around(ofDay[1], at, at + day, spoken(at)))
  const ofMonth = oneMonth.exec(text)
  // `News from April Ross` and `of Jan Eriksen` are of people.
  if (ofMonth && !(/^(?:from|for|of)$/i.test(ofMonth[1]!) && isNameAt(text, ofMonth))) {
    const begins = monthIn(ofMonth[2]!, now)
    const ends = addMonths(begins, 1)
    const name = monthSpoken(begins)
    return dated(ofMonth, ...around(ofMonth[1], begins, ends, ends > now ? `${name} so far` : name))
  }
  const ofWeekday = oneWeekday.exec(text)
  if (ofWeekday) {
    const wanted = weekdays.indexOf(ofWeekday[2]!.toLowerCase())
    const back = (new Date(today).getUTCDay() - wanted + 7) % 7
    const begins = today - (back === 0 && /last/i.test(ofWeekday[1]!) ? 7 : back) * day
    return dated(ofWeekday, ...around(ofWeekday[1], begins, begins + day, spoken(begins)))
  }
  return null
}

const isNameAt = (text: string, { 0: whole, index }: RegExpExecArray) =>
  /^ \p{Lu}/u.test(text.slice(index + whole.length))

/** What a word before a time makes of it. */
function around(
  word: string | undefined,
  begins: number,
  ends: number,
  name: string,
): [since: number, until: number | null, words: string] {
  const plain = name.replace(/ so far$/, '')
  if (/^(?:since|from)$/i.test(word ?? '')) return [begins, null, `since ${plain}`]
  if (/^after$/i.test(word ?? '')) return [ends, null, `after ${plain}`]
  if (/^(?:before|until|till|by)$/i.test(word ?? '')) {
    return [begins - 31 * day, begins, `of the 31 days before ${plain}`]
  }
  return [begins, ends, `of ${name}`]
}

function spokenIn(text: string, now: number, today: number): Period {
  const said = lastSo.exec(text)
  const date = said?.[0] ?? ''
  const rest = date === '' ? text : text.replace(date, ' ').trim()
  const named = (since: number, until: number | null, words: string, isDated = true): Period => ({
    since,
    until,
    words,
    isDated,
    rest,
    date,
  })
  const days = (count: number) => {
    const name =
      new Map([
        [1, 'day'],
        [366, 'year'],
      ]).get(count) ?? `${count} days`
    return named(now - count * day, null, `in the last ${name}`, false)
  }
  if (/\btoday\b|\bthis morning\b/i.test(text)) return days(1)
  if (/\byesterday\b/i.test(text)) {
    return /\bsince yesterday\b/i.test(text)
      ? named(today - day, null, `since ${spoken(today - day)}`)
      : named(today - day, today, `of ${spoken(today - day)}`)
  }
  if (said) {
    const [whole, from, the, which = '', many, unit = ''] = said
    const size = unitDays[unit.toLowerCase()]!
    if (many) return days(Math.max(1, counts.get(many.toLowerCase()) ?? Number(many)) * size)
    if (/s$/i.test(whole)) return days(7 * size)
    if (the || /past/i.test(which) || size === 1) return days(size)
    const [begins, ends, name] = lastOf(size, now, today)
    return from ? named(begins, null, `since ${spoken(begins)}`) : named(begins, ends, `of ${name}`)
  }
  if (/\bthis week\b/i.test(text)) return days(7)
  if (/\bthis month\b/i.test(text)) {
    return named(addMonths(now, 0), null, `of ${monthSpoken(now)} so far`)
  }
  if (/\bthis year\b/i.test(text)) {
    const begins = Date.UTC(new Date(now).getUTCFullYear(), 0)
    return named(begins, null, `of ${new Date(now).getUTCFullYear()} so far`)
  }
  return days(31)
}

/** The week, month or year of the calendar before this one. */
function lastOf(size: number, now: number, today: number): [begins: number, ends: number, name: string] {
  if (size === unitDays.week) {
    const monday = today - ((new Date(today).getUTCDay() + 6) % 7) * day
    return [monday - 7 * day, monday, spoken(monday - 7 * day, monday - day)]
  }
  if (size === unitDays.month) {
    const begins = addMonths(now, -1)
    return [begins, addMonths(now, 0), monthSpoken(begins)]
  }
  const year = new Date(now).getUTCFullYear()
  return [Date.UTC(year - 1, 0), Date.UTC(year, 0), String(year - 1)]
}

/** The beginning of a day as it is written; null for one that no calendar has. */
function dayIn(text: string, now: number): number | null {
  const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (iso) return dayAt(Number(iso[1]), Number(iso[2]) - 1, Number(iso[3]))
  const number = Number(/\b(\d{1,2})(?:st|nd|rd|th)?\b/i.exec(text)![1])
  const month = monthNumber(text)
  const given = /\b(?:19|20)\d\d\b/.exec(text)
  if (given) return dayAt(Number(given[0]), month, number)
  // A leap day is up to eight years back.
  const thisYear = new Date(now).getUTCFullYear()
  for (let back = 0; back <= 8; back++) {
    const at = dayAt(thisYear - back, month, number)
    if (at !== null && at <= now) return at
  }
  return null
}

function dayAt(year: number, month: number, number: number): number | null {
  const at = Date.UTC(year, month, number)
  return new Date(at).getUTCMonth() === month ? at : null
}

/** The first day of a range, which its last one gives the month and the year where it has none. */
function firstBefore(text: string, last: number): number | null {
  const end = new Date(last)
  const month = monthNumber(text)
  if (/^\d{4}-/.test(text) || month >= 0) {
    const first = dayIn(text, last)
    return first !== null && first <= last ? first : null
  }
  const first = dayAt(end.getUTCFullYear(), end.getUTCMonth(), Number.parseInt(text, 10))
  return first !== null && first <= last ? first : null
}

/** The beginning of a month as it is written. */
function monthIn(text: string, now: number): number {
  const given = /\b(?:19|20)\d\d\b/.exec(text)
  const month = monthNumber(text)
  const thisYear = new Date(now).getUTCFullYear()
  const latest = Date.UTC(thisYear, month) <= now ? thisYear : thisYear - 1
  return Date.UTC(given ? Number(given[0]) : latest, month)
}

/** 0 for January; -1 without a month. */
function monthNumber(text: string): number {
  const word = /[a-z]{3,}/gi
  for (const [found] of text.matchAll(word)) {
    const at = months.findIndex((name) => name.startsWith(found.slice(0, 3).toLowerCase()))
    if (at >= 0) return at
  }
  return -1
}

/** The beginning of the month that comes so many after that of a time. */
const addMonths = (at: number, more: number) =>
  Date.UTC(new Date(at).getUTCFullYear(), new Date(at).getUTCMonth() + more)

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

function monthSpoken(at: number): string {
  const date = new Date(at)
  return `${capital(months[date.getUTCMonth()]!)} ${date.getUTCFullYear()}`
}

/** `12 March 2026`, or `3 to 10 March 2026`. */
function spoken(first: number, last = first): string {
  const [from, to] = [new Date(first), new Date(last)]
  const end = `${to.getUTCDate()} ${monthSpoken(last)}`
  if (first === last) return end
  if (monthSpoken(first) === monthSpoken(last)) return `${from.getUTCDate()} to ${end}`
  const isOneYear = from.getUTCFullYear() === to.getUTCFullYear()
  const begin = isOneYear ? capital(months[from.getUTCMonth()]!) : monthSpoken(first)
  return `${from.getUTCDate()} ${begin} to ${end}`
}
