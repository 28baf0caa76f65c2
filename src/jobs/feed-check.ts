import {
  barrenAfter,
  disguises,
  type FeedFile,
  type Finding,
  isOldEnough,
  isSameFeed,
  judge,
  type Look,
  type LookAnswer,
  type LookedItem,
  linesOfFields,
  newestOf,
  sortFindings,
  wantsAnother,
} from '../feeds/index.ts'
import {
  createReader,
  isWanted,
  type Reader,
  type ReadOutcome,
  rhythmOf,
  staleAfter,
} from '../ingest/index.ts'
import type { Http } from '../lib/http/index.ts'
import { canonicalUrl, day, type Feed, noContribution } from '../model/index.ts'
import type { Store } from '../store/index.ts'
import { type Finder, locateFeed } from './feeds.ts'
import { unanswered } from './polling-faults.ts'
import type { Progress } from './way.ts'

/** Feeds looked at at once; politeness per host is the HTTP client's. */
const feedsAtOnce = 12
/** Failures that a second look, when all others have been looked at, may not find again. */
const passing = new Set(['timeout', 'network', 'dns', 'refused', 'serverError', 'badAnswer'])

export interface CheckWish {
  finder: Pick<Finder, 'http' | 'parser' | 'now'>
  /** The files of the lists, and the feeds in them. */
  files: FeedFile[]
  followed: Feed[]
  /** Those to be looked at. */
  feeds: Feed[]
  /** What is known of them; null where there is no database. */
  store: Store | null
  progress?: Progress
}

export interface CheckReport {
  looked: number
  findings: Finding[]
  /** What could not be judged: sentences. */
  open: string[]
  /** Nobody answered: this machine seems to be off the network, and nothing can be said. */
  outage: boolean
}

/** Fetches feeds once each and judges them. What fails as things fail in passing is tried once more at the end. */
export async function checkFeeds(wish: CheckWish): Promise<CheckReport> {
  const { finder, feeds, followed, store } = wish
  const now = finder.now()
  const options = { now, staleAfter }
  const history = store ? await historyOf(store, now) : null
  const reader = createReader(finder)
  const answers = new Map<string, LookAnswer>()
  const again: Feed[] = []
  let done = 0
  wish.progress?.(0, feeds.length, '')
  await inParallel(feeds, async (feed) => {
    const answer = await look(reader, feed, now)
    if (answer.kind === 'failed' && passing.has(answer.reason)) again.push(feed)
    answers.set(feed.id, answer)
    done += 1
    wish.progress?.(done, feeds.length, feed.title)
  })
  if (isOutage(feeds, answers)) return { looked: feeds.length, findings: [], open: [], outage: true }
  wish.progress?.(0, again.length, 'once more')
  await inParallel(again, async (feed) => answers.set(feed.id, await look(reader, feed, now)))

  const looks = new Map<string, Look>()
  await inParallel(feeds, async (feed) => {
    const answer = answers.get(feed.id)!
    const elsewhere = wantsAnother(answer, options) ? await another(finder, feed, followed) : null
    looks.set(feed.id, { feed, answer, elsewhere, history: history?.(feed) ?? null })
  })
  // In the order of the lists, not of the answers.
  const all = feeds.map(({ id }) => looks.get(id)!)
  return {
    looked: feeds.length,
    findings: findingsOf(wish, all, options),
    open: openQuestions(all, store, now),
    outage: false,
  }
}

async function inParallel<T>(all: T[], work: (one: T) => Promise<unknown>): Promise<void> {
  const queue = [...all]
  const worker = async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) await work(one)
  }
  await Promise.all(Array.from({ length: feedsAtOnce }, worker))
}

async function look(reader: Reader, feed: Feed, now: number): Promise<LookAnswer> {
  const read = (url: string) => reader.read({ url, etag: null, lastModified: null, bodyHash: null })
  const outcome = await read(feed.url)
  if (outcome.kind !== 'items') return failureOf(outcome)
  const items = outcome.items.map(lookedItem)
  const dates = items.flatMap(({ publishedAt }) => publishedAt ?? []).map((at) => Math.min(at, now))
  let https = false
  if (/^http:/i.test(feed.url) && outcome.permanentUrl === null) {
    const secure = await read(feed.url.replace(/^http:/i, 'https:'))
    https = secure.kind === 'items' && isSameFeed(items, secure.items.map(lookedItem))
  }
  return {
    kind: 'items',
    finalUrl: outcome.finalUrl,
    permanentUrl: outcome.permanentUrl,
    title: oneLine(outcome.title).slice(0, 120).trim(),
    language: outcome.language,
    items,
    wanted: outcome.items.filter((item) => isWanted(feed, item)).length,
    rhythmMs: rhythmOf(dates),
    https,
  }
}

