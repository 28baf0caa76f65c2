import { day, type Feed, goneAfter, hour, movedAfter } from '../model/index.ts'
import type { Severity, Suggestion, UnplacedFinding } from './check.ts'
import { dateOf } from './dates.ts'
import { barrenAfter, emptySince } from './health.ts'
import { fewItems, type Look, type LookAnswer, newestOf } from './look.ts'

export interface JudgeOptions {
  now: number
  /** How long a feed of this rhythm may be silent, ms. */
  staleAfter: (rhythmMs: number | null) => number
}

/** Failures that are known to last; others may pass by the next look. */
const lasting = new Set(['gone', 'notFound', 'notAFeed', 'malformed', 'parseTimeout', 'parseMemory'])
const wrongAddress = new Set(['privateAddress', 'badUrl'])
/** A feed that has failed for so long is to be switched off, whatever the fault. */
const failedTooLong = 14 * day
/** A feed that has been empty for so long is not merely so at one look. */
const emptyTooLong = 2 * day
/** Shorter texts are no excerpts. */
const shortText = 40
/** From so many items of 90 days on their having no idea says something. */
const tellingItems = 10

/** True when it is worth looking whether the site has another feed. */
export function wantsAnother(answer: LookAnswer, options: JudgeOptions): boolean {
  if (answer.kind === 'failed')
    return ['gone', 'notFound', 'notAFeed', 'tooManyRedirects'].includes(answer.reason)
  return answer.items.length === 0 || isStale(answer.rhythmMs, newestOf(answer.items, options.now), options)
}

/** Everything to be said of one feed by itself. */
export function judge(look: Look, options: JudgeOptions): UnplacedFinding[] {
  const { answer } = look
  if (answer.kind === 'failed') return [ofFailure(look, answer, options)]
  if (answer.items.length === 0) return [...ofAddress(look, answer), ofEmptiness(look, options)]
  return [
    ...ofAddress(look, answer),
    ...ofAge(look, answer, options),
    ...ofText(look, answer),
    ...ofRules(look, answer),
    ...ofNames(look, answer),
    ...ofUse(look, options),
  ]
}

type Answered = Extract<LookAnswer, { kind: 'items' }>

function ofFailure(
  { feed, history, elsewhere }: Look,
  { reason, message }: Extract<LookAnswer, { kind: 'failed' }>,
  { now }: JudgeOptions,
): UnplacedFinding {
  const kind = reason === 'empty' ? 'empty' : reason
  const state = history?.state
  const failingFor = state?.failingSince == null ? 0 : now - state.failingSince
  const tooLong = failingFor >= failedTooLong
  const emptyForLong = reason === 'empty' && state?.lastReason === 'empty' && failingFor >= emptyTooLong
  const since = tooLong ? `; it has failed since ${dateOf(state!.failingSince!)}` : ''
  const movedTo = (state?.movedTimes ?? 0) >= movedAfter ? state!.movedTo : null
  const other = elsewhere ?? movedTo
  const found = other ? `; ${elsewhere ? 'its site has a feed' : 'it had moved'} at ${other}` : ''
  const switchOff: Suggestion = off(`${nounOf(reason)} on ${dateOf(now)}.`)
  const suggestion: Suggestion | null = other
    ? { change: { url: other } }
    : reason === 'gone'
      ? isGoneForGood(history, now)
        ? { remove: true }
        : switchOff
      : reason === 'notFound' || reason === 'notAFeed' || tooLong || emptyForLong
        ? switchOff
        : reason === 'rateLimited'
          ? { change: { every: lessOften(feed.everyMs) } }
          : null
  const severity: Severity =
    tooLong || lasting.has(reason) || wrongAddress.has(reason)
      ? 'error'
      : reason === 'rateLimited' || (reason === 'empty' && !emptyForLong)
        ? 'note'
        : 'warning'
  const perhapsHere =
    !tooLong && (reason === 'forbidden' || reason === 'challenge') ? '; it may let other machines in' : ''
  // Where another is found, nobody need be told to look for it.
  const said = other ? bare(message).split(';')[0] : bare(message)
  return {
    ...{ kind, field: 'url', severity, suggestion },
    message: `${said}${perhapsHere}${since}${found}.`,
  }
}

/** One 410 may be a slip of the host: it must have said so at several polls, over a day. */
function isGoneForGood(history: Look['history'], now: number): boolean {
  if (history === null) return false
  const { goneTimes, failingSince } = history.state
  return goneTimes >= goneAfter && failingSince !== null && now - failingSince >= day
}

