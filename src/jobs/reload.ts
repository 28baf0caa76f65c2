import { type FeedChanges, type FeedLists, feedChanges, type ListWatch } from '../feeds/index.ts'
import { problemLine } from '../lib/text/index.ts'
import type { Feed } from '../model/index.ts'
import type { Way } from './way.ts'

/** A log line names no more faults than this; `freehold feeds check` lists them all. */
const faultsNamed = 20

/** Keeps the feeds of a way as the lists say. */
export interface FeedListKeeper {
  /** A look at the lists; to be called every second or so. */
  tick(): Promise<void>
  /** Reads them at once, and says so whatever comes of it. */
  reload(): Promise<void>
}

/**
 * Takes over the feed lists whenever they have changed and are in order. Lists with faults leave `way.feeds` as it is;
 * they are told of in the log, once for each edit, and in `way.feedFaults` until they are mended. What is under way goes
 * on with the feeds it began with; items of a feed that is gone stay.
 */
export function keepFeedLists(
  way: Pick<Way, 'feeds' | 'feedFaults' | 'log'>,
  watch: ListWatch,
): FeedListKeeper {
  let turn: Promise<void> = Promise.resolve()

  function take(lists: FeedLists, asked: boolean): void {
    const faults = faultsOf(lists, way.feeds.length > 0)
    if (faults.length > 0) {
      way.feedFaults = faults
      way.log.error(
        { faults: faults.slice(0, faultsNamed), of: faults.length, feeds: followed(way.feeds) },
        `the feed lists have faults, so the feeds stay as they were: ${faults[0]}`,
      )
      return
    }
    const mended = (way.feedFaults ?? []).length > 0
    const changes = feedChanges(way.feeds, lists.feeds)
    const said = inWords(changes)
    way.feeds = lists.feeds
    way.feedFaults = []
    if (!said && !mended && !asked) return
    const order = mended ? 'the feed lists are in order again' : 'the feed lists were read anew'
    way.log.info(
      { ...changes, feeds: followed(lists.feeds) },
      `${order}: ${said || 'the same feeds as before'}`,
    )
  }

  function look(asked: boolean): Promise<void> {
    const run = turn.then(async () => {
      const lists = await watch.look({ anew: asked })
      if (lists) take(lists, asked)
    })
    // The next look waits for this one, and does not care how it went.
    turn = run.catch(() => undefined)
    return run
  }

  return {
    tick: () => look(false),
    async reload() {
      try {
        await look(true)
      } catch (error) {
        way.log.error({ err: error }, 'the feed lists could not be read anew')
      }
    },
  }
}

/** Sentences; an empty folder is one where there were feeds before: a disk that is not mounted looks like that. */
function faultsOf({ files, problems }: FeedLists, hadFeeds: boolean): string[] {
  if (problems.length > 0) return problems.map(problemLine)
  if (files.length > 0 || !hadFeeds) return []
  return ['FEEDS_DIR holds no *.yaml any more; to follow nothing, leave a list with `feeds: []` in it']
}

/** How many are not switched off. */
function followed(feeds: Feed[]): number {
  return feeds.filter(({ enabled }) => enabled).length
}

function inWords(changes: FeedChanges): string {
  const kinds = ['added', 'removed', 'changed'] as const
  return kinds
    .filter((kind) => changes[kind].length > 0)
    .map((kind) => `${changes[kind].length} ${kind}`)
    .join(', ')
}
