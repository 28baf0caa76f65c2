import type { Alert, Delivery, Digest, FeedState, Label, Medium, Receipt } from '../../src/model/index.ts'
import type { ChannelWish, Destination, NewItem, Store, StoredDigest } from '../../src/store/index.ts'

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
    failingSince: now - 400,
    lastReason: 'timeout',
    lastError: null,
    goneTimes: 1,
    movedTo: 'https://lab.example/news/feed.xml',
    movedTimes: 2,
    itemsSeen: 3,
    newItemAt: now - 300,
    newestAt: now - 200,
    rhythmMs: 86_400_000,
    ttlMs: 3_600_000,
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

export function alert(id: string, changes: Partial<Alert> = {}): Alert {
  return {
    id,
    idea: 'renewal',
    ideaName: 'Renewal',
    story: {
      item: 'item1',
      title: `What happened in ${id}`,
      url: 'https://lab.example/posts/1',
      feed: 'lab',
      feedTitle: 'The Lab',
      publishedAt: '2026-09-21T08:00:00.000Z',
      direction: 'opens',
      score: 0.9,
      evidence: 'weights are out',
      also: [],
      items: ['item1', 'item2'],
      ideas: [],
    },
    madeAt: now,
    ...changes,
  }
}

/** What channel `n` of the server "guild 1" asks for. */
export function wish(n: number, changes: Partial<ChannelWish> = {}): ChannelWish {
  return {
    channel: `channel ${n}`,
    guild: 'guild 1',
    kind: 'text',
    mode: 'digest',
    ideas: [],
    directions: [],
    role: null,
    discuss: false,
    publish: false,
    alertsADay: 3,
    madeBy: 'ada',
    madeAt: now,
    ...changes,
  }
}

export const mail = (n: number): Destination => ({
  medium: 'email',
  target: `reader ${String(n).padStart(4, '0')}`,
  part: 0,
})
export const mails = (count: number) => Array.from({ length: count }, (_, n) => mail(n))
/** The messages of a post to a channel. */
export const post = (parts: number, target = 'channel'): Destination[] =>
  Array.from({ length: parts }, (_, part) => ({ medium: 'discord', target, part }))

export const sent = { outcome: 'sent', receipt: '250 queued' } satisfies Receipt
export const deferred = { outcome: 'deferred', error: '450 try later' } satisfies Receipt
export const failed = { outcome: 'failed', error: '550 no such user' } satisfies Receipt
export const unknown = { outcome: 'unknown', error: 'connection lost after the body' } satisfies Receipt

export const leaseMs = 1000

interface Claiming {
  owner?: string
  at?: number
  limit?: number
  medium?: Medium
}

/** Claims up to a hundred deliveries that are due at `at`, mails unless the medium is given. */
export function claim(store: Store, options: Claiming = {}): Promise<Delivery[]> {
  const { owner = 'one', at = now, limit = 100, medium = 'email' } = options
  return store.deliveries.claim({ medium, owner, now: at, leaseMs, limit })
}

/** The claim of a delivery that is being sent. */
export function held(delivery: Delivery) {
  return { id: delivery.id, owner: delivery.owner!, attempts: delivery.attempts }
}

/** Sends what is claimed as far as its receipt: the body begins at `at`, the other side answers then. */
export async function settleSent(
  store: Store,
  delivery: Delivery,
  receipt: Receipt,
  at = now,
): Promise<void> {
  const begun = await store.deliveries.bodyStarts(held(delivery), at)
  const settled = await store.deliveries.settle(held(delivery), receipt, at)
  if (!begun || !settled) throw new Error('The delivery was not ours to send.')
}