/** What is wrong with an address that answers. */
function ofAddress({ feed, history }: Look, answer: Answered): UnplacedFinding[] {
  const { permanentUrl: to } = answer
  if (to !== null && to !== new URL(feed.url).href && !(isHttps(feed.url) && !isHttps(to))) {
    const times = history?.state.movedTo === to ? history.state.movedTimes : 0
    const often = times > 0 ? `, as it was at the last ${times === 1 ? 'poll' : `${times} polls`}` : ''
    return [warning('moved', 'url', `It is redirected for good to ${to}${often}.`, { change: { url: to } })]
  }
  if (!isHttps(feed.url) && !answer.https) {
    return [warning('http', 'url', 'It is plain http, and https does not give the same feed.')]
  }
  if (!isHttps(feed.url)) {
    const https = feed.url.replace(/^http:/i, 'https:')
    return [
      warning('https', 'url', `${https} gives the same feed; use it in place of http.`, {
        change: { url: https },
      }),
    ]
  }
  return []
}

function ofEmptiness({ history, elsewhere }: Look, options: JudgeOptions): UnplacedFinding {
  const newest = history ? (history.state.newestAt ?? history.state.newItemAt) : null
  const alive = newest !== null && !isStale(history!.state.rhythmMs, newest, options)
  if (alive) return note('empty', 'url', `It holds no items now; its last one is of ${dateOf(newest)}.`)
  const since = history ? (newest ?? emptySince(history.state)) : null
  const found = elsewhere ? `; its site has a feed at ${elsewhere}` : ''
  // One empty answer may be a fault of the hour.
  if (since === null || options.now - since < emptyTooLong) {
    return note('empty', 'url', `It answers, but holds no items at this look${found}.`)
  }
  const had = newest === null ? `, as it has since ${dateOf(since)}` : `; its last one is of ${dateOf(since)}`
  const suggestion = elsewhere
    ? { change: { url: elsewhere } }
    : off(`It held no items on ${dateOf(options.now)}.`)
  return warning('empty', 'url', `It answers, but holds no items${had}${found}.`, suggestion)
}

function ofAge(
  { feed, history, elsewhere }: Look,
  answer: Answered,
  options: JudgeOptions,
): UnplacedFinding[] {
  const dated = newestOf(answer.items, options.now)
  const found =
    dated === null
      ? [note('undated', 'url', 'None of its items has a date; when one is first seen stands in.')]
      : []
  const newest = dated ?? history?.state.newItemAt ?? null
  const rhythm = answer.rhythmMs ?? history?.state.rhythmMs ?? null
  if (newest !== null && isStale(rhythm, newest, options)) {
    const days = rhythm === null ? 0 : Math.round(rhythm / day)
    const used =
      rhythm === null
        ? ''
        : `, though it used to bring something ${days > 1 ? `every ${days} days` : 'daily'}`
    found.push(
      warning(
        'stale',
        'url',
        `It answers, but nothing new has come since ${dateOf(newest)}${used}${elsewhere ? `; its site has a feed that goes on, at ${elsewhere}` : ''}.`,
        elsewhere ? { change: { url: elsewhere } } : off(`Nothing new has come since ${dateOf(newest)}.`),
      ),
    )
  }
  if (answer.items.length < fewItems) {
    const n = answer.items.length
    found.push(
      note(
        'thin',
        feed.everyMs === null ? 'url' : 'every',
        `It holds only ${n === 1 ? 'one item' : `${n} items`}, so that others may come and go between two polls.`,
        feed.everyMs !== null && feed.everyMs > hour ? { change: { every: '1h' } } : null,
      ),
    )
  }
  return found
}

function ofText({ feed }: Look, { items }: Answered): UnplacedFinding[] {
  const bareOnes = items.filter(({ length }) => length < shortText).length
  if (feed.textUse === 'link' || items.length < fewItems || bareOnes < items.length * 0.8) return []
  return [
    warning(
      'thin',
      'textUse',
      `It gives titles with hardly any text (${bareOnes} of ${items.length} items), so that \`textUse: ${feed.textUse}\` has nothing to keep.`,
      { change: { textUse: 'link' } },
    ),
  ]
}

function ofRules({ feed, history }: Look, { items, wanted }: Answered): UnplacedFinding[] {
  if (wanted > 0 || feed.keep.length + feed.block.length === 0) return []
  const field = feed.keep.length > 0 ? 'keep' : 'block'
  const rules = [...(feed.keep.length ? ['`keep`'] : []), ...(feed.block.length ? ['`block`'] : [])].join(
    ' and ',
  )
  const lately = history?.contribution.read ?? 0
  if (lately > 0) {
    return [
      note(
        'filtered',
        field,
        `Its ${rules} let none of the ${items.length} items now in it through, but ${lately} in 90 days.`,
      ),
    ]
  }
  return [
    warning(
      'filtered',
      field,
      `Its ${rules} let none of its ${items.length} items through; widen the rules or remove the feed.`,
    ),
  ]
}

