import type { Llm } from '../lib/llm/index.ts'
import type { Answer, AnswerItem, AskedQuestion, Idea, NearConcept, Page, Passage } from '../model/index.ts'
import { compose } from './compose.ts'
import { type Finding, find } from './finding.ts'
import { createGround, type Reading } from './ground.ts'
import { wordByLlm } from './llm-answer.ts'
import { lacksDate } from './needs.ts'
import { deedsOf, newsText, newsWish } from './news.ts'
import { type AskedNews, bestItems, type FoundNews, findItems, type NewsSource } from './news-items.ts'
import { leadOf } from './outright.ts'
import { type Question, readQuestion } from './question.ts'

export interface AskerOptions {
  /** From the wiki's `passagesOf`. */
  passages: readonly Passage[]
  pages: readonly Page[]
  ideas: readonly Idea[]
  /** From the wiki's `readQuestions`: what people ask, and where it is answered. Answers are much the better for them. */
  asked?: readonly AskedQuestion[]
  /** Where the web pages stand, without a slash at the end. */
  site: string
  /** Words answers where there is one; what it says is checked against the passages. */
  llm?: Llm | null
}

/** Answers questions about the wiki. Made once; asking it takes some milliseconds. */
export interface Asker {
  /**
   * An answer made of the wiki's own sentences, of stored items for a question about news, or an honest no. `news` gives
   * stored items, `publishers` are the names of those whose items they are (none without it); `now` is in ms since the epoch.
   */
  answer(
    question: string,
    context: { news: NewsSource; publishers?: readonly string[]; now: number },
  ): Promise<Answer>
  /** The pages nearest to any text, a message for instance; none when it has nothing to do with the wiki. */
  nearestConcepts(text: string, n: number): NearConcept[]
  /** Titles and aliases with the ids of their pages, for completion while somebody types. */
  conceptNames(): { name: string; id: string }[]
}

const month = 31 * 24 * 60 * 60 * 1000
/** A page has nothing to do with a text of whose words it holds a smaller share. */
const farthest = 0.38
/** The same where a question is declined, and what is offered has to be worth the reader's while. */
const farthestOffered = 0.55
const englishOnly = 'Answers are in English only.'
const notUnderstood = 'Answers are in English only, and this question was not understood.'
const notCovered = 'The wiki does not cover this.'

