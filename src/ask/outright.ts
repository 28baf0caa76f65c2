import { holdsValue } from './needs.ts'
import { phraseOf, type Question } from './question.ts'
import { pointer, withAntecedent } from './sentences.ts'
import type { Shelf, ShelfPage, ShelfPassage, ShelfSentence } from './shelf.ts'
import { nameKey, rootOf, rootsOf } from './words.ts'

/** What an answer begins with because the question asks for it outright, whatever else is likely. */
export interface Lead {
  sentences: ShelfSentence[]
  /** True where nothing else is to follow. */
  whole: boolean
}

const most = { opening: 3, side: 2, words: 7 }

const courtesy =
  /^\W*(?:(?:so|and|but|ok|okay|hey|yo|hi|hello|well|um+|please|pls|also)\b\W*)*(?:(?:can|could|would|will) (?:you|u|someone|anyone) (?:please )?)?(?:i (?:want|need|would like) to know )?/i
const asking =
  /^(?:what (?:exactly )?(?:is|are|was|were)(?: meant by)?|which are|who (?:is|was|are|were)|define|explain|describe|outline|tell (?:me|us) (?:more )?(?:about)?|what about|what does|list|name|(?:show|give) (?:me|us))\b(?: (?:me|us|all|to me|exactly))*\s*/i
const about =
  /^(?:the |a |an )?(?:(?:meaning|definition|concept|idea|notion|term) (?:of|behind)|(?:concept|term|word|phrase)) /i
const behind =
  /\b(?:of|in|behind|for|about|on) (?:the |this |your )?(?:open[- ]source ai|open ai models|open models|wiki|page|frame|framework|freehold)\W*$/i
const tail =
  /(?:\W+(?:mean|means|please|pls|plz|thanks|thank you|lol|again|exactly|here|to me|then|really|all about|briefly|in short))*\W*$/i
const born = /\b(?:born|birth|die|died|death)\b/i
const dated = new Set(['year', 'date', 'month', 'decade', 'dai'])
const caseOf =
  /^(?:is|are|was|were) (?:the )?(.{2,40}?) (?:really |considered |actually |truly |counted as )?(?:an? |one of the )(.{3,60})$/i
const lifespan = /\(\d{4}[–-]\d{4}\)/
const bothSides =
  /\b(?:debates?|debated|both sides|two sides|sides|arguments|controvers(?:y|ies|ial)|case for and against)\b/i
const verdict =
  /^\W*(?:do|does|is|are|will|would|can|could|makes?)\b.*\b(?:open\b|ai\b|weights?\b).*\b(?:safe|safer|unsafe|dangerous|danger|risky|riskier)\b\W*(?:for (?:us|everyone|the world|society)|place)?\W*$/i
/** Words by which the axis of safety is meant without being named. */
const safety = /\b(?:saf(?:e|er|ety)|unsafe|danger\w*|risk\w*|catastroph\w*)\b/i

/**
 * What a question asks for outright: both sides of a debate, a date that one sentence holds, whether one thing is
 * another, or a page by one of its names; null for none.
 */
export function leadOf(question: Question, shelf: Shelf): Lead | null {
  return (
    debateIn(question, shelf) ??
    lifeIn(question, shelf) ??
    dateIn(question, shelf) ??
    caseIn(question, shelf) ??
    pageIn(question, shelf)
  )
}

/** `What is X`, `define X` or bare `X`: the opening of the page of that name, or all of it where it is a list. */
function pageIn({ text }: Question, shelf: Shelf): Lead | null {
  const page = pageCalled(text, shelf)
  if (!page) return null
  const { passage, sentences } = shelf.passages[page.from]!
  if (passage.section !== '') return null
  if (passage.kind === 'list') return { sentences, whole: true }
  const own = sentences.filter((one) => !pointer.test(one.text))
  return { sentences: own.slice(0, most.opening), whole: false }
}

function pageCalled(text: string, { pages, lexicon }: Shelf): ShelfPage | null {
  const said = text.replace(courtesy, '').replace(asking, '').replace(about, '').replace(tail, '')
  for (const subject of [said, said.replace(behind, '')]) {
    for (const key of [phraseOf(subject), nameKey(subject), nameKey(subject, lexicon.corrected)]) {
      const page = key && pages.find(({ keys }) => keys.has(key))
      if (page) return page
    }
  }
  return null
}

/** `When was X born`: the sentence of X's page that gives the years. */
function lifeIn({ text, asked, roots }: Question, { pages, passages }: Shelf): Lead | null {
  if (asked !== 'when' || !born.test(text)) return null
  for (const { from, title } of pages) {
    const [first] = passages[from]!.sentences
    const surname = rootOf(title.split(' ').at(-1)!.toLowerCase())
    if (first && lifespan.test(first.text) && roots.includes(surname))
      return { sentences: [first], whole: false }
  }
  return null
}

/** `What year did the Nobel go to X`: the sentence on X's page that holds a year and everything else that is asked. */
function dateIn(question: Question, { pages, sentences, lexicon }: Shelf): Lead | null {
  if (question.asked !== 'when') return null
  const roots = question.words.map(({ root }) => root).filter((root) => !dated.has(root))
  for (const page of pages) {
    const name = roots.filter((root) => page.called.has(root) && lexicon.isName(root))
    const rest = roots.filter((root) => !name.includes(root))
    if (name.length === 0 || rest.length === 0) continue
    const held = sentences.find(
      (one) =>
        one.passage.page === page &&
        one.passage.passage.section !== 'Further reading' &&
        rest.every((root) => one.roots.has(root)) &&
        holdsValue(question, one.text, lexicon.isName),
    )
    if (held) return { sentences: withAntecedent(held), whole: false }
  }
  return null
}

/** `Is X a Y`, where Y is the name of a page: the sentence on it that names X. */
function caseIn({ text }: Question, { pages, sentences, lexicon }: Shelf): Lead | null {
  const [, one = '', other = ''] = caseOf.exec(text.replace(courtesy, '').replace(tail, '')) ?? []
  const roots = rootsOf(one)
  if (!roots.some(lexicon.isName)) return null
  const page = pages.find(({ keys }) => keys.has(nameKey(other)))
  const held = sentences.find(
    ({ passage, roots: own }) => passage.page === page && roots.every((root) => own.has(root)),
  )
  return held ? { sentences: withAntecedent(held), whole: false } : null
}

/** The beginnings of all paragraphs under the axis of the debates that the question is about. */
function debateIn({ text, words, roots }: Question, { pages, passages }: Shelf): Lead | null {
  if (words.length > most.words || !(bothSides.test(text) || verdict.test(text))) return null
  const page = pages.find(({ id }) => id === 'debates')
  if (!page) return null
  const sections = Map.groupBy(passages.slice(page.from, page.to), ({ passage }) => passage.section)
  for (const [section, own] of sections) {
    const named = section !== '' && !section.includes(' ') && roots.includes(rootOf(section.toLowerCase()))
    if (own.length < 2 || !(named || (section === 'Safety' && safety.test(text)))) continue
    return { sentences: own.flatMap(beginning), whole: true }
  }
  return null
}

function beginning({ sentences }: ShelfPassage): ShelfSentence[] {
  return sentences.slice(0, most.side)
}
