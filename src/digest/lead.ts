import {
  type BackedText,
  type DigestSection,
  type Direction,
  directions,
  type Story,
} from '../model/index.ts'
import { usual } from './balance.ts'
import type { Candidate } from './strength.ts'

/** A change against the weeks before is worth a sentence from so many stories on. */
const worthSaying = 2
const most = 4

const opening: Record<Direction, string> = { opens: 'Opens', closes: 'Closes', mixed: 'Contested' }
const doing: Record<Direction, [one: string, many: string]> = {
  opens: ['story opens', 'stories open'],
  closes: ['story closes', 'stories close'],
  mixed: ['story is contested', 'stories are contested'],
}

/**
 * The sentences at the top, two to four: the strongest story, the strongest that leans another way, the largest change
 * against the four weeks before, and an earlier story that moved on. Each says what backs it. `told` is strongest first.
 */
export function composeLead(
  told: Candidate[],
  sections: DigestSection[],
  counts: { read: number; feeds: number; repeats: number },
): BackedText[] {
  const first = told[0]
  if (!first) {
    const nothing = counts.repeats > 0 ? 'Nothing new in this period bore' : 'Nothing in this period bore'
    return [{ text: `${nothing} on the wiki's key ideas.`, backing: [] }, reading(counts)]
  }
  const nameOf = (idea: string) => sections.find((section) => section.idea === idea)?.name ?? idea
  const event = ({ story, idea }: Candidate): BackedText => ({
    text: `${opening[story.direction]} under ${nameOf(idea)}: “${trimEnd(story.title)}” (${sourcesOf(story)}).`,
    backing: [quoteOf(story), ...sourceCount(story)],
  })
  const other =
    told.find(({ story, idea }) => story.direction !== first.story.direction && idea !== first.idea) ??
    told.find(({ story }) => story.direction !== first.story.direction)
  const moved = told.find((one) => one.story.updates !== undefined && one !== first && one !== other)
  const change = largestChange(sections)
  const sentences = [
    event(first),
    ...(other ? [event(other)] : []),
    ...(change ? [change] : []),
    ...(moved ? [movedOn(moved.story)] : []),
  ].slice(0, most)
  if (sentences.length > 1) return sentences
  return told[1] ? [...sentences, event(told[1])] : [...sentences, reading(counts)]
}

/** How a section's last week differs from the four before it and what weighs most in it; null without weeks before, or when it hardly does. */
export function movedBy(section: DigestSection, told: Candidate[]): BackedText | null {
  const { balance, idea } = section
  if (!hasPast(balance)) return null
  const { direction, now, before } = changeOf(section)
  const own = told.filter((one) => one.idea === idea)
  if (Math.abs(now - before) < 1) return null
  const change = `${capitalised(sentenceOf(direction, now))} in the last seven days, against ${before} a week in the four weeks before`
  const backing = changeBacking(idea, direction, now, before)
  // What made a count fall is what did not happen; only a rise has a story.
  const mover = now > before ? own.find(({ story }) => story.direction === direction) : undefined
  if (!mover) return { text: `${change}.`, backing }
  return {
    text: `${change}; “${trimEnd(mover.story.title)}” (${sourcesOf(mover.story)}) weighs most.`,
    backing: [quoteOf(mover.story), ...backing, ...sourceCount(mover.story)],
  }
}

function largestChange(sections: DigestSection[]): BackedText | null {
  const changes = sections
    .filter(({ balance }) => hasPast(balance))
    .map((section) => ({ section, ...changeOf(section) }))
    .sort((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before))
  const largest = changes[0]
  if (!largest || Math.abs(largest.now - largest.before) < worthSaying) return null
  const { section, direction, now, before } = largest
  return {
    text: `${section.name}: ${sentenceOf(direction, now)} in the last seven days, against ${before} a week in the four weeks before.`,
    backing: changeBacking(section.idea, direction, now, before),
  }
}

/** The direction whose count differs most from what it was. */
function changeOf({ balance }: DigestSection): { direction: Direction; now: number; before: number } {
  const last = balance.at(-1)!
  return directions
    .map((direction) => ({ direction, now: last[direction], before: usual(balance, direction) }))
    .reduce((a, b) => (Math.abs(b.now - b.before) > Math.abs(a.now - a.before) ? b : a))
}

function hasPast(balance: DigestSection['balance']): boolean {
  return balance.slice(0, -4).some((week) => directions.some((direction) => week[direction] > 0))
}

function changeBacking(
  idea: string,
  direction: Direction,
  now: number,
  before: number,
): BackedText['backing'] {
  return [
    { kind: 'count', of: `last week: ${idea} ${direction}`, value: now },
    { kind: 'count', of: `weeks before: ${idea} ${direction}`, value: before },
  ]
}

/** `6 stories close`, `no story opens`. */
function sentenceOf(direction: Direction, n: number): string {
  return `${n === 0 ? 'no' : n} ${doing[direction][n <= 1 ? 0 : 1]}`
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function movedOn(story: Story): BackedText {
  return {
    text: `Moved on since issue ${story.updates}: “${trimEnd(story.title)}” (${sourcesOf(story)}).`,
    backing: [
      quoteOf(story),
      { kind: 'count', of: `issue: ${story.item}`, value: story.updates! },
      ...sourceCount(story),
    ],
  }
}

function reading({ read, feeds }: { read: number; feeds: number }): BackedText {
  return {
    text: `${count(read, 'new item')} from ${count(feeds, 'feed')} ${read === 1 ? 'was' : 'were'} read.`,
    backing: [
      { kind: 'count', of: 'items read', value: read },
      { kind: 'count', of: 'feeds with items', value: feeds },
    ],
  }
}

function quoteOf(story: Story): BackedText['backing'][number] {
  return { kind: 'item', item: story.item, quote: trimEnd(story.title) }
}

/** `Harbour Lab`, `Harbour Lab and Tideline`, `Harbour Lab and 3 other publishers`. */
function sourcesOf(story: Story): string {
  const others = story.also.length
  if (others === 0) return story.feedTitle
  return others === 1
    ? `${story.feedTitle} and ${story.also[0]!.feedTitle}`
    : `${story.feedTitle} and ${others} other publishers`
}

function sourceCount(story: Story): BackedText['backing'] {
  return story.also.length > 1
    ? [{ kind: 'count', of: `other publishers: ${story.item}`, value: story.also.length }]
    : []
}

function trimEnd(title: string): string {
  return title.replace(/[.\s]+$/, '')
}

function count(n: number, one: string): string {
  return `${n} ${one}${n === 1 ? '' : 's'}`
}
