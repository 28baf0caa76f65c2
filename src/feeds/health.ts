import {
  type Condition,
  type Contribution,
  conditions,
  day,
  type Feed,
  type FeedCondition,
  type FeedNote,
  type FeedState,
  goneAfter,
  hour,
  movedAfter,
  noContribution,
} from '../model/index.ts'
import { dateOf } from './dates.ts'

/** What is known of the feeds. Times in ms. */
export interface HealthFacts {
  feeds: Feed[]
  states: Map<string, FeedState>
  /** What came of each in the last {@link barrenAfter}. */
  contributions: Map<string, Contribution>
  /** How long a feed of this rhythm may be silent. */
  staleAfter: (rhythmMs: number | null) => number
}

/** A feed that fails for so long is broken; before that it may get well by itself. */
const brokenAfter = day
/** A feed that has held no items for so long will hardly hold any soon. */
const emptyAfter = 2 * day
/** A feed that nobody has asked for so long is unread, through no fault of its own. */
const unreadAfter = 2 * day
/** A host that does not let us in for so long needs a word of ours. */
const shutOutAfter = 3 * day
/** A feed that brings nothing of use for so long is of no use. */
export const barrenAfter = 90 * day
/** With fewer items in that time nothing can be said. */
const barrenFrom = 10

type Found = Omit<FeedCondition, 'feed' | 'title' | 'site'>

/** How each feed is and what to do about it: those that need a hand first, then those that brought most. */
export function conditionsOf(facts: HealthFacts, now: number): FeedCondition[] {
  const resting = hostsAtRest(facts, now)
  const rank = (one: FeedCondition) => conditions.indexOf(one.condition) + (one.needsHand ? 0 : 100)
  const worth = ({ feed }: FeedCondition) => facts.contributions.get(feed)?.published ?? 0
  return facts.feeds
    .map((feed): FeedCondition => {
      const { id, title, site } = feed
      return { feed: id, title, site, ...conditionOf(feed, facts, resting, now) }
    })
    .sort((a, b) => rank(a) - rank(b) || worth(b) - worth(a) || (a.feed < b.feed ? -1 : 1))
}

function conditionOf(feed: Feed, facts: HealthFacts, resting: Set<string>, now: number): Found {
  if (!feed.enabled)
    return told('off', { what: `Switched off: ${sentence(feed.reason ?? 'no reason given')}` })
  const state = facts.states.get(feed.id)
  // What is known of an address says nothing of the one that took its place.
  if (!state || state.url !== feed.url) return told('unread', { what: 'It has not been read yet.' })
  if (state.failures > 0) return failing(feed, state, now)
  const { lastSuccessAt } = state
  if (lastSuccessAt === null) return told('unread', { what: 'It has not been read yet.' })
  if (now - lastSuccessAt > Math.max(unreadAfter, 2 * (feed.everyMs ?? 0))) {
    const what = `It was last read on ${dateOf(lastSuccessAt)}: the service was stopped since, or off the network.`
    return told('unread', { what, remedy: 'See that freehold start is running and can reach the network.' })
  }
  const { movedTo, movedTimes, firstPolledAt } = state
  if (movedTo !== null && movedTimes >= movedAfter) {
    return hand('moved', null, {
      what: `It has moved for good to ${movedTo}, where the last ${movedTimes} polls were sent.`,
      remedy: `Put that address into its entry; ${checking(feed)} --apply does it.`,
    })
  }
  const newest = state.newestAt ?? state.newItemAt
  const silentFor = newest === null ? null : now - newest
  if (silentFor !== null && silentFor > facts.staleAfter(state.rhythmMs)) {
    const rhythm =
      state.rhythmMs === null ? '' : `, though it used to bring something ${every(state.rhythmMs)}`
    return hand('stale', newest, {
      what: `It answers, but nothing new has come since ${dateOf(newest!)}${rhythm}.`,
      remedy: `Look on its site for a feed that goes on; ${checking(feed)} looks as well. Switch it off or remove it if there is none.`,
    })
  }
  const empty = emptySince(state)
  if (empty !== null) {
    const remedy = `${checking(feed)} looks whether its site has another feed.`
    return now - empty >= emptyAfter
      ? hand('stale', empty, {
          what: `It answers, but has held no items since it was first read, on ${dateOf(empty)}.`,
          remedy: `${remedy} Switch it off if there is none.`,
        })
      : told('stale', { what: 'It answers, but has held no items so far.', remedy }, empty)
  }
  if (newest === null && firstPolledAt !== null && now - firstPolledAt > facts.staleAfter(null)) {
    return hand('stale', firstPolledAt, {
      what: `It answers, but has brought nothing since it was first read, on ${dateOf(firstPolledAt)}.`,
      remedy: `Look on its site for another feed; ${checking(feed)} looks as well. Remove it if there is none.`,
    })
  }
  const { read, labelled, published } = facts.contributions.get(feed.id) ?? noContribution
  const longKnown = firstPolledAt !== null && now - firstPolledAt >= barrenAfter
  if (longKnown && read >= barrenFrom && labelled + published === 0) {
    return hand('barren', null, {
      what: `None of the ${count(read)} items of the last ${barrenAfter / day} days was given an idea.`,
      remedy: 'Give it a `keep` of what concerns us, follow a narrower feed of the site, or remove it.',
    })
  }
  if (state.nextPollAt > now && resting.has(hostOf(feed.url))) {
    return told('putOff', {
      what: `Its host has asked for a pause of other feeds; it is read again after ${timeOf(state.nextPollAt, now)}.`,
    })
  }
  return told('fine', {})
}

