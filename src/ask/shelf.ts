import { cosine } from '../lib/meaning/index.ts'
import type { Page, Passage } from '../model/index.ts'
import { createLexicon, type Lexicon, plainWords } from './lexicon.ts'
import { phraseOf, type Question, type QuestionWord } from './question.ts'
import { type Parts, scoreOf } from './score.ts'
import { rootsOf, wordsOf } from './words.ts'

/** A sentence as the index keeps it. */
export interface ShelfSentence {
  text: string
  roots: Set<string>
  meaning: Float64Array
  leaning: Float64Array
}

/** A passage as the index keeps it. */
export interface ShelfPassage {
  passage: Passage
  page: ShelfPage
  /** Place on its page, 0 for the first. */
  at: number
  roots: Set<string>
  section: Set<string>
  meaning: Float64Array
  leaning: Float64Array
  sentences: ShelfSentence[]
}

export interface ShelfPage {
  id: string
  title: string
  /** Roots of the title and each alias, as they follow each other. */
  names: string[][]
  /** Title and aliases as they are said, for those of two words and more. */
  phrases: string[]
  /** The roots of all of them. */
  called: Set<string>
  /** What its title and aliases mean, and what all its text means. */
  calledLeaning: Float64Array
  leaning: Float64Array
  roots: Set<string>
}

/** How well a passage suits a question. All parts lie between 0 and 1, except `score`, their weighted sum. */
export interface Fit {
  entry: ShelfPassage
  score: number
  /** Weighted share of the question's words that the passage, its heading or its page's names hold. */
  cover: number
  /** How much of a name of the page the question says. */
  named: number
  parts: Parts
}

/** The wiki's passages, ready to be asked. */
export interface Shelf {
  lexicon: Lexicon
  /** Roots of the names of those whose works are listed for further reading. */
  persons: Set<string>
  passages: ShelfPassage[]
  pages: Map<string, ShelfPage>
  /** True for words of the pages' titles and aliases, and for names. */
  isCalled(root: string): boolean
  /** All passages, best first. */
  ranked(question: Question): Fit[]
  /** Pages by how well they suit, best first, with the score of each. */
  rankedPages(question: Question): { page: ShelfPage; score: number }[]
  /** How well a set of roots stands for a word: 1 when it holds it, less when it holds one of like meaning. */
  holds(word: QuestionWord, roots: Set<string>): number
  /** Weighted share of the words that some of the sets hold; what stands for a word by less than `least` does not count. */
  coverage(words: QuestionWord[], sets: Set<string>[], least?: number): number
}

