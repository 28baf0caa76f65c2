import {
  type BackedText,
  type Digest,
  type DigestChange,
  type DigestSection,
  type Item,
  itemsOf,
  type Story,
  storyCount,
  storyWith,
} from '../model/index.ts'
import { composeLead, movedBy } from './lead.ts'
import { countOf, type Evidence, faultOf } from './proof.ts'
import { isRoundUp } from './round-up.ts'
import { type FeedFacts, withoutItem } from './story.ts'
import { byStrength, type Candidate, strengthOf } from './strength.ts'

/** What came of a change: the issue as it is now, or why it can't be made. */
export type Edited = { digest: Digest } | { fault: string }

/** An editor's lead is at most this long (characters), so that every form has room for all of it. */
export const longestLead = 1500

/** What is known of what an issue was made of: its items that are still stored, by id, and the feeds. */
export interface Sources {
  items: Map<string, Item>
  feeds: FeedFacts
}

/**
 * Makes an editor's change in an issue. `original` is the issue as it was composed. Where a story is dropped, so is the
 * reference chosen for it; sentences of ours that rest on it, or on what is told otherwise now, are composed anew from
 * what is left.
 */
export function edit(
  digest: Digest,
  change: DigestChange,
  by: string,
  original: Digest,
  sources: Sources = { items: new Map(), feeds: new Map() },
): Edited {
  switch (change.what) {
    case 'lead':
      return lead(digest, change.text, by, original, sources)
    case 'drop':
      return drop(digest, change.item, sources)
    case 'unlink':
      return unlink(digest, change.item, sources)
    case 'pin': {
      const { item } = change
      if (!digest.sections.some((section) => has(section, item))) return noStory(item)
      return {
        digest: {
          ...digest,
          sections: digest.sections.map((one) => (has(one, item) ? inOrder(one, [item]) : one)),
        },
      }
    }
    case 'order':
      return order(digest, change.idea, change.items)
  }
}

function lead(digest: Digest, text: string | null, by: string, original: Digest, sources: Sources): Edited {
  if (text === null) return { digest: renewed({ ...digest, lead: original.lead }, original, sources) }
  // Paragraphs of theirs are sentences to us: each form sets them apart.
  const paragraphs = text.split(/(?:\r?\n[^\S\n]*){2,}/).map((one) => one.trim().replace(/\s+/g, ' '))
  const own = paragraphs.filter((one) => one !== '')
  const length = own.reduce((sum, one) => sum + one.length, 0)
  if (own.length === 0) return { fault: 'The lead has no words.' }
  if (own.length > 4) return { fault: `The lead has ${own.length} paragraphs; it can have four.` }
  if (length > longestLead) {
    return { fault: `The lead is ${length} characters long; it can have ${longestLead}.` }
  }
  return { digest: { ...digest, lead: own.map((one) => ({ text: one, backing: [], by })) } }
}

/** An issue with the sentences of ours composed anew that do not hold as they did `before`; an editor's own stay. */
function renewed(digest: Digest, before: Digest, sources: Sources): Digest {
  const told = candidatesOf(digest, sources)
  const evidence: Evidence = { item: (id) => wordsOf(digest, id) }
  const isProven = (sentence: BackedText) => faultOf(sentence, digest, evidence) === null
  const holds = (sentence: BackedText) => sentence.by !== undefined || stillHolds(sentence, digest, before)
  const { read, feedsRead: feeds = 0, left } = digest
  const counts = { read, feeds, repeats: left?.repeats ?? 0 }
  return {
    ...digest,
    lead: digest.lead.every(holds)
      ? digest.lead
      : composeLead(told, digest.sections, counts).filter(isProven),
    sections: digest.sections.map((section) => {
      if (!section.moved || holds(section.moved)) return section
      const { moved: _, ...rest } = section
      const moved = movedBy(rest, told)
      return moved && isProven(moved) ? { ...rest, moved } : rest
    }),
  }
}

/** True when what a sentence rests on is told from as many items as before, and what it counts comes out as before. */
function stillHolds({ backing }: BackedText, digest: Digest, before: Digest): boolean {
  return backing.every((one) => {
    if (one.kind === 'count') return countOf(one.of, digest) === countOf(one.of, before)
    const story = storyWith(digest, one.item)
    const was = storyWith(before, one.item)
    return story !== undefined && (was === undefined || itemsOf(was).length === itemsOf(story).length)
  })
}

