import type { Digest, DigestChange, DigestSection } from '../model/index.ts'

/** What came of a change: the issue as it is now, or why it can't be made. */
export type Edited = { digest: Digest } | { fault: string }

/**
 * Makes an editor's change in an issue. `original` is the issue as it was composed. Where a story is dropped, so are the
 * sentences that rest on it and the reference chosen for it.
 */
export function edit(digest: Digest, change: DigestChange, by: string, original: Digest): Edited {
  switch (change.what) {
    case 'lead':
      return { digest: { ...digest, lead: leadOf(digest, change.text, by, original) } }
    case 'drop':
      return drop(digest, change.item)
    case 'pin': {
      const section = digest.sections.find((one) => has(one, change.item))
      if (!section) return noStory(change.item)
      return order(digest, section.idea, [change.item])
    }
    case 'order':
      return order(digest, change.idea, change.items)
  }
}

function leadOf(digest: Digest, text: string | null, by: string, original: Digest): Digest['lead'] {
  const own = text?.trim() ?? ''
  if (own !== '') return [{ text: own, backing: [], by }]
  return original.lead.filter((sentence) => rests(sentence, digest))
}

/** True when all stories that a sentence rests on are still there. Counts are as they were, and no longer hold then. */
function rests({ backing }: Digest['lead'][number], digest: Digest): boolean {
  const told = new Set(digest.sections.flatMap(({ stories }) => stories.flatMap((story) => story.items)))
  return backing.every((one) => one.kind === 'count' || told.has(one.item))
}

function drop(digest: Digest, item: string): Edited {
  const section = digest.sections.find((one) => has(one, item))
  if (!section) return noStory(item)
  const gone = new Set(section.stories.find((story) => story.item === item)!.items)
  const stories = section.stories.filter((story) => story.item !== item)
  const { concept, debate, ...rest } = digest
  const kept: Digest = {
    ...rest,
    ...(concept && !gone.has(concept.story) ? { concept } : {}),
    ...(debate && !gone.has(debate.story) ? { debate } : {}),
    sections: digest.sections.map((one) => {
      if (one !== section) return one
      const { moved, ...still } = one
      return { ...still, stories, ...(moved && !touches(moved, gone) ? { moved } : {}) }
    }),
    leftOut: digest.leftOut + gone.size,
    ...(digest.left ? { left: { ...digest.left, dropped: (digest.left.dropped ?? 0) + gone.size } } : {}),
  }
  return {
    digest: {
      ...kept,
      // A count of stories that no longer stand here is wrong now.
      lead: digest.lead.filter(
        (sentence) => sentence.by !== undefined || !(touches(sentence, gone) || countsStories(sentence)),
      ),
    },
  }
}

function touches({ backing }: Digest['lead'][number], gone: Set<string>): boolean {
  return backing.some((one) => one.kind === 'item' && gone.has(one.item))
}

function countsStories({ backing }: Digest['lead'][number]): boolean {
  return backing.some((one) => one.kind === 'count')
}

function order(digest: Digest, idea: string, items: string[]): Edited {
  const section = digest.sections.find((one) => one.idea === idea)
  if (!section) return { fault: `The issue has no section ${idea}.` }
  const strange = items.find((item) => !has(section, item))
  if (strange !== undefined) return noStory(strange)
  const named = items.map((item) => section.stories.find((story) => story.item === item)!)
  const stories = [...new Set([...named, ...section.stories])]
  return {
    digest: {
      ...digest,
      sections: digest.sections.map((one) => (one === section ? { ...one, stories } : one)),
    },
  }
}

function has({ stories }: DigestSection, item: string): boolean {
  return stories.some((story) => story.item === item)
}

function noStory(item: string): { fault: string } {
  return { fault: `The issue has no story that is told by item ${item}.` }
}