/** Builds the index of passages; takes some tens of milliseconds. */
export function createShelf(passages: readonly Passage[], pages: readonly Page[]): Shelf {
  const lexicon = createLexicon([
    ...passages.map(({ text, section }) => `${text}\n${section}`),
    ...pages.map(({ title, aliases }) => [title, ...aliases].join('\n')),
  ])
  const shelfPages = new Map<string, ShelfPage>()
  for (const { id, title, aliases } of pages) {
    const names = [title, ...aliases].flatMap((name) => {
      const roots = rootsOf(name)
      // What is left of an alias like "what happens without open models" no longer says whose it is.
      const whole = roots.length > 0 && wordsOf(name).length - roots.length <= Math.max(1, roots.length - 1)
      return whole || name === title ? [roots] : []
    })
    const called = new Set([title, ...aliases].flatMap(rootsOf))
    shelfPages.set(id, {
      id,
      title,
      names,
      phrases: [title, ...aliases].map(phraseOf).filter((phrase) => phrase.trim().includes(' ')),
      called,
      roots: new Set(called),
      calledLeaning: lexicon.leaning(plainWords([title, ...aliases].join(' '))),
      leaning: lexicon.leaning(
        plainWords(passages.flatMap((one) => (one.page === id ? one.text : [])).join(' ')),
      ),
    })
  }
  const entries: ShelfPassage[] = []
  const counts = new Map<string, number>()
  for (const passage of passages) {
    const page = shelfPages.get(passage.page)
    if (!page) continue
    const at = counts.get(passage.page) ?? 0
    counts.set(passage.page, at + 1)
    const roots = new Set(rootsOf(passage.text))
    for (const root of roots) page.roots.add(root)
    entries.push({
      passage,
      page,
      at,
      roots,
      section: new Set(rootsOf(passage.section)),
      meaning: lexicon.meaning(plainWords(`${passage.section} ${passage.text}`)),
      leaning: lexicon.leaning(plainWords(`${passage.section} ${passage.text}`)),
      sentences: passage.sentences.map((text) => ({
        text,
        roots: new Set(rootsOf(text)),
        meaning: lexicon.meaning(plainWords(text)),
        leaning: lexicon.leaning(plainWords(text)),
      })),
    })
  }

  function holds(word: QuestionWord, roots: Set<string>): number {
    if (roots.has(word.root)) return 1
    if (word.name) return 0
    let best = 0
    for (const [root, nearness] of lexicon.near(word.word)) {
      if (nearness > best && roots.has(root)) best = nearness
    }
    return best
  }

  function coverage(words: QuestionWord[], sets: Set<string>[], least = 0): number {
    let [got, all] = [0, 0]
    for (const word of words) {
      all += word.weight
      const held = Math.max(0, ...sets.map((roots) => holds(word, roots)))
      if (held >= least) got += word.weight * held
    }
    return all > 0 ? got / all : 0
  }

  /** A name of the page that stands whole in the question, weighed by how telling its words are. */
  function named(question: Question, page: ShelfPage): number {
    let best = page.phrases.some((phrase) => question.plain.includes(phrase)) ? 0.8 : 0
    // `That disciplinary thing` means the page with the word in its title.
    const title = rootsOf(page.title)
    const said = title.filter((root) => question.roots.includes(root))
    const worths = [said, title].map((roots) => roots.reduce((sum, root) => sum + lexicon.weight(root), 0))
    if (title.length <= 3) best = Math.max(best, (0.5 * worths[0]!) / Math.max(0.3, worths[1]!))
    for (const name of page.names) {
      const telling = name.filter((root) => lexicon.has(root))
      const worth = telling.reduce((sum, root) => sum + lexicon.weight(root), 0)
      if (worth < 0.25 || !name.every((root) => question.roots.includes(root))) continue
      const together = standsIn(name, question.roots) ? 1 : 0.7
      best = Math.max(best, together * Math.min(1, 0.35 + 0.35 * worth))
    }
    return best
  }

  /** How much of the heading, besides the page's names, the question says. */
  function headed(question: Question, { section, page }: ShelfPassage): number {
    let [said, all] = [0, 0]
    for (const root of section) {
      const worth = lexicon.weight(root) * (page.called.has(root) ? 0.5 : 1)
      all += worth
      if (question.roots.includes(root)) said += worth
    }
    return all > 0 ? said / all : 0
  }

  function ranked(question: Question): Fit[] {
    const reading = readingWish.test(question.text)
    const said = question.words.map(({ word }) => word)
    const [asked, leans] = [lexicon.meaning(said), lexicon.leaning(said)]
    const like = (one: Float64Array) => Math.max(0, cosine(leans, one))
    const ofPage = new Map(
      [...shelfPages.values()].map((page) => [
        page.id,
        {
          named: named(question, page),
          cover: coverage(question.words, [page.roots]),
          called: coverage(question.words, [page.called]),
          leaning: like(page.leaning),
          calledLeaning: like(page.calledLeaning),
        },
      ]),
    )
    return entries
      .map((entry): Fit => {
        const { page, passage } = entry
        const about = ofPage.get(page.id)!
        const cover = coverage(question.words, [entry.roots, entry.section, page.called])
        const parts: Parts = {
          cover,
          own: coverage(question.words, [entry.roots]),
          sentence: Math.max(0, ...entry.sentences.map(({ roots }) => coverage(question.words, [roots]))),
          meaning: Math.max(0, cosine(asked, entry.meaning)),
          leaning: like(entry.leaning),
          nearest: Math.max(0, ...entry.sentences.map((one) => like(one.leaning))),
          page: about.cover,
          pageLeaning: about.leaning,
          called: about.called,
          calledLeaning: about.calledLeaning,
          named: about.named,
          context: question.context.length > 0 ? coverage(question.context, [entry.roots]) : 0,
          first: entry.at === 0 ? 1 : 0,
          opening: entry.at === 0 && question.asked === 'definition' ? about.named : 0,
          section: headed(question, entry) * (about.named > 0 ? 1 : 0.5),
          why: question.asked === 'why' && reasons.test(passage.text) ? 1 : 0,
          reading: reading && passage.section === 'Further reading' ? 1 : 0,
          filing: filing.test(question.text) && passage.section === 'What to look for' ? about.named : 0,
          sideline: sideline.test(passage.section) && !wantsList(question, passage) ? 1 : 0,
        }
        return { entry, score: scoreOf(parts), cover, named: about.named, parts }
      })
      .sort((a, b) => b.score - a.score || a.entry.at - b.entry.at)
  }

  const persons = new Set(
    entries
      .filter(({ passage }) => passage.section === 'Further reading')
      .flatMap(({ passage }) => passage.sentences.flatMap((entry) => rootsOf(entry.split(',')[0]!)))
      .filter((root) => lexicon.isName(root)),
  )

  return {
    lexicon,
    persons,
    passages: entries,
    pages: shelfPages,
    isCalled: (root) =>
      lexicon.isName(root) || [...shelfPages.values()].some(({ called }) => called.has(root)),
    ranked,
    holds,
    coverage,
    rankedPages(question) {
      const best = new Map<string, { page: ShelfPage; score: number }>()
      for (const { entry, score } of ranked(question)) {
        if (!best.has(entry.page.id)) best.set(entry.page.id, { page: entry.page, score })
      }
      return [...best.values()]
    },
  }
}

/** Asks how news is judged. */
const filing = /\b(?:counts?|filed?|evidence|stor(?:y|ies)|news|items?)\b/i
/** Words that lead in a reason. */
const reasons = /\b(?:because|reasons?|since|so that|therefore|that is why)\b/i
/** Sections that tell what to do after reading, and not what a thing is. */
const sideline = /^(?:What to (?:watch|look for)|How it relates|Further reading)$/
/** Asks for something to read. */
const readingWish =
  /\b(?:what|which|anything|something|books?|papers?)\b.*\b(?:to|should|could|can|must) (?:i |we |one )?read\b|\bfurther reading\b|\breading list\b|\bpublishers?\b|\b(?:which|what) (?:books?|papers?|essays?|readings?)\b|\bread (?:more|further)\b|\bshld i read\b/i

function wantsList(question: Question, passage: Passage): boolean {
  return (
    question.asked === 'list' ||
    question.asked === 'when' ||
    /\b(?:read|book|publish|paper|essay|watch|look|sign|relat|connect)/i.test(question.text) ||
    rootsOf(passage.section).some((root) => question.roots.includes(root))
  )
}

function standsIn(name: string[], roots: string[]): boolean {
  if (name.length === 0) return false
  return roots.some((_, i) => name.every((root, j) => roots[i + j] === root))
}
