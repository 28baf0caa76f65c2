import { createRequire } from 'node:module'
import type * as Feedsmith from 'feedsmith'
import type { Opml } from 'feedsmith'
import { oneLine } from '../lib/text/index.ts'
import { fieldsOf, type Refusal } from './edit.ts'
import type { FeedEntry, FeedFile } from './lists.ts'

/** A hundred files, for two commands. */
const feedsmith = (): typeof Feedsmith => createRequire(import.meta.url)('feedsmith')

const prefix = 'freehold'
const namespace = 'urn:freehold:feeds'
/** Ours alone: other readers' OPML has no place for them, or none that keeps every text as it is. */
const ourFields = [
  ...['id', 'title', 'url', 'site', 'publisher', 'kind', 'language', 'official', 'textUse', 'every'],
  ...['keep', 'block', 'maxAgeDays', 'enabled', 'reason'],
] as const
const attributes = [...ourFields, 'file', 'group'].map((field) => `${prefix}:${field}`)

type Outline = Opml.Outline<string> & Record<string, unknown>

/** An outline of an OPML file that may be a feed. */
export interface OpmlFeed {
  /** 1-based. */
  line: number
  title: string
  /** Null for what has no xmlUrl. */
  url: string | null
  site: string | null
  language: string | null
  /** The outlines around it, from the outermost on. */
  folders: string[]
  /** The file that our own export names for its group. */
  file: string | null
  /** The entry as our own export holds it; null for other readers' files. */
  ours: Record<string, unknown> | null
}

/** The lists as OPML 2.0: groups by name, feeds by id, every field. The same lists, the same bytes. */
export function toOpml(files: FeedFile[]): string {
  const groups = [...Map.groupBy(files, ({ group }) => group)].sort(([a], [b]) => (a < b ? -1 : 1))
  const outlines = groups.map(([group, its]) => ({
    ...named(group),
    ...(encode(group) === group ? {} : { [`${prefix}:group`]: encode(group) }),
    [`${prefix}:file`]: its[0]!.file.split(/[\\/]/).at(-1)!,
    outlines: its
      .flatMap(({ entries }) => entries)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(outlineOf),
  }))
  const xml = feedsmith().generateOpml(
    { head: { title: 'Feeds of Freehold' }, body: { outlines } },
    { extraOutlineAttributes: attributes },
  )
  return xml.replace('<opml version="2.0"', `$& xmlns:${prefix}="${namespace}"`)
}

/** A name as every reader shows it; without a letter to show, the text would be missing. */
function named(name: string): { text: string; title: string } {
  const text = oneLine(name).replace(/[\ufdd0-\ufdef\ufffe\uffff]/g, '') || '–'
  return { text, title: text }
}

function outlineOf(entry: FeedEntry) {
  const { id, title, url, site, language, ...others } = fieldsOf(entry) as Record<string, unknown> & FeedEntry
  const standard = { title, url, site, ...(language === undefined ? {} : { language }) }
  // What readers trim or fold on their way is said once more in a form that survives.
  const odd = Object.entries(standard).filter(
    ([, value]) => encode(value) !== value || oneLine(value) !== value,
  )
  const ours = { id, ...Object.fromEntries(odd), ...others }
  return {
    ...named(title),
    type: 'rss',
    xmlUrl: url,
    htmlUrl: site,
    language,
    ...Object.fromEntries(
      Object.entries(ours).map(([field, value]) => [`${prefix}:${field}`, encode(value)]),
    ),
  }
}

/** Every outline of an OPML file that has no outlines within, in its order, or why the file can't be read. */
export function fromOpml(text: string, file: string): { kind: 'opml'; feeds: OpmlFeed[] } | Refusal {
  let outlines: Outline[]
  try {
    const parsed = feedsmith().parseOpml(text, { extraOutlineAttributes: attributes })
    outlines = (parsed.body?.outlines ?? []) as Outline[]
  } catch {
    return {
      kind: 'refused',
      message: `${file} is no OPML that can be read; export it once more from the reader it comes from.`,
    }
  }
  const lines = outlineLines(text)
  const feeds: OpmlFeed[] = []
  const walk = (list: Outline[], folders: string[], inFile: string | null) => {
    for (const outline of list) {
      const line = lines.shift() ?? 1
      const ours = outline[`${prefix}:group`]
      const name =
        typeof ours === 'string'
          ? String(decode('title', ours))
          : oneLine(outline.title || outline.text || '')
      const within = (outline.outlines ?? []) as Outline[]
      if (outline.xmlUrl || within.length === 0)
        feeds.push(feedOf(outline, { line, name, folders, file: inFile }))
      const its = outline[`${prefix}:file`]
      walk(within, name ? [...folders, name] : folders, typeof its === 'string' ? its : inFile)
    }
  }
  walk(outlines, [], null)
  return { kind: 'opml', feeds }
}

function feedOf(
  outline: Outline,
  { line, name, folders, file }: { line: number; name: string; folders: string[]; file: string | null },
): OpmlFeed {
  const url = outline.xmlUrl === undefined ? null : oneLine(outline.xmlUrl)
  const standard = { title: name, url, site: outline.htmlUrl, language: outline.language }
  const own = ourFields.flatMap((field) => {
    const value = outline[`${prefix}:${field}`]
    return typeof value === 'string' ? [[field, decode(field, value)]] : []
  })
  const said = Object.entries(standard).filter(([, value]) => value !== undefined && value !== null)
  return {
    line,
    title: name,
    url,
    site: outline.htmlUrl ?? null,
    language: outline.language ?? null,
    folders,
    file,
    ours: own.length ? Object.fromEntries([...said, ...own]) : null,
  }
}

/** The lines on which outlines begin, in the order of the document. */
function outlineLines(text: string): number[] {
  const blank = (part: string) => part.replace(/[^\n]/g, ' ')
  const bare = text.replace(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>/g, blank)
  let [line, from] = [1, 0]
  return [...bare.matchAll(/<outline(?=[\s>])(?!\s*\/>)/gi)].map(({ index }) => {
    for (let i = from; i < index; i++) if (bare[i] === '\n') line += 1
    from = index
    return line
  })
}

/** A value as an attribute: plain text as it is; lists, and text that XML or a reader would change, as JSON. */
function encode(value: unknown): string {
  const isPlain =
    typeof value === 'string' &&
    value.trim() === value &&
    !/^["[]|<!|[^ -~\u00a1-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\u{10000}-\u{10ffff}]/u.test(value)
  if (isPlain) return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The value that an attribute stands for; what can't be one stays text and is refused by the schema of the lists. */
function decode(field: (typeof ourFields)[number], text: string): unknown {
  const isJson = /^["[]/.test(text) || ['official', 'enabled', 'maxAgeDays'].includes(field)
  if (!isJson) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
