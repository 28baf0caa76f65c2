import { type Direction, itemId, type LabelledItem } from '../../src/model/index.ts'
import { weekFeeds } from '../fixtures/weeks/feeds.ts'
import { feedState } from '../store/samples.ts'
import { hour, startWay, type TestWay } from './way.ts'

/** Three publishers; a nearly certain story that all of them carry is strong. */
export const three = ['ledgerline', 'tideline', 'dry-dock']

/** Titles of stories that have nothing to do with each other. */
export const titles = [
  'Brontide raises accelerator prices by a quarter',
  'Fourteen libraries run Wrackline on a server of their own',
  'Harbour Lab releases the weights of Heron under the MIT licence',
  'Ministry of Albary funds shared compute for universities',
  'Ardmoor Systems withdraws Petrel from its catalogue',
]

export interface Told {
  feeds?: string[]
  idea?: string
  direction?: Direction
  score?: number
  /** ms; now by default. */
  seenAt?: number
  /** ms; an hour before it was seen by default. */
  publishedAt?: number
  baseline?: boolean
}

/** Stores an item of a story in each of some feeds, labelled. Gives their ids. */
export async function tell({ way }: TestWay, title: string, told: Told = {}): Promise<string[]> {
  const { feeds = three, idea = 'renewal', direction = 'opens', score = 0.95, baseline = false } = told
  const { seenAt = way.now(), publishedAt = seenAt - hour } = told
  const ids: string[] = []
  for (const feed of feeds) {
    const url = `https://${feed}.example/${encodeURIComponent(title)}`
    const identity = `url:${url}`
    const item: Omit<LabelledItem, 'labels'> = {
      id: itemId(feed, identity),
      feed,
      title,
      summary: '',
      content: '',
      url,
      canonicalUrl: url,
      kind: weekFeeds.find(({ id }) => id === feed)!.kind,
      language: 'en',
      publishedAt,
      firstSeenAt: seenAt,
      baseline,
    }
    await way.store.items.absorb([{ ...item, identity, revision: title }], feedState({ feed }), way.now())
    ids.push(item.id)
  }
  const labels = [{ idea, direction, score, evidence: title, by: 'model:test' }]
  await way.store.items.label(
    ids.map((item) => ({ item, labels })),
    'model:test',
  )
  return ids
}

/** A way that reads the feeds of the fixture weeks. */
export async function startWithFeeds(): Promise<TestWay> {
  const setting = await startWay()
  setting.way.feeds.push(...weekFeeds)
  return setting
}
