import { cosine, wordVectors } from '../lib/meaning/index.ts'
import { isTelling } from '../lib/text/index.ts'
import type { Concept, Debate, Idea, Page } from '../model/index.ts'
import type { Candidate } from './strength.ts'

/** Characters of a page's beginning that are quoted at most. */
const quoteLength = 420
/** A page that the story's idea names as related is so much nearer. */
const relation = 0.08
/** Commoner words say nothing of what a text is about. */
const commonest = 300
/** From this nearness on a contested story belongs to an axis of the debates. */
const near = 0.62

/**
 * The page that helps to read the strongest story: the nearest in meaning, pages related to the story's idea before
 * others, none of those `used` lately. Ideas' own pages are linked anyway and do not count. Null without a page left.
 */
export function conceptFor(told: Candidate[], pages: Page[], ideas: Idea[], used: string[]): Concept | null {
  const first = told[0]
  if (!first) return null
  const ofIdea = pages.find((page) => page.idea?.id === first.idea)
  const about = meaningOf(textOf(first, ideas))
  const ranked = pages
    .filter((page) => page.idea === null && !used.includes(page.id))
    .map((page) => {
      const related = page.related.includes(ofIdea?.id ?? '') || (ofIdea?.related.includes(page.id) ?? false)
      const nearness =
        cosine(about, meaningOf(`${page.title} ${beginningOf(page)}`)) + (related ? relation : 0)
      return { page, nearness }
    })
    .sort((a, b) => b.nearness - a.nearness || (a.page.id < b.page.id ? -1 : 1))
  const best = ranked[0]?.page
  return best ? { id: best.id, title: best.title, text: beginningOf(best), story: first.story.item } : null
}

/**
 * The debate that a contested story belongs to: the axis of the page `debates` that is nearest to it, with its two sides.
 * Axes that were `used` lately are left out. Null when no contested story is near to any.
 */
export function debateFor(
  told: Candidate[],
  pages: Page[],
  ideas: Idea[],
  used: string[] = [],
): Debate | null {
  const page = pages.find(({ id }) => id === 'debates')
  if (!page) return null
  const axes = axesOf(page).filter(({ axis }) => !used.includes(axis))
  const found = told
    .filter(({ story }) => story.direction === 'mixed')
    .flatMap((one) => {
      const about = meaningOf(textOf(one, ideas))
      return axes.map((axis) => ({
        one,
        axis,
        nearness: cosine(about, meaningOf(axis.sides.map((side) => `${side.claim} ${side.text}`).join(' '))),
      }))
    })
    .sort((a, b) => b.nearness - a.nearness)[0]
  if (!found || found.nearness < near) return null
  return { ...found.axis, page: page.id, story: found.one.story.item }
}

/** The axes of a debates page: headings of the third level, each with two paragraphs that begin with a claim in bold. */
function axesOf({ markdown }: Page): { axis: string; sides: { claim: string; text: string }[] }[] {
  return markdown
    .split(/^### /m)
    .slice(1)
    .map((part) => {
      const [axis = '', ...rest] = part.split('\n')
      const body = rest.join('\n').split(/^## /m)[0]!
      const sides = [...body.matchAll(/^\*\*(.+?)\*\*\s+(.+)$/gm)].map(([, claim, text]) => ({
        claim: bare(claim!),
        text: bare(text!),
      }))
      return { axis: axis.trim(), sides }
    })
    .filter(({ sides }) => sides.length === 2)
}

/** The first paragraph of a page, as plain text, cut at a sentence. */
function beginningOf({ markdown }: Page): string {
  const paragraph = bare(
    markdown
      .split(/\n\s*\n/)
      .map((part) => part.trim())
      .find((part) => part !== '' && !part.startsWith('#')) ?? '',
  )
  if (paragraph.length <= quoteLength) return paragraph
  const end = paragraph.lastIndexOf('. ', quoteLength)
  return end > 0 ? paragraph.slice(0, end + 1) : `${paragraph.slice(0, quoteLength).replace(/\s+\S*$/, '')}…`
}

/** Markdown without its marks: links by their words. */
function bare(markdown: string): string {
  return markdown
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replace(/[*_`]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}

function textOf({ story, idea }: Candidate, ideas: Idea[]): string {
  const { name = '', title = '' } = ideas.find(({ id }) => id === idea) ?? {}
  return `${story.title} ${story.evidence} ${name} ${title}`
}

function meaningOf(text: string): Float64Array {
  const vectors = wordVectors()
  const sum = new Float64Array(vectors.dimensions)
  for (const word of text.toLowerCase().match(/[\p{L}'-]+/gu) ?? []) {
    const rank = vectors.rank(word)
    if (isTelling(word) && rank > commonest && Number.isFinite(rank)) vectors.addTo(sum, word, Math.log(rank))
  }
  return sum
}
