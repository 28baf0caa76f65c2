import { type Digest, type DigestChange, type DigestSection, storyCount } from '../model/index.ts'
import { countOf } from './proof.ts'

/** What came of a change: the issue as it is now, or why it can't be made. */
export type Edited = { digest: Digest } | { fault: string }

/** An editor's lead is at most this long (characters), so that every form has room for all of it. */
export const longestLead = 1500

/**
 * Makes an editor's change in an issue. `original` is the issue as it was composed. Where a story is dropped, so are the
 * sentences that rest on it and the reference chosen for it.
 */
export function edit(digest: Digest, change: DigestChange, by: string, original: Digest): Edited {
  switch (change.what) {
    case 'lead':
      return lead(digest, change.text, by, original)
    case 'drop':
      return drop(digest, change.item)
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

function lead(digest: Digest, text: string | null, by: string, original: Digest): Edited {
  if (text === null) {
    return { digest: { ...digest, lead: original.lead.filter((one) => stillHolds(one, digest)) } }
  }
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

/** True when the stories that a composed sentence rests on are there, and its counts come out the same. */
function stillHolds({ backing }: Digest['lead'][number], digest: Digest): boolean {
  const told = new Set(digest.sections.flatMap(({ stories }) => stories.flatMap((story) => story.items)))
  return backing.every((one) =>
    one.kind === 'count' ? countOf(one.of, digest) === one.value : told.has(one.item),
  )
}

function drop(digest: Digest, item: string): Edited {
  const story = digest.sections.flatMap(({ stories }) => stories).find((one) => one.item === item)
  if (!story) return noStory(item)
  if (storyCount(digest) === 1) {
    return {
      fault: 'This is the only story of the issue. Hold the issue if it should not go out.',
    }
  }
  const gone = new Set(story.items)
  const { concept, debate, left, ...rest } = digest
  const sections = digest.sections.map((one) => ({
    ...one,
    stories: one.stories.filter((told) => told.item !== item),
  }))
  const shorter = { ...digest, sections }
  return {
    digest: {
      ...rest,
      ...(concept && !gone.has(concept.story) ? { concept } : {}),
      ...(debate && !gone.has(debate.story) ? { debate } : {}),
      lead: digest.lead.filter((one) => one.by !== undefined || stillHolds(one, shorter)),
      sections: sections.map(({ moved, ...section }) => ({
        ...section,
        ...(moved && stillHolds(moved, shorter) ? { moved } : {}),
      })),
      leftOut: digest.leftOut + gone.size,
      ...(left ? { left: { ...left, dropped: (left.dropped ?? 0) + gone.size } } : {}),
    },
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
