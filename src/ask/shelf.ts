import type { Page, Passage } from '../model/index.ts'
import { centring, meaningOf, weighedWords } from './alignment.ts'
import { createLexicon, type Lexicon } from './lexicon.ts'
import { phraseOf, type Question } from './question.ts'
import { createVocabulary, type Vocabulary } from './vocabulary.ts'
import { nameKey, rootsOf, wordsOf } from './words.ts'

/** A sentence as the index keeps it. */
export interface ShelfSentence {
  text: string
  /** Its place among all sentences. */
  index: number
  passage: ShelfPassage
  /** Its place in its passage. */
  at: number
  roots: Set<string>
  ids: Int32Array
  weights: Float32Array
  meaning: Float32Array
}

/** A passage as the index keeps it; those of a page follow each other. */
export interface ShelfPassage {
  passage: Passage
  page: ShelfPage
  index: number
  /** Place on its page, 0 for the first. */
  at: number
  roots: Set<string>
  section: Set<string>
  /** Words of its heading, its page's title and itself. */
  ids: Int32Array
  meaning: Float32Array
  sentences: ShelfSentence[]
  /** Its sentences are those from `from` up to, not including, `to`. */
  from: number
  to: number
}

export interface ShelfPage {
  id: string
  title: string
  index: number
  /** Its title, aliases and the name of its idea, each to the letter (`phraseOf`) and as `nameKey` gives it. */
  keys: Set<string>
  /** Roots of the title and each alias, as they follow each other. */
  names: string[][]
  /** Title and aliases as they are said, for those of two words and more. */
  phrases: string[]
  /** The roots of all of them. */
  called: Set<string>
  calledIds: Int32Array
  /** Words of all its text. */
  ids: Int32Array
  /** Its passages are those from `from` up to, not including, `to`. */
  from: number
  to: number
}

/** The wiki's passages, ready to be asked. */
export interface Shelf {
  /** The wiki's own words. */
  lexicon: Lexicon
  /** Those and the words of the questions of the past. */
  vocabulary: Vocabulary
  pages: ShelfPage[]
  passages: ShelfPassage[]
  sentences: ShelfSentence[]
  /** True for words of the pages' titles and aliases, and for names. */
  isCalled(root: string): boolean
  /** How much of a name of the page a question says, 0 to 1. */
  named(question: Question, page: ShelfPage): number
}

/** Builds the index of passages; `others` are texts whose words are to be known too. Takes some tens of milliseconds. */
export function createShelf(
  passages: readonly Passage[],
  pages: readonly Page[],
  others: readonly string[] = [],
): Shelf {
  const lexicon = createLexicon([
    ...passages.map(({ text, section }) => `${text}\n${section}`),
    ...pages.map(({ title, aliases }) => [title, ...aliases].join('\n')),
  ])
  const headingOf = ({ section, title, aliases }: Passage) => `${section} ${title} ${aliases.join(' ')}`
  const vocabulary = createVocabulary([
    ...passages.flatMap((passage) => [...passage.sentences, headingOf(passage)]),
    ...others,
  ])
  const shelf = {
    pages: [] as ShelfPage[],
    passages: [] as ShelfPassage[],
    sentences: [] as ShelfSentence[],
  }
  for (const { id, title, aliases, idea } of pages) {
    const own = passages.filter((one) => one.page === id)
    if (own.length === 0) continue
    const called = new Set([title, ...aliases].flatMap(rootsOf))
    const page: ShelfPage = {
      id,
      title,
      index: shelf.pages.length,
      keys: new Set(
        [title, ...aliases, ...(idea ? [idea.name] : [])].flatMap((name) => [phraseOf(name), nameKey(name)]),
      ),
      names: [title, ...aliases].flatMap((name) => namesOf(name, name === title)),
      phrases: [title, ...aliases].map(phraseOf).filter((phrase) => phrase.trim().includes(' ')),
      called,
      calledIds: vocabulary.idsOf([title, ...aliases].join(' ')),
      ids: vocabulary.idsOf([title, ...aliases, ...own.map(({ text }) => text)].join('\n')),
      from: shelf.passages.length,
      to: shelf.passages.length + own.length,
    }
    shelf.pages.push(page)
    for (const [at, passage] of own.entries()) addPassage(passage, page, at)
  }

  function addPassage(passage: Passage, page: ShelfPage, at: number): void {
    const whole = `${passage.section} ${passage.title} ${passage.text}`
    const entry: ShelfPassage = {
      passage,
      page,
      index: shelf.passages.length,
      at,
      roots: new Set(rootsOf(passage.text)),
      section: new Set(rootsOf(passage.section)),
      ids: vocabulary.idsOf(whole),
      meaning: meaningOf(weighedWords(whole, vocabulary)),
      sentences: [],
      from: shelf.sentences.length,
      to: shelf.sentences.length + passage.sentences.length,
    }
    for (const [place, text] of passage.sentences.entries()) {
      const ids = vocabulary.idsOf(text)
      entry.sentences.push({
        text,
        index: shelf.sentences.length + place,
        passage: entry,
        at: place,
        roots: new Set(rootsOf(text)),
        ids,
        weights: Float32Array.from(ids, (id) => vocabulary.worth[id]!),
        meaning: meaningOf(weighedWords(text, vocabulary)),
      })
    }
    shelf.passages.push(entry)
    shelf.sentences.push(...entry.sentences)
  }

  for (const texts of [shelf.passages, shelf.sentences]) {
    const centred = centring(texts.map(({ meaning }) => meaning))
    for (const text of texts) text.meaning = centred(text.meaning)
  }

  return {
    lexicon,
    vocabulary,
    ...shelf,
    isCalled: (root) => lexicon.isName(root) || shelf.pages.some(({ called }) => called.has(root)),
    named(question, page) {
      let best = page.phrases.some((phrase) => question.plain.includes(phrase)) ? 0.8 : 0
      const worthOf = (roots: string[]) => roots.reduce((sum, root) => sum + lexicon.weight(root), 0)
      // `That disciplinary thing` means the page with the word in its title.
      const title = rootsOf(page.title)
      const said = title.filter((root) => question.roots.includes(root))
      if (title.length <= 3) best = Math.max(best, (0.5 * worthOf(said)) / Math.max(0.3, worthOf(title)))
      for (const name of page.names) {
        const worth = worthOf(name.filter((root) => lexicon.has(root)))
        if (worth < 0.25 || !name.every((root) => question.roots.includes(root))) continue
        const together = standsIn(name, question.roots) ? 1 : 0.7
        best = Math.max(best, together * Math.min(1, 0.35 + 0.35 * worth))
      }
      return best
    },
  }
}

/** The roots of a name; none for one like "what happens without open models", whose rest no longer says whose it is. */
function namesOf(name: string, isTitle: boolean): string[][] {
  const roots = rootsOf(name)
  const whole = roots.length > 0 && wordsOf(name).length - roots.length <= Math.max(1, roots.length - 1)
  return whole || isTitle ? [roots] : []
}

function standsIn(name: string[], roots: string[]): boolean {
  if (name.length === 0) return false
  return roots.some((_, i) => name.every((root, j) => roots[i + j] === root))
}
