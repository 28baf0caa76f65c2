import type { Direction } from './label.ts'

/** Where a part of an answer comes from. */
export interface Citation {
  /** Id of the wiki page, and its title as readers know it. */
  page: string
  title: string
  /** The heading on it; empty for the beginning of the page. */
  section: string
  /** Words that stand verbatim on the page, as a reader sees it. */
  quote: string
  /** Absolute URL of the page, with the heading's anchor. */
  url: string
}

/** A stored item that bears on an answer. */
export interface AnswerItem {
  title: string
  url: string
  idea: string
  direction: Direction
  /** ISO 8601; null when its feed gives no date. */
  publishedAt: string | null
}

/** A page of the wiki that a reader may want to see. */
export interface NearConcept {
  id: string
  title: string
  /** Absolute URL. */
  url: string
}

/** What is asked of the stored items. */
export interface NewsWish {
  /** Null for any idea, any direction. */
  idea: string | null
  direction: Direction | null
  /** Items since then (ms since the epoch). */
  since: number
  /** And before then; until now without it. */
  until?: number | null
  /** Telling words of the question, which items should hold some of; may be empty. */
  words: string[]
  /**
   * Letters that an item's texts or its publisher's names have to hold, all of them, in lower case; none where any item will
   * do.
   */
  saying?: readonly string[]
  /**
   * Of several letters so many at least that title and summary have to hold, or the publisher's names if `saying` has them too;
   * any number without it.
   */
  holding?: { letters: readonly string[]; least: number }
  limit: number
}

/** An answer to a question, grounded in the wiki or in stored items. */
export interface Answer {
  question: string
  /** False when neither the wiki nor the stored items hold an answer; `answer` then says so. */
  answered: boolean
  kind: 'concept' | 'news' | 'declined'
  /** Text with markers `[1]`, `[2]` … that count `citations`. */
  answer: string
  citations: Citation[]
  items: AnswerItem[]
  /** For an answer: related pages; for a decline: the nearest ones. */
  concepts: NearConcept[]
  /** `unsupported` when the question seems to be in a language other than English; absent otherwise. */
  language?: string
  /** `llm:<name>` when a model worded it; absent when it consists of the wiki's own sentences. */
  by?: string
}
