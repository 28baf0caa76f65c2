import { addressTyped } from '../feeds/index.ts'
import type { Signer } from '../lib/sign/index.ts'
import { canonicalUrl, hour } from '../model/index.ts'
import { networkOf } from './newsletter.ts'
import type { Way } from './way.ts'

/** Ten an hour from a network, as with sign-ups. */
const limit = { most: 10, within: hour }
const longestUrl = 500
const longestNote = 500

/** What came of a suggestion. */
export type Suggested =
  | { outcome: 'noted'; times: number }
  /** `feed` is its title. */
  | { outcome: 'followed'; feed: string }
  | { outcome: 'refused'; reason: string }

type SuggestionWay = Pick<Way, 'store' | 'feeds' | 'now'>

/** Notes a feed that somebody on Discord would like to be followed. Nothing is fetched: curators look at it. */
export async function suggestFeed(way: SuggestionWay, raw: string): Promise<Suggested> {
  const looked = look(way, raw)
  if ('outcome' in looked) return looked
  return { outcome: 'noted', times: await way.store.suggestions.record(looked.key, looked.url, way.now()) }
}

/** The same for those who fill in the form on the web: with a note, and no more than so many from one network. */
export function openSuggestions({ way, signer }: { way: SuggestionWay; signer: Signer }) {
  return {
    /** `network` is the asker's IP address, null when it is not known. */
    async suggest(form: {
      url: string
      note: string
      network: string | null
    }): Promise<Suggested | { outcome: 'too-many' }> {
      const looked = look(way, form.url)
      if ('outcome' in looked) return looked
      const { key, url } = looked
      const { suggestions } = way.store
      const source = { from: 'web' as const, note: oneLine(form.note) }
      const times =
        form.network === null
          ? await suggestions.record(key, url, way.now(), source)
          : await suggestions.recordWithin(
              { key: signer.hash('suggest', networkOf(form.network)), ...limit },
              key,
              url,
              way.now(),
              source,
            )
      return times === null ? { outcome: 'too-many' } : { outcome: 'noted', times }
    },
  }
}

export type Suggestions = ReturnType<typeof openSuggestions>

/** What can be noted: the address, and the key by which it is known again. */
function look(
  { feeds }: SuggestionWay,
  raw: string,
): { key: string; url: string } | Exclude<Suggested, { outcome: 'noted' }> {
  const text = raw.trim()
  const url = addressTyped(text)
  if (!url?.hostname.replace(/\.$/, '').includes('.')) {
    return {
      outcome: 'refused',
      reason: 'That is not the address of a web page; it should begin with https://.',
    }
  }
  // A name and password in it are somebody's own.
  url.username = ''
  url.password = ''
  if (text.length > longestUrl || url.href.length > longestUrl) {
    return { outcome: 'refused', reason: 'That address is too long.' }
  }
  const key = canonicalUrl(url.href) ?? url.href
  const same = feeds.find((feed) => [feed.url, feed.site].some((one) => canonicalUrl(one) === key))
  if (!same) return { key, url: url.href }
  if (same.enabled) return { outcome: 'followed', feed: same.title }
  const reason = (same.reason ?? 'no reason is given').replace(/\.$/, '')
  return { outcome: 'refused', reason: `That is ${same.title}, which is listed but switched off: ${reason}.` }
}

/** Without what can't be seen or could steer a terminal. */
function oneLine(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/\p{Cf}/gu, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
  return line.slice(0, longestNote).toWellFormed()
}
