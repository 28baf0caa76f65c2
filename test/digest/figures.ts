import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { groupStories } from '../../src/digest/index.ts'
import { isRoundUp } from '../../src/digest/round-up.ts'
import { compareAmong } from '../../src/digest/stories.ts'
import type { LabelledItem } from '../../src/model/index.ts'
import { loadWeek, type WeekIssue, type WeekItem } from '../fixtures/weeks.ts'

/** How well one judge's yes meets another's. */
export interface Figures {
  precision: number
  recall: number
  f1: number
}

/** Two texts and whether they tell of one event. */
export interface StoryPair {
  half: 'tune' | 'test'
  same: boolean
  a: PairSide
  b: PairSide
  note: string
}

interface PairSide {
  title: string
  summary?: string
  publishedAt: string
}

/** How well grouping a week's labelled items, round-ups apart, finds the pairs that tell of one event; over all weeks. */
export function groupingFigures(weeks: number[]): Figures {
  return figuresOf(
    weeks.flatMap((number) => {
      const items = loadWeek(number)
      const told = items.filter((item) => item.labels.length > 0 && !item.roundUp)
      const stories = groupStories(told, compareAmong(items))
      const storyOf = new Map(stories.flatMap((story, i) => story.map(({ id }) => [id, i] as const)))
      return pairsOf(told).map(([a, b]) => ({
        truth: a.event !== null && a.event === b.event,
        said: storyOf.get(a.id) === storyOf.get(b.id),
      }))
    }),
  )
}

export function readStoryPairs(): StoryPair[] {
  const file = join(import.meta.dirname, '..', 'fixtures', 'story-pairs.jsonl')
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return lines.map((line): StoryPair => JSON.parse(line))
}

/**
 * Which pairs are taken for one story, each pair grouped by itself, among words as rare as they are in all of them. They
 * have no labels; as the digest compares only items that bear on an idea, both are given the same one.
 */
export function joinedPairs(pairs: StoryPair[]): boolean[] {
  const items = pairs.map(({ a, b }, i) => [asItem(`${i}a`, a), asItem(`${i}b`, b)])
  const comparison = compareAmong(items.flat())
  return items.map((pair) => groupStories(pair, comparison).length === 1)
}

export function pairFigures(pairs: StoryPair[]): Figures {
  const joined = joinedPairs(pairs)
  return figuresOf(pairs.map(({ same }, i) => ({ truth: same, said: joined[i]! })))
}

/** How many of the items that gather several news are known by their titles, and of how many others that is thought. */
export function roundUpFigures(items: WeekItem[]): { found: number; mistaken: number } {
  const share = (these: WeekItem[]) => these.filter(({ title }) => isRoundUp(title)).length / these.length
  return {
    found: share(items.filter(({ roundUp }) => roundUp)),
    mistaken: share(items.filter(({ roundUp }) => !roundUp)),
  }
}

/** The titles of stories whose event an earlier issue told and to which none of their items adds anything. */
export function repeatedStories(issues: WeekIssue[]): string[] {
  const toldBefore = new Set<string>()
  return issues.flatMap(({ number, digest, items }) => {
    const byId = new Map(items.map((item) => [item.id, item]))
    const stories = digest.sections.flatMap((section) => section.stories)
    const events = stories.map((story) => eventOf(story.items.map((id) => byId.get(id)!)))
    const repeated = stories.filter((story, i) => {
      const news = story.items.some((id) => byId.get(id)!.stage === 'update')
      return !news && toldBefore.has(events[i] ?? '')
    })
    for (const event of events) if (event !== null) toldBefore.add(event)
    return repeated.map(({ title }) => `${number}: ${title}`)
  })
}

/** The event that most of these items tell of. */
function eventOf(items: WeekItem[]): string | null {
  const counts = new Map<string, number>()
  for (const { event } of items) if (event !== null) counts.set(event, (counts.get(event) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null
}

function asItem(id: string, { title, summary = '', publishedAt }: PairSide): LabelledItem {
  const at = Date.parse(publishedAt)
  return {
    id,
    feed: 'pair',
    title,
    summary,
    content: '',
    url: null,
    canonicalUrl: null,
    kind: 'press',
    language: 'en',
    publishedAt: at,
    firstSeenAt: at,
    baseline: false,
    labels: [{ idea: 'renewal', direction: 'opens', score: 0.8, evidence: title, by: 'model:fixture' }],
  }
}

function pairsOf<T>(things: T[]): [T, T][] {
  return things.flatMap((a, i) => things.slice(i + 1).map((b): [T, T] => [a, b]))
}

function figuresOf(verdicts: { truth: boolean; said: boolean }[]): Figures {
  const right = verdicts.filter(({ truth, said }) => truth && said).length
  const precision = right / verdicts.filter(({ said }) => said).length
  const recall = right / verdicts.filter(({ truth }) => truth).length
  return { precision, recall, f1: (2 * precision * recall) / (precision + recall) }
}
