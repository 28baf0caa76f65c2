/** Words by which newsletters and shows call what gathers several news. */
const gathering =
  /\b(round-?up|(sunday|weekend) edition|week(ly)? (in|links|notes|reading|briefing|digest|recap)|this week(’s|'s)? (in|links)|in brief|links (for|of|and)|linkdump|newsletter|digest|recap|briefing|show notes|episode|podcast|reading list|morning packet|weekend (links|reading)|(mon|tues|wednes|thurs|fri|satur|sun)day(’s|'s) \p{L}+)\b|(mon|tues|wednes|thurs|fri|satur|sun)day,? \d{1,2} \p{L}+$|(^|\s)(no\.|issue|edition|vol\.?)\s?\d+|#\d{2,}/iu

/** Words that a topic needs, on average, to tell of something. */
const tellingWords = 2.5

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
  // A list of names is none: New York, New Jersey, Rhode Island pass a law. Nor is one that ends in "and".
  const words = topics.slice(0, -1).reduce((sum, topic) => sum + topic.split(/\s+/).length, 0)
  const tell = words / (topics.length - 1) >= tellingWords && !haveNameInCommon(topics)
  return topics.length >= 3 && topics.length >= parts.length - 1 && tell ? topics : [title]
}

/** Skerry 4 Small, Skerry 4 Medium, Skerry 4 Large: variants of one thing, told together. */
function haveNameInCommon(topics: string[]): boolean {
  const names = topics.map((topic) => new Set(topic.match(/\p{Lu}[\p{L}\p{N}]{2,}/gu) ?? []))
  return [...(names[0] ?? [])].some((name) => names.every((others) => others.has(name)))
}

/** Whether an item gathers several news, by its title: it names events but tells of none. */
export function isRoundUp(title: string): boolean {
  return topicsOf(title).length > 1 || gathering.test(title)
}

/** The topic of a round-up's title that the evidence names; the whole title where it stands elsewhere. */
export function topicOf(title: string, evidence: string): string {
  return topicsOf(title).find((topic) => topic.includes(evidence) || evidence.includes(topic)) ?? title
}
