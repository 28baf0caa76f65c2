import type { NearConcept, Page } from '../../../model/index.ts'
import type { Place } from '../../digest-view.ts'
import { type DiscordMessage, rule } from '../components.ts'
import { noZone, zoneOf } from '../digest-story.ts'
import { conceptButtons, rowOf, webButton } from './buttons.ts'
import { box, small, textOf } from './layout.ts'
import { beginningOf, firstSentence } from './page-text.ts'
import { fitted } from './pen.ts'

export interface ConceptContent {
  page: Page
  related: readonly Pick<NearConcept, 'id' | 'title'>[]
}

export interface ConceptsContent {
  /** The concepts with the words their pages begin with. */
  found: readonly (NearConcept & { text: string })[]
}

const most = { characters: 900, related: 4, found: 5 }

/** A page of the wiki: what it begins with, and where to go from there. */
export function conceptCard(place: Place): (content: ConceptContent) => DiscordMessage {
  return ({ page, related }) =>
    fitted((pen) => {
      const url = `${place.site}/wiki/${encodeURIComponent(page.id.toWellFormed())}`
      const paragraphs = beginningOf(page.markdown, most.characters)
      const text =
        paragraphs.length > 0
          ? paragraphs.map((paragraph) => pen.words(paragraph, most.characters)).join('\n\n')
          : 'The page has no text that could be shown here.'
      const others = related.filter(({ id }) => id !== page.id)
      const { idea } = page
      return [
        box(
          [
            ...textOf(
              `### ${pen.link(page.title, url, 200)}`,
              idea ? small('Key idea', pen.words(idea.name, 60)) : '',
            ),
            ...textOf(text),
            ...(idea
              ? [rule(), ...textOf('-# **How news is filed here**', small(pen.words(idea.definition, 500)))]
              : []),
            ...rowOf([...webButton('Read in the wiki', url), ...conceptButtons(others, most.related, place)]),
          ],
          idea ? zoneOf(idea.id, place) : noZone,
        ),
      ]
    })
}

/** The concepts that a message speaks of, each with its first sentence. */
export function concepts({ found }: ConceptsContent): DiscordMessage {
  return fitted((pen) => {
    if (found.length === 0) {
      const hint = small('`/ask` answers questions, `/concept` looks one up.')
      return [box(textOf('None of the wiki’s concepts is near to what this message says.', hint), noZone)]
    }
    const told = found
      .slice(0, most.found)
      .flatMap(({ title, url, text }) =>
        textOf(`**${pen.link(title, url, 120)}**`, pen.words(firstSentence(text), 320)),
      )
    return [box([...textOf('**Concepts behind this message**'), ...told], noZone)]
  })
}
