/** A question that somebody asked or might ask about the wiki, with where it is answered. */
export interface AskedQuestion {
  question: string
  /** Id of the page that answers it; null when the wiki does not. */
  page: string | null
  /** The heading it is answered under; empty for the beginning of the page, and for a question without a page. */
  section: string
  /** Short words of the one paragraph or list that answers it, verbatim; none for a question without a page. */
  key: string[]
}
