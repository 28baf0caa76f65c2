import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { groupStories } from '../../src/digest/index.ts'
import { isRoundUp } from '../../src/digest/round-up.ts'
import { compareAmong } from '../../src/digest/stories.ts'
import type { LabelledItem } from '../../src/model/index.ts'
import { weekFeeds } from '../fixtures/weeks/feeds.ts'
import { loadWeek, type WeekIssue, type WeekItem } from '../fixtures/weeks.ts'

const publisherOf = new Map(weekFeeds.map(({ id, publisher }) => [id, publisher]))

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

/** A story of an issue with its items, and the event that most of them tell of. */
interface ToldStory {
  number: number
  title: string
  update: string | undefined
  items: WeekItem[]
  event: string | null
}

function toldStories(issues: WeekIssue[]): ToldStory[] {
  return issues.flatMap(({ number, digest, items }) => {
    const byId = new Map(items.map((item) => [item.id, item]))
    const stories = digest.sections.flatMap((section) => section.stories)
    return stories.map(({ title, update, items: ids }) => {
      const those = ids.map((id) => byId.get(id)!)
      return { number, title, update, items: those, event: eventOf(those) }
    })
  })
}

/** The issue that first told of each event. */
function firstTold(issues: WeekIssue[]): Map<string, number> {
  const told = toldStories(issues).toReversed()
  return new Map(told.flatMap(({ event, number }) => (event === null ? [] : [[event, number]])))
}

/** The titles of stories whose event an earlier issue told and to which none of their items adds anything. */
export function repeatedStories(issues: WeekIssue[]): string[] {
  const first = firstTold(issues)
  return toldStories(issues)
    .filter(({ event, number }) => event !== null && first.get(event)! < number)
    .filter(({ items }) => items.every(({ stage }) => stage !== 'update'))
    .map(({ title, number }) => `${number}: ${title}`)
}

/** The titles of stories that are told as updates though no earlier issue told of their event. */
export function updatesOfNothing(issues: WeekIssue[]): string[] {
  const first = firstTold(issues)
  return toldStories(issues)
    .filter(
      ({ event, number, update }) => update !== undefined && (first.get(event ?? '') ?? number) === number,
    )
    .map(({ title, number }) => `${number}: ${title}`)
}

/**
 * Events of which so many publishers told for the first time, or told something new, while the issue left all of it out
 * as told before.
 */
export function newsLeftOut(issues: WeekIssue[], publishers: number): string[] {
  const seen = new Set<string>()
  return issues.flatMap(({ number, items, fates }) => {
    const news = new Map<string, WeekItem[]>()
    for (const item of items) {
      if (item.event === null || item.labels.length === 0) continue
      if (item.stage !== 'update' && seen.has(item.event)) continue
      news.set(item.event, [...(news.get(item.event) ?? []), item])
    }
    for (const { event } of items) if (event !== null) seen.add(event)
    return [...news]
      .filter(([, those]) => new Set(those.map(({ feed }) => publisherOf.get(feed))).size >= publishers)
      .filter(([, those]) => those.every(({ id }) => fates.get(id)!.fate === 'repeat'))
      .map(([event]) => `${number}: ${event}`)
  })
}

/** What became of what earlier issues had told: of stories that moved on, and of items left out. */
export function memoryFigures(issues: WeekIssue[]) {
  const first = firstTold(issues)
  const isTold = (event: string | null, number: number) =>
    event !== null && (first.get(event) ?? number) < number
  const moved = toldStories(issues).filter(({ event, number }) => isTold(event, number))
  const left = issues.flatMap(({ number, items, fates }) =>
    items.flatMap((item) => (fates.get(item.id)!.fate === 'repeat' ? [{ ...item, number }] : [])),
  )
  return {
    moved: moved.length,
    updates: moved.filter(({ update }) => update !== undefined).length,
    repeats: left.length,
    news: left.filter(({ event, stage, number }) => stage === 'update' || !isTold(event, number)).length,
  }
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
