import type { Answer, AnswerItem, Citation } from '../../../model/index.ts'
import type { Place } from '../../digest-view.ts'
import { marks } from '../../directions.ts'
import { plural } from '../../numbers.ts'
import { type Component, type DiscordMessage, rule, type TextDisplay } from '../components.ts'
import { noZone, zoneOf } from '../digest-story.ts'
import { actionButton, conceptButtons, rowOf, secondary, success } from './buttons.ts'
import { box, moment, small, textOf } from './layout.ts'
import { fitted, type Pen } from './pen.ts'
import { ideaName } from './phrases.ts'

export interface AnswerContent {
  /** What the answer is kept by, for its buttons. */
  id: string
  answer: Answer
  /** Shows a button that shares the answer with the channel. */
  mayShare: boolean
}

const most = { sources: 8, inNews: 3, news: 5, concepts: 3 }
/** The buttons show these concepts. */
const nearest = /\s+The nearest concepts: .*$/s

/** An answer with its sources, or that there is none; the buttons below it are the reader's say. */
export function answerCard(place: Place): (content: AnswerContent) => DiscordMessage {
  return (content) =>
    fitted((pen) => (content.answer.answered ? told(content, place, pen) : declined(content, place, pen)))
}

/** `Cheap space › In the frame`, linked. */
export function sourceLink({ title, section, url }: Citation, pen: Pen): string {
  return pen.link(section ? `${title} › ${section}` : title, url, 120)
}

function told({ id, answer, mayShare }: AnswerContent, place: Place, pen: Pen): Component[] {
  const { citations, concepts, by, kind } = answer
  const body =
    kind === 'news'
      ? [
          ...textOf(newsHead(answer, pen)),
          ...answer.items.slice(0, most.news).flatMap((item) => textOf(itemLines(item, place, pen))),
        ]
      : textOf(pen.lines(answer.answer, 2400))
  const model = by?.startsWith('llm:') ? pen.words(by.slice(4), 60) : null
  const content = [
    ...question(answer, pen),
    ...(body.length > 0 ? body : textOf('The answer is empty.')),
    ...sources(citations, pen),
    ...textOf(
      model === null
        ? ''
        : small(
            `Worded by a language model${model && ` (${model})`}; its sources were checked against the wiki.`,
          ),
    ),
    ...(kind === 'news' ? [] : inTheNews(answer.items, place, pen)),
    ...related(answer, place),
  ]
  const buttons = [
    ...actionButton('Helpful', success, 'helpful', id),
    ...actionButton('Not helpful', secondary, 'unhelpful', id),
    ...(citations.length > 0 ? actionButton('Show passages', secondary, 'passages', id) : []),
    ...(mayShare ? actionButton('Share', secondary, 'share', id) : []),
  ]
  return [box(content, zoneOf(kind === 'news' ? (concepts[0]?.id ?? '') : '', place)), ...rowOf(buttons)]
}

/** A gap in the wiki, which readers can vote for; or a quiet spell, which is nobody's gap. */
function declined({ id, answer }: AnswerContent, place: Place, pen: Pen): Component[] {
  const said = pen.words(answer.answer.replace(nearest, ''), 600) || 'The wiki does not cover this.'
  const near = conceptButtons(answer.concepts, most.concepts, place)
  if (answer.kind === 'news') {
    const hint = small('`/latest` shows what is stored, `/sources` which feeds are read.')
    return [box([...question(answer, pen), ...textOf(said, hint), ...rowOf(near)], noZone)]
  }
  const noted = 'The question has been noted for those who write it, without your name.'
  const also = near.length > 0 ? ' These concepts come nearest:' : ''
  return [
    box([...question(answer, pen), ...textOf(`**${said}**`, noted + also), ...rowOf(near)], noZone),
    ...rowOf(actionButton('Tell the maintainers it is missing', secondary, 'gap', id)),
  ]
}

function question({ question: asked }: Answer, pen: Pen): TextDisplay[] {
  const words = pen.words(asked, 300)
  return textOf(words && `> ${words}`)
}

function sources(citations: readonly Citation[], pen: Pen): TextDisplay[] {
  const shown = citations.slice(0, most.sources)
  const places = Map.groupBy(
    shown.map((citation, index) => ({ citation, mark: `\\[${index + 1}\\]` })),
    ({ citation }) => citation.url,
  )
  // What stands under one heading is one source, however often it is cited.
  const lines = [...places.values()].map((cited) => {
    const numbers = cited.map(({ mark }) => mark).join(' ')
    return `-# ${numbers} ${sourceLink(cited[0]!.citation, pen)}`
  })
  const more = citations.length - shown.length
  if (lines.length === 0) return []
  return textOf('-# Sources', ...lines, more > 0 ? small(`and ${plural(more, 'passage')} more`) : '')
}

function inTheNews(items: readonly AnswerItem[], place: Place, pen: Pen) {
  const told = items.slice(0, most.inNews).flatMap((item) => textOf(itemLines(item, place, pen)))
  return told.length > 0 ? [rule(), ...textOf('**In the news**'), ...told] : []
}

function itemLines(
  { title, url, idea, direction, publishedAt }: AnswerItem,
  { ideas }: Place,
  pen: Pen,
): string {
  const date = publishedAt === null ? '' : moment(Date.parse(publishedAt), 'D')
  return `${marks[direction]} ${pen.link(title, url, 160)}\n${small(ideaName(idea, ideas, pen), date)}`
}

/** The answer's own list says each item again, with its bare address. */
function newsHead({ answer }: Answer, pen: Pen): string {
  return pen.lines(answer.split(/\n\s*- /)[0]!, 300)
}

function related({ concepts }: Answer, place: Place) {
  const buttons = conceptButtons(concepts, most.concepts, place)
  return buttons.length > 0 ? [...textOf(small('Related')), ...rowOf(buttons)] : []
}