function failureOf(outcome: Exclude<ReadOutcome, { kind: 'items' }>): LookAnswer {
  if (outcome.kind === 'failed') {
    const { reason, message, retryAfterMs } = outcome
    // Who names a time is not asked again before it.
    return { kind: 'failed', reason: retryAfterMs === null ? reason : 'rateLimited', message }
  }
  return {
    kind: 'failed',
    reason: 'status',
    message: 'It said that nothing had changed, though it was not asked that.',
  }
}

function lookedItem(item: Extract<ReadOutcome, { kind: 'items' }>['items'][number]): LookedItem {
  const { title, url, publishedAt, summary, content, language } = item
  return { title, url, publishedAt, length: Math.max(summary.length, content.length), language }
}

/** A living feed of the same site that is not followed yet; null when there is none. */
async function another(finder: CheckWish['finder'], feed: Feed, followed: Feed[]): Promise<string | null> {
  const asked = new Map<string, ReturnType<Http['get']>>()
  // The site is often found where the feed was looked for.
  const http: CheckWish['finder']['http'] = {
    get(url, options) {
      const answer = asked.get(url) ?? finder.http.get(url, options)
      asked.set(url, answer)
      return answer
    },
  }
  const taken = new Set(followed.map(({ url }) => canonicalUrl(url)))
  for (const address of new Set([feed.url, feed.site])) {
    const found = await locateFeed({ ...finder, http }, address)
    if (found.kind === 'none' || found.outcome.items.length === 0) continue
    const url = found.outcome.permanentUrl ?? found.url
    if (taken.has(canonicalUrl(url))) continue
    const items = found.outcome.items.map(lookedItem)
    const newest = newestOf(items, finder.now())
    const rhythm = rhythmOf(items.flatMap(({ publishedAt }) => publishedAt ?? []))
    if (newest === null || finder.now() - newest <= staleAfter(rhythm)) return url
  }
  return null
}

async function historyOf(store: Store, now: number): Promise<(feed: Feed) => Look['history']> {
  const states = new Map((await store.feedStates.all()).map((state) => [state.feed, state]))
  const contributions = await store.contributions.since(now - barrenAfter)
  return ({ id, url }) => {
    const state = states.get(id)
    return state?.url === url ? { state, contribution: contributions.get(id) ?? noContribution } : null
  }
}

function isOutage(feeds: Feed[], answers: Map<string, LookAnswer>): boolean {
  const hosts = new Set(feeds.map(({ url }) => new URL(url).host))
  return (
    hosts.size > 1 &&
    [...answers.values()].every((one) => one.kind === 'failed' && unanswered.has(one.reason))
  )
}

function findingsOf(
  { files, followed }: CheckWish,
  looks: Look[],
  options: Parameters<typeof judge>[1],
): Finding[] {
  const places = new Map(
    files.flatMap((file) => {
      const lineOf = linesOfFields(file)
      return file.entries.map(({ id }, i) => [
        id,
        { file: file.file, lineOf: (field: string) => lineOf(i, field) },
      ])
    }),
  )
  const doubles = disguises(looks, followed)
  const found = looks.flatMap((look) => {
    const double = doubles.find(({ feed }) => feed === look.feed.id)
    const like = double && places.get(double.like)
    const at = like ? `, at ${like.file}:${like.lineOf('id')}` : ''
    // Of one that is to go nothing else need be said.
    const own = double
      ? [{ ...double.finding, message: double.finding.message.replace(/\.$/, `${at}.`) }]
      : judge(look, options)
    const place = places.get(look.feed.id)!
    return own.map(({ message, ...finding }) => ({
      ...finding,
      message: oneLine(message),
      feed: look.feed.id,
      file: place.file,
      line: place.lineOf(finding.field),
    }))
  })
  return sortFindings(found)
}

/** Words of others on one line: a terminal and GitHub both take orders from what begins another or hides in it. */
function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
}

/** What nobody could say for want of a past. */
function openQuestions(looks: Look[], store: Store | null, now: number): string[] {
  const days = barrenAfter / day
  const question = `whether ${looks.length === 1 ? 'it has' : 'they have'} brought items of any idea in ${days} days`
  if (!store)
    return [`There is no database here that would tell ${question}, or how they did at earlier polls.`]
  const young = looks.filter(({ history }) => !isOldEnough(history, now)).length
  if (young === 0) return []
  return [
    `${young} of ${looks.length} feeds have not been followed for ${days} days yet, so that nobody can tell ${question}.`,
  ]
}
