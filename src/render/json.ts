import type { BackedText, Correction, Digest, DigestSection, Story } from '../model/index.ts'
import { signatureOf } from './editor-note.ts'
import { verbatim } from './feed-text.ts'
import { webLink } from './links.ts'

/** The digest as other programs read it: the contract's shape, with the feeds' titles beside their ids. */
export function digestJson(digest: Digest, corrections: readonly Correction[] = []) {
  const { number, since, until, lead, sections, concept, debate, corrected, coverage, feedsRead } = digest
  const { read, leftOut, left } = digest
  return harmless({
    number,
    since,
    until,
    ...(corrections.length > 0 && { corrections }),
    lead: lead.map(signedJson),
    sections: sections.map(sectionJson),
    ...(concept && { concept }),
    ...(debate && { debate }),
    ...(corrected && corrected.length > 0 && { corrected }),
    ...(coverage && { coverage }),
    ...(feedsRead !== undefined && { feedsRead }),
    read,
    leftOut,
    ...(left && { left }),
  })
}

/** A sentence with the name of the editor who wrote it, where they gave one. */
function signedJson({ by, ...sentence }: BackedText) {
  const name = by === undefined ? '' : signatureOf(by)
  return { ...sentence, ...(name && { by: name }) }
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
