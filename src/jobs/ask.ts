import type { Asker } from '../ask/index.ts'
import { registrableDomain } from '../lib/domain/index.ts'
import type { Answer, Feed } from '../model/index.ts'
import type { Way } from './way.ts'

/** Stored items looked through for each one that an answer may show. */
const looked = 30

/** Answers a question from the wiki and the stored items, and notes it when there is no answer. */
export async function ask(
  way: Pick<Way, 'store' | 'feeds' | 'now'>,
  asker: Asker,
  question: string,
): Promise<Answer> {
  const now = way.now()
  const publishers = publishersOf(way.feeds)
  const answer = await asker.answer(question, {
    now,
    publishers: publishers.names,
    async news({ idea, direction, since, until, saying = [], holding, limit }) {
      const held = (letters: string) => ({
        letters,
        feeds: saying.includes(letters) ? publishers.feedsNamed(letters) : [],
      })
      const found = await way.store.items.bearing({
        idea,
        direction,
        since,
        until,
        limit: limit * looked,
        saying: saying.map(held),
        ...(holding ? { holding: { some: holding.letters.map(held), least: holding.least } } : {}),
      })
      return found.map((item) => ({ ...item, publisher: publishers.of(item.feed) }))
    },
  })
  if (answer.kind === 'declined') await way.store.gaps.record(question, now)
  return answer
}

/** The names of those whose items the feeds bring. */
interface Publishers {
  names: string[]
  /** All names of a feed's publisher, one a line. */
  of(feed: string): string
  /** Ids of the feeds whose publishers have a name with these letters, which are in lower case. */
  feedsNamed(letters: string): string[]
}

const known = new WeakMap<Feed[], Publishers>()

function publishersOf(feeds: Feed[]): Publishers {
  const before = known.get(feeds)
  if (before) return before
  const byFeed = new Map(feeds.map((feed) => [feed.id, namesOf(feed)]))
  const joined = new Map([...byFeed].map(([id, names]) => [id, names.join('\n')]))
  const lower = [...joined].map(([id, names]) => [id, names.toLowerCase()] as const)
  const publishers: Publishers = {
    names: [...new Set([...byFeed.values()].flat())],
    of: (feed) => joined.get(feed) ?? '',
    feedsNamed: (letters) => lower.flatMap(([id, names]) => (names.includes(letters) ? [id] : [])),
  }
  known.set(feeds, publishers)
  return publishers
}

/** A feed's title, the house behind it, and the name in its site's domain: `saltmarsh cloud` of `saltmarsh-cloud.example`. */
function namesOf({ title, publisher, site }: Feed): string[] {
  const domain = registrableDomain(site)
  const house = publisher === domain ? [] : [publisher]
  return [...new Set([title, ...house, domain.replace(/\..*/, '').replaceAll('-', ' ')])]
}