function ofNames({ feed }: Look, { title, language, items }: Answered): UnplacedFinding[] {
  const found: UnplacedFinding[] = []
  const listed = primary(feed.language)
  const says = primary(language)
  const readable = items.filter((item) => item.language === 'en').length
  const isEnglish = readable * 2 > items.length
  if (listed !== null && items.length >= fewItems && (listed === 'en') !== isEnglish) {
    const to = isEnglish ? 'en' : says === 'en' ? null : says
    found.push(
      warning(
        'language',
        'language',
        `It is listed as ${feed.language}, but ${isEnglish ? 'most of its items are English' : `most of its items are not English${says && says !== 'en' ? `, and it calls itself ${language}` : ''}`}.`,
        to ? { change: { language: to } } : null,
      ),
    )
  } else if (listed !== null && says !== null && listed !== 'en' && says !== 'en' && listed !== says) {
    found.push(
      note('language', 'language', `It is listed as ${feed.language}, but calls itself ${language}.`),
    )
  }
  if (title && !isNameOf(title, feed)) {
    found.push(
      note(
        'title',
        'title',
        `It calls itself “${title}”, which is not what the list calls it: “${feed.title}”.`,
      ),
    )
  }
  return found
}

function ofUse({ history }: Look, { now }: JudgeOptions): UnplacedFinding[] {
  if (!isOldEnough(history, now)) return []
  const { read, labelled, published } = history!.contribution
  if (read === 0 || labelled + published > 0) return []
  const days = barrenAfter / day
  const message = `None of the ${read} ${read === 1 ? 'item' : 'items'} that it brought in ${days} days was given an idea.`
  const suggestion = off(`None of its ${read} items in ${days} days was given an idea.`)
  return [
    read >= tellingItems
      ? warning('barren', 'url', message, suggestion)
      : note('barren', 'url', message, suggestion),
  ]
}

/** Whether a feed has been followed for long enough to say what it is good for. */
export function isOldEnough(history: Look['history'], now: number): boolean {
  const first = history?.state.firstPolledAt ?? null
  return first !== null && now - first >= barrenAfter
}

function isStale(rhythmMs: number | null, newest: number | null, { now, staleAfter }: JudgeOptions): boolean {
  return newest !== null && now - newest > staleAfter(rhythmMs)
}

/** Words that stand in names of many feeds. */
const commonWords = new Set(
  'the and for blog blogs news feed feeds rss atom latest posts articles updates all www com org net'.split(
    ' ',
  ),
)

/** Whether a feed's own title could be a name of what the list calls it; true where there is nothing to compare. */
function isNameOf(title: string, feed: Feed): boolean {
  const own = wordsOf(title)
  if (own.length === 0) return true
  const listed = [
    feed.title,
    feed.publisher,
    feed.id,
    new URL(feed.site).host,
    new URL(feed.url).pathname,
  ].join(' ')
  const squashed = squash(listed)
  const known = wordsOf(listed)
  return (
    own.some((word) => known.includes(word) || squashed.includes(word)) ||
    squash(title).includes(squash(feed.title))
  )
}

function wordsOf(text: string): string[] {
  const words =
    text
      .toLowerCase()
      .normalize('NFKD')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  return words.filter((word) => word.length > 2 && !commonWords.has(word))
}

function squash(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
}

function primary(language: string | null): string | null {
  return language?.split(/[-_]/)[0]?.toLowerCase() || null
}

function isHttps(url: string): boolean {
  return /^https:/i.test(url)
}

/** What to write into an entry that is switched off: what a fault was. */
function nounOf(reason: string): string {
  if (reason === 'gone' || reason === 'notFound') return `It answered ${reason === 'gone' ? 410 : 404}`
  if (reason === 'notAFeed') return 'It answered with something that is no feed'
  return reason === 'empty' ? 'It gave an empty document' : `It still failed (${reason})`
}

function lessOften(everyMs: number | null): string {
  const hours = Math.ceil((everyMs ?? 3 * hour) / hour) * 2
  return hours >= 24 ? '1d' : `${hours}h`
}

function off(reason: string): Suggestion {
  return { change: { enabled: false, reason } }
}

function warning(
  kind: string,
  field: string,
  message: string,
  suggestion: Suggestion | null = null,
): UnplacedFinding {
  return { kind, field, severity: 'warning', message, suggestion }
}

function note(
  kind: string,
  field: string,
  message: string,
  suggestion: Suggestion | null = null,
): UnplacedFinding {
  return { kind, field, severity: 'note', message, suggestion }
}

function bare(message: string): string {
  return message.replace(/[.\s]+$/, '')
}
