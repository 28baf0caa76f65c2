import type { Idea } from './idea.ts'

/** A page of the wiki. */
export interface Page {
  id: string
  title: string
  /** Other names readers use for it. */
  aliases: string[]
  /** Ids of related pages. */
  related: string[]
  /** Present on the page of a key idea. */
  idea: Idea | null
  /** The body as Markdown, without the front matter. */
  markdown: string
  /** File it was read from, for messages. */
  file: string
}
