import {
  type BackedText,
  type DigestSection,
  type Direction,
  directions,
  type Story,
} from '../model/index.ts'
import { byStrength } from './strength.ts'

const verbs: Record<Direction, [one: string, many: string]> = {
  opens: ['opens cheap space', 'open cheap space'],
  closes: ['closes it', 'close it'],
  mixed: ['is contested', 'are contested'],
}

/**
 * The sentences at the top: how the stories lean, and the strongest story of each leaning. Every sentence says what backs
 * it: a count of the digest, or a title of an item.
 */
export function composeLead(
  sections: DigestSection[],
  counts: { read: number; feeds: number },
): BackedText[] {
  const stories = sections.flatMap((section) => section.stories.map((story) => ({ story, section })))
  const reading: BackedText = {
    text: `${count(counts.read, 'new item')} from ${count(counts.feeds, 'feed')} ${counts.read === 1 ? 'was' : 'were'} read.`,
    backing: [
      { kind: 'count', of: 'items read', value: counts.read },
      { kind: 'count', of: 'feeds with items', value: counts.feeds },
    ],
  }
  if (stories.length === 0) {
    return [{ text: "Nothing in this period bore on the wiki's key ideas.", backing: [] }, reading]
  }
  const leaning = directions
    .map((direction) => ({
      direction,
      n: stories.filter(({ story }) => story.direction === direction).length,
    }))
    .filter(({ n }) => n > 0)
  const shares = leaning.map(({ direction, n }) => `${n} ${verbs[direction][n === 1 ? 0 : 1]}`)
  const balance: BackedText = {
    text: `${count(stories.length, 'story', 'stories')} ${stories.length === 1 ? 'bears' : 'bear'} on the wiki's key ideas: ${list(shares)}.`,
    backing: [
      { kind: 'count', of: 'stories', value: stories.length },
      ...leaning.map(({ direction, n }) => ({
        kind: 'count' as const,
        of: `stories: ${direction}`,
        value: n,
      })),
    ],
  }
  const strongest = leaning
    .filter(({ direction }) => direction !== 'mixed' || leaning.length === 1)
    .flatMap(({ direction }) => {
      const ranked = stories.filter(({ story }) => story.direction === direction)
      return ranked.sort((a, b) => byStrength(a.story, b.story))[0]!
    })
  const events = strongest.map(
    ({ story, section }): BackedText => ({
      text: `${opening[story.direction]} under ${section.name.toLowerCase()}: “${trimEnd(story.title)}” (${source(story)}).`,
      backing: [{ kind: 'item', item: story.item, quote: story.title }],
    }),
  )
  return [balance, ...events]
}

const opening: Record<Direction, string> = {
  opens: 'The strongest opening is',
  closes: 'The strongest closing is',
  mixed: 'The strongest contest is',
}

function source(story: Story): string {
  const others = story.also.length
  return others === 0 ? story.feedTitle : `${story.feedTitle} and ${count(others, 'other feed')}`
}

function trimEnd(title: string): string {
  return title.replace(/[.\s]+$/, '')
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}

function list(parts: string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