/** When a feed was first read that has held no items at any poll since (ms); null for any other. */
export function emptySince(state: FeedState): number | null {
  const { itemsSeen, newestAt, newItemAt, lastSuccessAt, firstPolledAt } = state
  const hasHeld = itemsSeen > 0 || newestAt !== null || newItemAt !== null
  return !hasHeld && lastSuccessAt !== null ? firstPolledAt : null
}

/** Faults that stay until somebody does something. */
const staying = new Set(['notAFeed', 'challenge', 'gone', 'notFound', 'forbidden', 'tls'])

function failing(feed: Feed, state: FeedState, now: number): Found {
  const since = state.failingSince
  // What a message says after its semicolon is to be done comes as the remedy, in better words.
  const error = sentence((state.lastError ?? 'no reason is known').split(';')[0]!)
  const age = since === null ? 0 : now - since
  if (state.goneTimes >= goneAfter) {
    return hand('gone', since, {
      what: `It is gone for good: its host has said so ${state.goneTimes} times in a row${since === null ? '' : `, since ${dateOf(since)}`}.`,
      remedy: `npx freehold feeds remove ${feed.id} takes it out; ${checking(feed)} looks for its new address first.`,
    })
  }
  if (state.lastReason === 'rateLimited') {
    const found = {
      what: `Its host asks us to wait${since === null ? '' : `, since ${dateOf(since)}`}; it is read again after ${timeOf(state.nextPollAt, now)}.`,
      remedy: 'Ask it less often: `every: 12h` in its entry.',
    }
    return age >= shutOutAfter
      ? hand('putOff', since, found)
      : told('putOff', { ...found, remedy: null }, since)
  }
  if (age < brokenAfter) {
    const from = since === null ? '' : ` since ${timeOf(since, now)}`
    const times = state.failures === 1 ? 'once' : `${state.failures} times`
    const what = `${error} It has failed ${times}${from}, and is tried again after ${timeOf(state.nextPollAt, now)}.`
    const remedy = staying.has(state.lastReason ?? '')
      ? `It will hardly get well by itself; ${checking(feed)} shows what came and what to do.`
      : null
    return told('failing', { what, remedy }, since)
  }
  return hand('broken', since, {
    what: `It has failed since ${dateOf(since!)}, ${state.failures} times in a row: ${error}`,
    remedy: remedyFor(feed, state.lastReason),
  })
}

