import { balances, balanceWeeks } from '../../digest/index.ts'
import {
  canonicalUrl,
  type Digest,
  type Direction,
  day,
  type Feed,
  type Idea,
  type LabelledItem,
  type NearConcept,
  type Page,
  type WeekBalance,
  week,
} from '../../model/index.ts'
import { passagesOf } from '../../wiki/index.ts'
import { explainItem, type OpenFates, openFates } from '../explain.ts'
import { feedHealth } from '../feed-health.ts'
import type { DeskOptions } from './options.ts'

/** How far back `latest` looks. */
const latestFor = 31 * day
/** The next digest is composed to explain an item, and not again within so long (ms). */
const fatesKept = 5 * 60_000

/** An item with the name of its feed. */
export interface NamedItem {
  item: LabelledItem
  feedTitle: string
}

/** A feed as it is told of; what it needs is a sentence or two. */
interface Source {
  feed: Feed
  lastSuccessAt: number | null
  error: string | null
  need: string | null
}

/** What people can look up: concepts, ideas, items, issues, feeds. */
export function libraryDesk({ way, asker }: DeskOptions) {
  const pages = new Map(way.pages.map((page) => [page.id, page]))
  const beginnings = new Map(
    passagesOf(way.pages)
      .toReversed()
      .map(({ page, text }) => [page, text]),
  )
  const named = (item: LabelledItem): NamedItem => ({
    item,
    feedTitle: way.feeds.find(({ id }) => id === item.feed)?.title ?? item.feed,
  })
  let known: { at: number; open: Promise<OpenFates> } | undefined

  function fates(): Promise<OpenFates> {
    const now = way.now()
    if (!known || now - known.at > fatesKept) {
      const open = openFates(way)
      known = { at: now, open }
      open.catch(() => {
        known = undefined
      })
    }
    return known.open
  }

  return {
    ideas: way.ideas,

    /** A page and those related to it; by id, or by a title or alias as people write it. Null when there is none. */
    concept(wanted: string): { page: Page; related: { id: string; title: string }[] } | null {
      const key = wanted.trim().toLowerCase()
      const byName = asker.conceptNames().find(({ name }) => name.toLowerCase() === key)?.id
      const page = pages.get(key) ?? pages.get(byName ?? '')
      if (!page) return null
      const related = page.related.flatMap((id) => pages.get(id) ?? [])
      return { page, related: related.map(({ id, title }) => ({ id, title })) }
    },

    /** Names of concepts that hold these letters, those that begin with them first. */
    conceptNames(letters: string, limit: number): { name: string; id: string }[] {
      const key = letters.trim().toLowerCase()
      const place = (name: string) => name.toLowerCase().indexOf(key)
      const fitting = asker.conceptNames().filter(({ name }) => place(name) >= 0)
      const sorted = fitting.sort((a, b) => Number(place(a.name) > 0) - Number(place(b.name) > 0))
      // Without letters each page once, by its title; with letters each page once, by the name that fits best.
      const once = new Map<string, { name: string; id: string }>()
      for (const one of sorted) if (!once.has(one.id)) once.set(one.id, one)
      return [...once.values()].slice(0, limit)
    },

    /** The concepts nearest to a text, with the words their pages begin with. */
    nearestConcepts(text: string, limit: number): (NearConcept & { text: string })[] {
      return asker
        .nearestConcepts(text, limit)
        .map((concept) => ({ ...concept, text: beginnings.get(concept.id) ?? '' }))
    },

    /** The key ideas with the balance of their last weeks. */
    async balances(): Promise<{ idea: Idea; balance: WeekBalance[] }[]> {
      const until = way.now()
      const items = await way.store.items.labelledBetween({ since: until - (balanceWeeks + 1) * week, until })
      const ids = way.ideas.map(({ id }) => id)
      const found = balances(ids, items, until)
      return way.ideas.map((idea) => ({ idea, balance: found.get(idea.id)! }))
    },

    /** Classified items of the last month, newest first, a page of them; pages count from 1. */
    async latest(
      wish: { idea: string | null; direction: Direction | null },
      page: number,
      perPage: number,
    ): Promise<{ stories: NamedItem[]; page: number; pages: number; since: number }> {
      const since = way.now() - latestFor
      const total = await way.store.items.countBearing({ ...wish, since })
      const pages = Math.max(1, Math.ceil(total / perPage))
      const at = Math.min(Math.max(1, page), pages)
      const found = await way.store.items.bearing({
        ...wish,
        since,
        limit: perPage,
        offset: (at - 1) * perPage,
      })
      return { stories: found.map(named), page: at, pages, since }
    },

    /** An issue that was released, the last one without a number. */
    async digest(number: number | null): Promise<Digest | null> {
      if (number !== null) {
        const stored = await way.store.digests.get(number)
        return stored?.releasedAt == null ? null : stored.digest
      }
      const last = (await way.store.digests.list(20)).find(({ releasedAt }) => releasedAt !== null)
      return last?.digest ?? null
    },

    /** Issues that were released, newest first, with their numbers. */
    async digests(limit: number): Promise<{ number: number; digest: Digest }[]> {
      const all = await way.store.digests.list(limit)
      return all
        .filter(({ releasedAt }) => releasedAt !== null)
        .map(({ number, digest }) => ({ number, digest }))
    },

    /**
     * The feeds that are followed, with when each was last read and what is wrong with it; for those who keep the lists
     * also what a person has to do.
     */
    async sources(forKeepers = false): Promise<Source[]> {
      const needs = new Map(
        (forKeepers ? await feedHealth(way) : [])
          .filter(({ needsHand }) => needsHand)
          .map(({ feed, what, remedy }) => [feed, [what, remedy].filter(Boolean).join(' ')]),
      )
      const states = new Map((await way.store.feedStates.all()).map((state) => [state.feed, state]))
      return way.feeds
        .filter(({ enabled }) => enabled)
        .map((feed) => {
          const state = states.get(feed.id)
          return {
            feed,
            lastSuccessAt: state?.lastSuccessAt ?? null,
            error: state?.lastError ?? null,
            need: needs.get(feed.id) ?? null,
          }
        })
    },

    /** Items with these words in their title, newest first. */
    async itemsTitled(words: string, limit: number): Promise<NamedItem[]> {
      return (await way.store.items.titled(words, limit)).map(named)
    },

    /** The item that is meant: by id or its beginning, by its URL, or by words of its title; null when there is none. */
    async findItem(wanted: string): Promise<NamedItem | null> {
      const text = wanted.trim()
      if (text === '') return null
      const { items } = way.store
      const byId = /^[0-9a-f]{4,16}$/.test(text) ? await items.startingWith(text, 1) : []
      const url = byId.length === 0 ? canonicalUrl(text) : null
      const byUrl = url ? await items.withUrl(url, 1) : []
      if (byId.length || byUrl.length) return named((byId[0] ?? byUrl[0])!)
      const titled = await items.titled(text, 25)
      const found = titled.find(({ title }) => title.toLowerCase() === text.toLowerCase()) ?? titled[0]
      return found ? named(found) : null
    },

    /** Why an item is, or is not, in the digest: a sentence. */
    async whyItem(item: LabelledItem): Promise<string> {
      return (await explainItem(way, item, { open: fates })).reason
    },
  }
}
