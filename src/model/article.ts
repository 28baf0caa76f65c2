import { canonicalUrl, isHomePage } from './url.ts'

/** What of an item tells whether it is an article that is known. Times in ms. */
export interface Trace {
  title: string
  summary: string
  url: string | null
  publishedAt: number | null
}

/** Dates so far apart are not one date told in two time zones. */
const zones = 14 * 3_600_000
/** Dates so far apart are another day's. */
const aDay = 24 * 3_600_000
const minute = 60_000
/** Of the words of the shorter title so many stand in the other one, or the titles are no versions of each other. */
const alikeTitles = 0.6
const alikeTexts = 0.8
/** Characters and words from which on a title, words from which on a text is hardly that of another article too. */
const [tellingLength, tellingWords, tellingText] = [30, 5, 8]

/** True when a title is long enough to be one article's. */
export function isTellingTitle(title: string): boolean {
  return title.length >= tellingLength || wordsOf(title).length >= tellingWords
}

/** A title as far as it matters for being the same: letters and digits. */
export function titleKey(title: string): string {
  return wordsOf(title).join(' ') || title.trim()
}

/** True when one title may be an edit of the other: most words are the same, and all numbers. */
export function alike(a: string, b: string): boolean {
  const [one, other] = [new Set(wordsOf(a)), new Set(wordsOf(b))]
  const numbers = (words: Set<string>) =>
    [...words]
      .filter((word) => /\p{N}/u.test(word))
      .sort()
      .join(' ')
  if (numbers(one) !== numbers(other)) return false
  const shared = [...one].filter((word) => other.has(word)).length
  return shared >= 2 && shared >= alikeTitles * Math.min(one.size, other.size)
}

/** True when two texts are the same but for edits; never for texts of a few words. */
export function sameText(a: string, b: string): boolean {
  const [one, other] = [new Set(wordsOf(a)), new Set(wordsOf(b))]
  const least = Math.min(one.size, other.size)
  if (least < tellingText) return false
  if (a === b) return true
  return [...one].filter((word) => other.has(word)).length >= alikeTexts * least
}

/** What tells an item from others that share its guid or its link: its own address where it has one, else its title. */
export function markOf({ title, url }: Pick<Trace, 'title' | 'url'>): string {
  const own = url && canonicalUrl(url)
  if (!own || isHomePage(own)) return titleKey(title)
  return `${own}${fragmentOf(url)}`
}

/** `#part` of a URL; empty where it has none. */
export function fragmentOf(url: string): string {
  const hash = URL.parse(url)?.hash ?? ''
  return hash.length > 1 ? hash : ''
}

/** True when two items that share a link are articles of their own, as on the page of a changelog. */
export function differ(a: Trace, b: Trace): boolean {
  const apart = daysApart(a, b)
  if (titleKey(a.title) === titleKey(b.title)) return apart && !sameText(a.summary, b.summary)
  const [one, other] = [fragmentOf(a.url ?? ''), fragmentOf(b.url ?? '')]
  if (one && other && one !== other) return true
  return apart || !alike(a.title, b.title)
}

/** True when title, text and day are all another article's. */
export function isOther(a: Trace, b: Trace): boolean {
  return daysApart(a, b) && !alike(a.title, b.title) && !sameText(a.summary, b.summary)
}

/**
 * True when an item has the guid (or link) of a stored one and is the same article. Feeds that give one guid to whatever
 * they hold at the time would otherwise never bring news again, and nobody would notice; an article that is told twice
 * is noticed, and takes an editor who changes link, title, date and text of it in one go. So such an item counts as
 * another article when nothing but the guid speaks for it, and its title and one thing more against it. `dates` and
 * `link` tell whether dates and this link mean anything in this feed.
 */
export function isSameByGuid(
  found: Trace,
  stored: Trace,
  { dates, link }: { dates: boolean; link: boolean },
): boolean {
  if (titleKey(found.title) === titleKey(stored.title)) return true
  if (dates && isMoment(found.publishedAt) && found.publishedAt === stored.publishedAt) return true
  const [here, there] = [found, stored].map(({ url }) => url && canonicalUrl(url))
  const comparable = link && Boolean(here && there && !isHomePage(here) && !isHomePage(there))
  const [part, other] = [found, stored].map(({ url }) => fragmentOf(url ?? ''))
  const isOtherPart = Boolean(part && other && part !== other) && dates && isOther(found, stored)
  if (comparable && here === there) return !isOtherPart
  if (alike(found.title, stored.title) || sameText(found.summary, stored.summary)) return true
  const texts = [found, stored].every(({ summary }) => wordsOf(summary).length >= tellingText)
  return !(comparable || (dates && daysApart(found, stored)) || texts)
}

/** How much the same title says: that it is the same article, that it is if its feed has moved as a whole, or nothing. */
export function byTitle(
  found: Trace,
  stored: Trace,
  { dates, alone }: { dates: boolean; alone: boolean },
): 'same' | 'ifMoved' | 'other' {
  if (!dates) {
    const undated = { publishedAt: null }
    return byTitle({ ...found, ...undated }, { ...stored, ...undated }, { dates: true, alone })
  }
  const page = pageOf(found)
  if (page !== null && page === pageOf(stored) && !differ(found, stored)) return 'same'
  const texts = sameText(found.summary, stored.summary)
  const [here, there] = [found.publishedAt, stored.publishedAt]
  if (here !== null && here === there && (texts || alone)) return 'same'
  const linkless = found.url === null && stored.url === null
  if (here === null && there === null) {
    const silent = found.summary === stored.summary
    const telling = isTellingTitle(found.title)
    return texts || (silent && (linkless || telling)) || (linkless && telling && alone) ? 'same' : 'other'
  }
  if (!isTellingTitle(found.title)) return 'other'
  if (here === null || there === null) return texts || found.summary === stored.summary ? 'same' : 'other'
  if (Math.abs(here - there) <= zones && (texts || alone)) return 'same'
  // To the word the same: whatever its date, there is nothing new in it.
  if (texts && (linkless || (alone && found.summary === stored.summary))) return 'same'
  return texts || found.summary === stored.summary ? 'ifMoved' : 'other'
}

/** True when the same moment (ms) and what the titles or texts share make it the same article. */
export function byDate(found: Trace, stored: Trace): boolean {
  if (found.publishedAt === null || found.publishedAt !== stored.publishedAt) return false
  if (sameText(found.summary, stored.summary)) return true
  return isMoment(found.publishedAt) && alike(found.title, stored.title)
}

/** True when all of several dates are of one minute: that of the build, not of the articles. */
export function isOneMoment(dates: number[], least: number): boolean {
  return dates.length >= least && Math.max(...dates) - Math.min(...dates) < minute
}

/** The canonical URL of the page an item leads to. */
export function pageOf({ url }: Pick<Trace, 'url'>): string | null {
  return url && canonicalUrl(url)
}

/** A time of day that hardly any other article has; midnight is that of all of a day. */
function isMoment(at: number | null): boolean {
  return at !== null && at % aDay !== 0
}

function daysApart(a: Trace, b: Trace): boolean {
  return a.publishedAt !== null && b.publishedAt !== null && Math.abs(a.publishedAt - b.publishedAt) > aDay
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
}
