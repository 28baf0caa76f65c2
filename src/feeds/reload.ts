import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type Feed, minute } from '../model/index.ts'
import { type FeedLists, feedListsIn, type ListText, listNames, readListTexts } from './lists.ts'

/** So often the files are read whatever is known of them (ms). */
const readEvery = minute

/** Looks at the lists again and again. */
export interface ListWatch {
  /**
   * The lists, when what stands in them is another than at the last reading, else null. `anew` reads them in any case and
   * gives them though nothing has changed.
   */
  look(options?: { anew?: boolean }): Promise<FeedLists | null>
}

/**
 * Watches a folder of feed lists, `shown` as in `readFeedLists`; `now` is the clock (ms). A look compares names, sizes and
 * times of change, and reads the files only when those have changed and are the same for the second time, so that a file
 * is not read while it is being written. Sizes and times can stay as they were when the words change, so that the files
 * are read each minute in any case. The first reading counts as a change.
 */
export function watchFeedLists(dir: string, shown: string, now: () => number): ListWatch {
  let seen: string | undefined
  let read: { facts: string; content: string; at: number } | undefined

  return {
    async look({ anew = false } = {}) {
      const facts = await factsOf(dir)
      const atRest = facts === seen
      seen = facts
      const isKnown = facts === read?.facts && now() - read.at < readEvery
      if (!anew && (!atRest || isKnown)) return null
      const texts = await readListTexts(dir)
      const content = digestOf(texts)
      const isSame = content === read?.content
      read = { facts, content, at: now() }
      return isSame && !anew ? null : feedListsIn(texts, dir, shown)
    },
  }
}

/** What the file system tells of the lists without their being read. */
async function factsOf(dir: string): Promise<string> {
  const codeOf = (error: NodeJS.ErrnoException) => error.code ?? error.message
  const names = await listNames(dir).catch(codeOf)
  if (typeof names === 'string') return names
  const facts = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(dir, name)).catch(codeOf)
      return typeof found === 'string' ? [name, found] : [name, found.size, found.mtimeMs]
    }),
  )
  return JSON.stringify(facts)
}

function digestOf(texts: ListText[] | { error: string }): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex')
}

/** Ids of feeds, in the order of the lists. */
export interface FeedChanges {
  added: string[]
  removed: string[]
  /** Those of whose entries anything but the place is another. */
  changed: string[]
}

/** What became of the feeds from one reading of the lists to another. */
export function feedChanges(before: readonly Feed[], after: readonly Feed[]): FeedChanges {
  const old = new Map(before.map((feed) => [feed.id, feed]))
  const present = new Set(after.map(({ id }) => id))
  const ids = (feeds: readonly Feed[]) => feeds.map(({ id }) => id)
  return {
    added: ids(after.filter(({ id }) => !old.has(id))),
    removed: ids(before.filter(({ id }) => !present.has(id))),
    changed: ids(after.filter((feed) => old.has(feed.id) && !isDeepStrictEqual(feed, old.get(feed.id)))),
  }
}
