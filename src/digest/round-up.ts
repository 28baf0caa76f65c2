/** Words by which newsletters and shows call what gathers several news. */
const gathering =
  /\b(round-?up|(sunday|weekend) edition|week(ly)? (in|links|notes|reading|briefing|digest|recap)|this week(’s|'s)? (in|links)|in brief|links (for|of|and)|linkdump|newsletter|digest|recap|briefing|show notes|episode|podcast|reading list|morning packet|packet)\b|(^|\s)(no\.|#|issue|edition|vol\.?)\s?\d+/i

/**
 * The topics of a title that gathers several news ("Lab Opens Weights, Chips Run Short, A Robot That Sweeps"); itself
 * alone where it tells of one. A topic has at least two words and begins with a capital or a figure.
 */
export function topicsOf(title: string): string[] {
  const parts = title
    .split(/\s*(?:[,;|·•]|\s[–—]\s|\s\/\s)\s*/)
    .map((part) => part.replace(/^and\s+/i, '').trim())
    .filter(Boolean)
  const topics = parts.filter((part) => /^["'“‘(]?[\p{Lu}\p{N}]/u.test(part) && /\S\s+\S/.test(part))
  return topics.length >= 3 && topics.length >= parts.length - 1 ? topics : [title]
}

/** Whether an item gathers several news, by its title: it names events but tells of none. */
export function isRoundUp(title: string): boolean {
  return topicsOf(title).length > 1 || gathering.test(title)
}

/** The topic of a round-up's title that the evidence names; the whole title where it stands elsewhere. */
export function topicOf(title: string, evidence: string): string {
  return topicsOf(title).find((topic) => topic.includes(evidence) || evidence.includes(topic)) ?? title
}