/** The stories of an issue as it was composed from them, strongest first. */
function candidatesOf(digest: Digest, { items }: Sources): Candidate[] {
  const stories = new Map<string, Candidate>()
  for (const { idea, stories: told } of digest.sections) {
    for (const story of told) {
      const known = itemsOf(story).flatMap((id) => items.get(id) ?? [])
      const all = (what: (item: Item) => boolean) => known.length > 0 && known.every(what)
      const roundUp = all(({ title }) => isRoundUp(title))
      const talk = all(({ kind }) => kind === 'community')
      if (!stories.has(story.item))
        stories.set(story.item, { idea, story, strength: strengthOf(story, { roundUp, talk }) })
    }
  }
  return [...stories.values()].sort(byStrength)
}

/** What a story says of the item that tells it; its title and quotation were proved when the issue was composed. */
function wordsOf(digest: Digest, id: string): ReturnType<Evidence['item']> {
  const story = storyWith(digest, id)
  return story?.item === id ? { title: story.title, summary: story.evidence, content: '' } : undefined
}

function drop(digest: Digest, item: string, sources: Sources): Edited {
  const story = storiesOf(digest).find((one) => one.item === item)
  if (!story) return noStory(item)
  if (storyCount(digest) === 1) {
    return {
      fault: 'This is the only story of the issue. Hold the issue if it should not go out.',
    }
  }
  const gone = new Set(itemsOf(story))
  const { concept, debate, ...rest } = digest
  const shorter: Digest = {
    ...rest,
    ...(concept && !gone.has(concept.story) ? { concept } : {}),
    ...(debate && !gone.has(debate.story) ? { debate } : {}),
    sections: digest.sections.map((one) => ({
      ...one,
      stories: one.stories.filter((told) => told.item !== item),
    })),
    ...leavingOut(digest, gone.size),
  }
  return { digest: renewed(shorter, digest, sources) }
}

function unlink(digest: Digest, item: string, { items, feeds }: Sources): Edited {
  const story = storyWith(digest, item)
  if (!story) return { fault: `The issue has no story that item ${item} stands with.` }
  if (storiesOf(digest).some((one) => one.item === item)) {
    return { fault: `Item ${item} is the one that tells its story; drop the story if it is wrong.` }
  }
  const without: Digest = {
    ...digest,
    sections: digest.sections.map((one) => ({
      ...one,
      stories: one.stories.map((told) =>
        itemsOf(told).includes(item) ? withoutItem(told, item, items, feeds) : told,
      ),
    })),
    ...leavingOut(digest, 1),
  }
  return { digest: renewed(without, digest, { items, feeds }) }
}

/** The counts of what was left out, with so many items more that an editor took out. */
function leavingOut({ leftOut, left }: Digest, count: number): Pick<Digest, 'leftOut' | 'left'> {
  return {
    leftOut: leftOut + count,
    ...(left ? { left: { ...left, dropped: (left.dropped ?? 0) + count } } : {}),
  }
}

function order(digest: Digest, idea: string, items: string[]): Edited {
  const section = digest.sections.find((one) => one.idea === idea)
  if (!section) return { fault: `The issue has no section ${idea}.` }
  const strange = items.find((item) => !has(section, item))
  if (strange !== undefined) return noStory(strange)
  return {
    digest: {
      ...digest,
      sections: digest.sections.map((one) => (one === section ? inOrder(one, items) : one)),
    },
  }
}

/** The section with these stories first; the others follow as they were. */
function inOrder(section: DigestSection, items: string[]): DigestSection {
  const named = items.flatMap((item) => section.stories.find((story) => story.item === item) ?? [])
  return { ...section, stories: [...new Set([...named, ...section.stories])] }
}

function has({ stories }: DigestSection, item: string): boolean {
  return stories.some((story) => story.item === item)
}

function noStory(item: string): { fault: string } {
  return { fault: `The issue has no story that is told by item ${item}.` }
}

function storiesOf({ sections }: Digest): Story[] {
  return sections.flatMap(({ stories }) => stories)
}
