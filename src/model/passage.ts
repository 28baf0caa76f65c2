/** A piece of a wiki page that can be quoted: a paragraph, or a list with the words that lead in to it. */
export interface Passage {
  /** Id of its page. */
  page: string
  /** Title and aliases of its page. */
  title: string
  aliases: string[]
  /** The heading it stands under; empty for the beginning of the page. */
  section: string
  /** That heading's anchor on the page; empty for the beginning. */
  anchor: string
  kind: 'paragraph' | 'list'
  /** Plain text as a reader sees it; the entries of a list are separated by line ends. */
  text: string
  /** Its sentences and list entries in order, each a verbatim part of `text`. */
  sentences: string[]
}
