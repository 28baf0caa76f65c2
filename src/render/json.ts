import type { Correction, Digest, DigestSection, Story } from '../model/index.ts'
import { verbatim } from './feed-text.ts'
import { webLink } from './links.ts'

/** The digest as other programs read it: the contract's shape, with the feeds' titles beside their ids. */
export function digestJson(digest: Digest, corrections: readonly Correction[] = []) {
  const { number, since, until, lead, sections, concept, debate, coverage, feedsRead, read, leftOut, left } =
    digest
  return harmless({
    number,
    since,
    until,
    ...(corrections.length > 0 && { corrections }),
    lead,
    sections: sections.map(sectionJson),
    ...(concept && { concept }),
    ...(debate && { debate }),
    ...(coverage && { coverage }),
    ...(feedsRead !== undefined && { feedsRead }),
    read,
    leftOut,
    ...(left && { left }),
  })
}

function sectionJson({ idea, name, title, balance, moved, stories }: DigestSection) {
  return { idea, name, title, balance, ...(moved && { moved }), stories: stories.map(storyJson) }
}

function storyJson({ url, also, ...story }: Story) {
  return { ...story, url: webLink(url), also: also.map((one) => ({ ...one, url: webLink(one.url) })) }
}

/** The same value, with every text in it made harmless. */
function harmless<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, part) => (typeof part === 'string' ? verbatim(part) : part))
}
