import type { Llm } from '../lib/llm/index.ts'
import type { Answer, AnswerItem, AskedQuestion, Idea, NearConcept, Page, Passage } from '../model/index.ts'
import { compose } from './compose.ts'
import { type Finding, find } from './finding.ts'
import { createGround } from './ground.ts'
import { wordByLlm } from './llm-answer.ts'
import { lacksDate } from './needs.ts'
import { bestItems, type NewsSource, newsText, newsWish } from './news.ts'
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
   * stored items; `now` is in ms since the epoch.
   */
  answer(question: string, context: { news: NewsSource; now: number }): Promise<Answer>
  /** The pages nearest to any text, a message for instance; none when it has nothing to do with the wiki. */
  nearestConcepts(text: string, n: number): NearConcept[]
  /** Titles and aliases with the ids of their pages, for completion while somebody types. */
  conceptNames(): { name: string; id: string }[]
}

const month = 31 * 24 * 60 * 60 * 1000
/** A page has nothing to do with a text of whose words it holds a smaller share. */
const farthest = 0.38
const englishOnly = 'Answers are in English only.'
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

  /** The pages of the likeliest passages, each once. */
  function nearest(found: Finding | null, n: number): NearConcept[] {
    const ids = found ? found.passages.map(({ page }) => page.id) : shelf.pages.map(({ id }) => id)
    return [...new Set(ids)].slice(0, n).flatMap(conceptOf)
  }

  function declined(raw: string, question: Question, found: Finding | null): Answer {
    const concepts = nearest(found, 3)
    const names = concepts.map(({ title }) => title).join(', ')
    const text = names ? `${notCovered} The nearest concepts: ${names}.` : notCovered
    return {
      question: raw,
      answered: false,
      kind: 'declined',
      answer: question.foreign ? `${englishOnly} ${text}` : text,
      citations: [],
      items: [],
      concepts,
      ...languageOf(question),
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
    const wish = { idea, direction: null, since: now - month, words, limit: 3 }
    return bestItems(await news(wish), wish)
  }

  return {
    async answer(raw, { news, now }) {
      const question = readQuestion(raw, shelf.lexicon)
      const wish = newsWish(question, ideas, shelf, now)
      if (wish) {
        const items = bestItems(await news(wish), wish)
        const concepts = wish.idea
          ? conceptOf(wish.idea)
          : nearest(find(ground, ground.read(raw, question)), 2)
        const answer = newsText(items, wish, ideas, now)
        return {
          question: raw,
          answered: items.length > 0,
          kind: 'news',
          answer,
          citations: [],
          items,
          concepts,
        }
      }
      const asking = question.foreign
        ? { ...question, words: question.words.filter(({ root }) => shelf.isCalled(root)) }
        : question
      const found = find(ground, ground.read(raw, asking))
      if (!found || found.covered < 0) return declined(raw, question, found)
      const extract = compose(asking, found, site)
      if (lacksDate(asking, extract.text)) return declined(raw, question, found)
      const worded = llm
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
        answer: question.foreign ? `${englishOnly} ${text}` : text,
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
      if (!found) return []
      const near = found.passages.filter(({ page }) => reading.alignment.forward(page.ids) >= farthest)
      return nearest({ ...found, passages: near }, n)
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