/** Builds the index and learns from the questions asked: some hundred milliseconds. */
export function createAsker({ passages, pages, ideas, asked = [], site, llm }: AskerOptions): Asker {
  const ground = createGround(passages, pages, asked)
  const { shelf } = ground
  const byId = new Map(pages.map((page) => [page.id, page]))
  const conceptOf = (id: string): NearConcept[] => {
    const page = byId.get(id)
    return page ? [{ id, title: page.title, url: `${site}/wiki/${encodeURIComponent(id)}` }] : []
  }

  /** The pages of the likeliest passages that hold much of the question's words, each once. */
  function nearest(found: Finding | null, { alignment }: Reading, n: number, bar = farthest): NearConcept[] {
    const near = (found?.passages ?? []).filter(({ page }) => alignment.forward(page.ids) >= bar)
    return [...new Set(near.map(({ page }) => page.id))].slice(0, n).flatMap(conceptOf)
  }

  /** The pages on somebody or something whose name the question says, by surname at least; else those with a section on it. */
  function ofNames({ words }: Question): NearConcept[] {
    const names = words.filter(({ root }) => shelf.lexicon.isName(root)).map(({ root }) => root)
    const called = shelf.pages.filter((page) => page.names.some((name) => names.includes(name.at(-1) ?? '')))
    const told = shelf.passages.filter(({ section }) => names.some((name) => section.has(name)))
    const pages = called.length > 0 ? called : told.map(({ page }) => page)
    return [...new Set(pages.map(({ id }) => id))].flatMap(conceptOf)
  }

  function declined(raw: string, question: Question, found: Finding | null, reading: Reading): Answer {
    const offered = [...ofNames(question).slice(0, 2), ...nearest(found, reading, 3, farthestOffered)]
    const concepts = [...new Map(offered.map((one) => [one.id, one])).values()].slice(0, 3)
    const names = concepts.map(({ title }) => title).join(', ')
    const parts = [question.foreign ? notUnderstood : notCovered]
    if (names) parts.push(`The nearest concepts: ${names}.`)
    return {
      question: raw,
      answered: false,
      kind: 'declined',
      answer: parts.join(question.foreign ? '\n\n' : ' '),
      citations: [],
      items: [],
      concepts,
      ...languageOf(question),
    }
  }

  function newsAnswer(raw: string, found: FoundNews, wish: AskedNews, reading: Reading): Answer {
    const ofIdea = wish.idea ? conceptOf(wish.idea) : null
    return {
      question: raw,
      answered: found.items.length > 0,
      kind: 'news',
      answer: newsText(found, wish, ideas),
      citations: [],
      items: found.items,
      concepts:
        ofIdea ??
        (wish.about.length > 0
          ? ofNames(reading.question).slice(0, 2)
          : nearest(find(ground, reading), reading, 2)),
    }
  }

  /** Items on the idea that the cited pages are about, the newest of them with the most of the question's words. */
  async function inTheNews(
    question: Question,
    cited: string[],
    news: NewsSource,
    now: number,
  ): Promise<AnswerItem[]> {
    const idea = ideaBehind(cited, byId, ideas)
    if (!idea) return []
    const words = question.words.map(({ root }) => root)
    const wish = { idea, direction: null, since: now - month, words, limit: 3, about: [] }
    return bestItems(await news(wish), wish)
  }

  return {
    async answer(raw, { news, publishers = [], now }) {
      const question = readQuestion(raw, shelf.lexicon)
      const asking = question.foreign
        ? { ...question, words: question.words.filter(({ root }) => shelf.isCalled(root)) }
        : question
      const lead = leadOf(asking, shelf)
      const stock = { ideas, shelf, publishers, now }
      const wish = lead ? null : newsWish(question, stock)
      if (wish) {
        return newsAnswer(raw, await findItems(wish, news), wish, ground.read(raw, question))
      }
      const deeds = lead ? null : deedsOf(question, stock)
      const ofDeeds = async (): Promise<Answer | null> => {
        const stories = deeds ? await findItems(deeds.wish, news) : null
        return deeds && stories && stories.items.length > 0
          ? newsAnswer(raw, stories, deeds.wish, ground.read(raw, question))
          : null
      }
      const told = deeds?.isStranger ? await ofDeeds() : null
      if (told) return told
      const reading = ground.read(raw, asking)
      const found = find(ground, reading)
      // Of another language only names are understood: words that look alike mean little.
      const roots = new Set(question.roots)
      const named =
        asking.words.some(({ root }) => shelf.lexicon.isName(root)) ||
        [...shelf.pages].some(({ names }) =>
          names.some((name) => name.length > 0 && name.every((root) => roots.has(root))),
        )
      const isUncovered = (question.foreign && !lead && !named) || (!lead && (!found || found.covered < 0))
      const extract = isUncovered ? null : compose(asking, found, site, lead)
      if (!extract || lacksDate(asking, extract.text)) {
        const late = deeds?.isStranger ? null : await ofDeeds()
        return late ?? declined(raw, question, found, reading)
      }
      const worded =
        llm && found
          ? await wordByLlm(
              llm,
              question.text,
              found.passages.slice(0, 6).map(({ passage }) => passage),
              site,
            )
          : null
      const { text, citations, pages: cited } = worded ?? extract
      const related = cited.flatMap((id) => [
        ...(cited[0] === id ? [] : [id]),
        ...(byId.get(id)?.related ?? []),
      ])
      return {
        question: raw,
        answered: true,
        kind: 'concept',
        answer: question.foreign ? `${englishOnly}${text.includes('\n') ? '\n\n' : ' '}${text}` : text,
        citations,
        items: await inTheNews(asking, cited, news, now),
        concepts: [...new Set(related)]
          .filter((id) => id !== cited[0])
          .flatMap(conceptOf)
          .slice(0, 3),
        ...languageOf(question),
        ...(worded && llm ? { by: `llm:${llm.model}` } : {}),
      }
    },
    nearestConcepts(text, n) {
      const question = readQuestion(text, shelf.lexicon)
      const whole = { ...question, words: [...question.words, ...question.context], context: [] }
      const reading = ground.read(text, whole)
      const found = find(ground, reading)
      return nearest(found, reading, n)
    },
    conceptNames() {
      return pages.flatMap(({ id, title, aliases }) => [title, ...aliases].map((name) => ({ name, id })))
    },
  }
}

function languageOf({ foreign }: Question): { language?: string } {
  return foreign ? { language: 'unsupported' } : {}
}

/** The first cited page that is an idea, else the first idea that a cited page names as related. */
function ideaBehind(cited: string[], pages: Map<string, Page>, ideas: readonly Idea[]): string | null {
  const isIdea = (id: string) => ideas.some((idea) => idea.id === id)
  const related = cited.flatMap((id) => pages.get(id)?.related ?? [])
  return [...cited, ...related].find(isIdea) ?? null
}