/** What to do about a feed that keeps failing so. */
function remedyFor(feed: Feed, reason: string | null): string {
  switch (reason) {
    case 'notFound':
    case 'notAFeed':
    case 'malformed':
    case 'empty':
    case 'tooManyRedirects':
      return `${checking(feed)} looks for its new address.`
    case 'challenge':
    case 'forbidden':
      return `Ask the people of ${hostOf(feed.site)} to let feed readers through, or follow a mirror; switch it off until then.`
    case 'privateAddress':
    case 'badUrl':
      return 'Put its address right in its entry.'
    case 'tls':
    case 'serverError':
      return `Tell the people of ${hostOf(feed.site)}, who may not know; switch it off if it stays so.`
    case 'dns':
      return `See whether ${hostOf(feed.site)} is still there under another name; remove the feed if not.`
    default:
      return `Open ${feed.url} in a browser to see why; switch it off if it stays so.`
  }
}

function checking({ id }: Feed): string {
  return `npx freehold feeds check --online --feed ${id}`
}

/** Hosts that have asked of two feeds or more to be left alone, and still are. */
function hostsAtRest({ feeds, states }: HealthFacts, now: number): Set<string> {
  const asked = feeds.filter(({ id, url, enabled }) => {
    const state = states.get(id)
    return enabled && state?.url === url && state.lastReason === 'rateLimited' && state.nextPollAt > now
  })
  const byHost = Map.groupBy(asked, ({ url }) => hostOf(url))
  return new Set([...byHost].filter(([, all]) => all.length > 1).map(([host]) => host))
}

/** What the note of a week says of feeds in these conditions. */
export function noteOf(
  facts: { week: string; conditions: FeedCondition[]; contributions: Map<string, Contribution> },
  days = barrenAfter / day,
): FeedNote {
  const followed = facts.conditions.filter(({ condition }) => condition !== 'off')
  const contributed = { ...noContribution }
  for (const { feed } of followed) {
    const one = facts.contributions.get(feed) ?? noContribution
    contributed.read += one.read
    contributed.labelled += one.labelled
    contributed.published += one.published
    contributed.alerts += one.alerts
  }
  const most = followed
    .map(({ feed, title }) => ({ title, published: facts.contributions.get(feed)?.published ?? 0 }))
    .filter(({ published }) => published > 0)
    .sort((a, b) => b.published - a.published)
    .slice(0, 5)
  const needs = followed.filter(({ needsHand }) => needsHand)
  const unread = followed.filter(({ condition }) => condition === 'unread').length
  return { week: facts.week, feeds: followed.length, unread, needs, days, contributed, most }
}

/** So long after the last note one comes that all is well. */
const wellEvery = 28 * day

/** Whether a note is worth sending: feeds need a hand or most were not read, or nothing was heard for four weeks. */
export function isWorthSending(note: FeedNote, lastWeek: string | null): boolean {
  if (note.feeds === 0) return false
  if (note.needs.length > 0 || note.unread * 2 > note.feeds || lastWeek === null) return true
  return Date.parse(note.week) - Date.parse(lastWeek) >= wellEvery
}

function hand(condition: Condition, since: number | null, said: { what: string; remedy: string }): Found {
  return { condition, needsHand: true, since, ...said }
}

function told(
  condition: Condition,
  { what = '', remedy = null }: { what?: string; remedy?: string | null },
  since: number | null = null,
): Found {
  return { condition, needsHand: false, since, what, remedy }
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url
}

/** `16:30 UTC on 23 November 2026`, or `16:30 UTC today`. */
function timeOf(time: number, now: number): string {
  const date = dateOf(time)
  return `${new Date(time).toISOString().slice(11, 16)} UTC ${date === dateOf(now) ? 'today' : `on ${date}`}`
}

function every(rhythmMs: number): string {
  const days = Math.round(rhythmMs / day)
  if (days > 1) return `every ${days} days`
  return rhythmMs > 12 * hour ? 'every day' : 'several times a day'
}

function count(value: number): string {
  return value.toLocaleString('en-GB')
}

function sentence(text: string): string {
  // It may be the words of a server, and is shown in terminals.
  const trimmed = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()
  return /[.?!]$/.test(trimmed) ? trimmed : `${trimmed}.`
}
