import type { BackedText, Digest, Story } from '../../src/model/index.ts'
import { weekFeeds } from '../fixtures/weeks/feeds.ts'

/** A text of a digest that says something of the world, and the digest with another text in its place. */
export interface Saying {
  where: 'lead' | 'moved' | 'title' | 'evidence' | 'update'
  text: string
  replaced: (text: string) => Digest
}

/** All that a digest says: its lead, what moved each section, and the titles, quotations and updates of its stories. */
export function sayingsOf(digest: Digest): Saying[] {
  const lead = digest.lead.map(
    (sentence, i): Saying => ({
      where: 'lead',
      text: sentence.text,
      replaced: (text) => ({ ...digest, lead: digest.lead.with(i, { ...sentence, text }) }),
    }),
  )
  const sections = digest.sections.flatMap((section, i) => {
    const withSection = (part: { moved?: BackedText; stories?: Story[] }): Digest => ({
      ...digest,
      sections: digest.sections.with(i, { ...section, ...part }),
    })
    const { moved } = section
    const stories = section.stories.flatMap((story, n) =>
      (['title', 'evidence', 'update'] as const).flatMap((where): Saying[] => {
        const text = story[where]
        const replaced = (other: string) =>
          withSection({ stories: section.stories.with(n, { ...story, [where]: other }) })
        return text === undefined ? [] : [{ where, text, replaced }]
      }),
    )
    return moved === undefined
      ? stories
      : [
          {
            where: 'moved' as const,
            text: moved.text,
            replaced: (text: string) => withSection({ moved: { ...moved, text } }),
          },
          ...stories,
        ]
  })
  return [...lead, ...sections]
}

/** The text with its `turn`th number changed in one digit; null where it has none. */
export function withAnotherNumber(text: string, turn: number): string | null {
  const digits = [...text.matchAll(/\d/g)]
  const digit = digits[turn % digits.length]
  if (digit === undefined) return null
  const other = String((Number(digit[0]) + 1 + (turn % 8)) % 10)
  return `${text.slice(0, digit.index)}${other}${text.slice(digit.index + 1)}`
}

/** Names that nobody in the fixture weeks bears. */
const invented = ['Quillmark', 'Dunmarrow', 'Orlestone', 'Tessaly', 'Pellicane']

/** The text with a feed's name changed for another feed's, or a name for an invented one; null where it has none. */
export function withAnotherName(text: string, turn: number): string | null {
  const feeds = weekFeeds.map(({ title }) => title)
  // The longest first: Tideline Markets is not Tideline.
  const named = feeds.toSorted((a, b) => b.length - a.length).find((title) => text.includes(title))
  if (named !== undefined && turn % 2 === 0) {
    const other = feeds[(feeds.indexOf(named) + 1 + (turn % (feeds.length - 1))) % feeds.length]!
    return text.replace(named, other)
  }
  // The first word has its capital from where it stands.
  const names = [...text.matchAll(/(?<=[\p{L}\p{N},]\s)\p{Lu}\p{Ll}{2,}/gu)]
  const name = names[turn % names.length]
  if (name === undefined) return null
  const other = invented[turn % invented.length]!
  return `${text.slice(0, name.index)}${other}${text.slice(name.index + name[0].length)}`
}
