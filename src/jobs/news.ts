import { day, type Feed, type FeedState, isOneMoment } from '../model/index.ts'
import type { Arrival, NewItem } from '../store/index.ts'

/** Of a feed's first poll, only what is younger than this is news; the rest was there before us. */
const baselineAge = 7 * day
/** Items dated longer ago than this when first seen are a backfill, not news, unless the feed says otherwise. */
const defaultMaxAgeDays = 30
/** After a silence as long as this, nothing that has no date can be told from what was there before. */
const longSilence = 30 * day
/** More new items than this at once, and more than this share of the document, are a flood. */
const [flood, floodShare] = [10, 1 / 3]
/** So many dates that are all of one moment are those of the build. */
const ofOneBuild = 10

/** A poll, as far as it decides what is news. */
export interface NewsPoll {
  now: number
  /** The feed as it was known before. */
  before: Pick<FeedState, 'itemsSeen' | 'lastSuccessAt'>
  /** Whether the list names another address than the one it was read at before. */
  isMoved: boolean
  /** Items in the document. */
  items: number
}

/**
 * Decides which new articles of a poll are news. What has a date is judged by it: on a feed's first poll the last week
 * counts; at a new address what came since the old one answered, and the last week; else all that is younger than the
 * feed's `maxAgeDays`. What another feed brought long ago is as old as it was there. What has no date was there before
 * on first polls and after a long silence; in a flood it is an archive that somebody imported, since a feed that is
 * asked in its own rhythm does not bring a third of its items at once.
 */
export function admitNews(
  feed: Pick<Feed, 'maxAgeDays'>,
  poll: NewsPoll,
): (arrivals: Arrival[]) => NewItem[] {
  const { now, before, isMoved, items } = poll
  const limit = now - (feed.maxAgeDays ?? defaultMaxAgeDays) * day
  const lastSuccess = before.lastSuccessAt ?? 0
  // A feed that was empty so far is no better known than one that was never asked.
  const isFirst = before.itemsSeen === 0
  const lastWeek = Math.max(limit, now - baselineAge)
  const since = isFirst ? lastWeek : isMoved ? Math.max(limit, Math.min(lastWeek, lastSuccess)) : limit
  const isUnsure = isFirst || isMoved || lastSuccess < now - longSilence
  return (arrivals) => {
    const isFlood = arrivals.length > flood && arrivals.length > floodShare * items
    const dates = arrivals.flatMap(({ item }) => item.publishedAt ?? [])
    const datesAreBuild = isUnsure && isOneMoment(dates, ofOneBuild)
    return arrivals.map(({ item, knownSince }) => {
      const date = datesAreBuild ? null : item.publishedAt
      const isOld = date === null ? isUnsure || isFlood : date < since
      return { ...item, baseline: isOld || (knownSince !== null && knownSince < since) }
    })
  }
}
