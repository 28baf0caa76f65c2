/** An item as a parser of feeds gives it, before cleaning. Texts are HTML, links and dates as they were written. */
export interface RawItem {
  guid: string
  /** True when the guid is a URL to follow, should there be no link. */
  guidIsLink: boolean
  link: string
  title: string
  summary: string
  content: string
  /** Dates in order of preference. */
  dates: string[]
}

export interface RawFeed {
  title: string
  language: string
  items: RawItem[]
}

/** The title of an item that says nothing else. */
export const untitled = 'Untitled'
