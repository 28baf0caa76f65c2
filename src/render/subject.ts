import { type Digest, isQuiet, issueName, type Story } from '../model/index.ts'
import { storyTitle, uniqueStories } from './digest-view.ts'
import { clip } from './feed-text.ts'

/** Mail programs show about this much of a subject. */
const longest = 78

/** The subject of an issue's mail: its name and its strongest story, in one line. */
export function subjectOf(digest: Digest): string {
  return clip(`${issueName(digest)}: ${headlineOf(digest)}`, longest)
}

/** The title of an issue's strongest story, or `a quiet week`. */
export function headlineOf(digest: Digest): string {
  const story = strongest(digest)
  return story && !isQuiet(digest) ? storyTitle(story) : 'a quiet week'
}

/** The story the first lead sentence rests on, else the one with the highest score. */
function strongest(digest: Digest): Story | undefined {
  const stories = uniqueStories(digest)
  const backing = digest.lead.flatMap((sentence) => sentence.backing).find(({ kind }) => kind === 'item')
  const told = stories.find(({ item }) => backing?.kind === 'item' && item === backing.item)
  return told ?? stories.toSorted((a, b) => b.score - a.score)[0]
}
