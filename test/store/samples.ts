import type { Digest, FeedState, Label } from '../../src/model/index.ts'
import type { NewItem, Store, StoredDigest } from '../../src/store/index.ts'

/** A day in September 2026; every clock of these tests is a number like it. */
export const now = Date.UTC(2026, 8, 21, 9)

export function newItem(n: number, changes: Partial<NewItem> = {}): NewItem {
  const url = `https://lab.example/posts/${n}`
  return {
    id: `item${String(n).padStart(12, '0')}`,
    feed: 'lab',
    identity: `url:${url}`,
    revision: `first text of ${n}`,
    title: `Post ${n}`,
    summary: `What post ${n} says.`,
    content: '',
    url: `${url}?page=1`,
    canonicalUrl: url,
    kind: 'lab',
    language: 'en',
    publishedAt: now - 3_600_000,
    firstSeenAt: now,
    baseline: false,
    ...changes,
  }
}

export function newItems(count: number, changes: Partial<NewItem> = {}): NewItem[] {
  return Array.from({ length: count }, (_, n) => newItem(n, changes))
}

export function feedState(changes: Partial<FeedState> = {}): FeedState {
  return {
    feed: 'lab',
    url: 'https://lab.example/feed.xml',
    etag: '"abc"',
    lastModified: 'Mon, 21 Sep 2026 08:00:00 GMT',
    bodyHash: 'f00d',
    firstPolledAt: now - 1000,
    lastPolledAt: now,
    lastSuccessAt: now,
    nextPollAt: now + 900_000,
    failures: 0,
    lastError: null,
    itemsSeen: 3,
    ...changes,
  }
}

export function label(changes: Partial<Label> = {}): Label {
  return {
    idea: 'renewal',
    direction: 'opens',
    score: 0.75,
    evidence: 'weights are out',
    by: 'model:one',
    ...changes,
  }
}

export function draft(changes: Partial<Digest> = {}): Digest {
  return {
    number: null,
    since: '2026-09-14T09:00:00.000Z',
    until: '2026-09-21T09:00:00.000Z',
    lead: [],
    sections: [],
    read: 0,
    leftOut: 0,
    ...changes,
  }
}

/** Stores the next digest, whatever came before. */
export async function makeDigest(store: Store, until = '2026-09-21T09:00:00.000Z'): Promise<StoredDigest> {
  const expectedLast = (await store.digests.last())?.until ?? null
  const made = await store.digests.create(draft({ until }), [], { now, release: true, expectedLast })
  if (!made) throw new Error('Another digest came between.')
  return made
}
