/** A key idea of the wiki, as the classifier and the digest need it. It comes from a page's front matter. */
export interface Idea {
  id: string
  /** The wiki's own name of it, a sentence. */
  title: string
  /** Short heading for digests. */
  name: string
  /** Place in a digest, smallest first. */
  order: number
  /** When an item is given this idea. */
  definition: string
  notWhen: string[]
  signals: { about: string[]; opens: string[]; closes: string[]; mixed: string[] }
}
