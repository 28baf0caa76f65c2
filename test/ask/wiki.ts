import { join } from 'node:path'
import { type Asker, createAsker, type NewsItem, type NewsSource } from '../../src/ask/index.ts'
import type { Llm } from '../../src/lib/llm/index.ts'
import type { Answer, Direction, Idea, NewsWish, Page, Passage } from '../../src/model/index.ts'
import { ideasOf, passagesOf, readPages, readQuestions } from '../../src/wiki/index.ts'

export const site = 'https://wiki.example.org'
export const now = Date.UTC(2026, 10, 23)
const day = 24 * 60 * 60 * 1000

/** The committed pages, made ready to be asked; without a model, which words answers, they are learned from the questions too. */
export async function readWiki(
  llm?: Llm,
): Promise<{ asker: Asker; pages: Page[]; passages: Passage[]; ideas: Idea[] }> {
  const dir = join(import.meta.dirname, '..', '..', 'wiki')
  const { pages } = await readPages(dir)
  const passages = passagesOf(pages)
  const ideas = ideasOf(pages)
  const { questions: asked } = llm ? { questions: [] } : await readQuestions(dir, passages)
  return { asker: createAsker({ passages, pages, ideas, asked, site, llm }), pages, passages, ideas }
}

export const noNews: NewsSource = async () => []

/** Asks with nothing stored. */
export function ask(asker: Asker, question: string): Promise<Answer> {
  return asker.answer(question, { news: noNews, now })
}

/** A stored item with one label, so many days old. */
export function item(title: string, idea: string, direction: Direction, days: number): NewsItem {
  const id = title.toLowerCase().replace(/\W+/g, '-')
  const url = `https://news.example.org/${id}`
  const when = now - days * day
  return {
    id,
    feed: 'press',
    publisher: 'The Evening Tern',
    title,
    summary: '',
    content: '',
    url,
    canonicalUrl: url,
    kind: 'press',
    language: 'en',
    publishedAt: when,
    firstSeenAt: when,
    baseline: false,
    labels: [{ idea, direction, score: 0.9, evidence: title, by: 'maintainer' }],
  }
}

/** Stored items as a caller would give them, and the wishes that came. */
export function stored(items: NewsItem[]): { news: NewsSource; wishes: NewsWish[] } {
  const wishes: NewsWish[] = []
  return {
    wishes,
    async news(wish) {
      wishes.push(wish)
      return items.filter(
        ({ labels, firstSeenAt }) =>
          firstSeenAt >= wish.since &&
          labels.some(
            ({ idea, direction }) =>
              (wish.idea === null || idea === wish.idea) &&
              (wish.direction === null || direction === wish.direction),
          ),
      )
    },
  }
}
