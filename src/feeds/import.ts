import { join } from 'node:path'
import { yamlText } from '../lib/text/index.ts'
import { canonicalUrl, type FeedKind } from '../model/index.ts'
import { addEntries, followedAt, idFrom, kindFor, placeFor, type Refusal } from './edit.ts'
import { type FeedEntry, type FeedFile, feedListSchema } from './lists.ts'
import type { OpmlFeed } from './opml.ts'

/** What becomes of one outline. */
export interface ImportLine {
  /** Of the OPML file, 1-based. */
  line: number
  title: string
  url: string | null
  /** `refused` waits for a word of a person; `known` and `noFeed` need none. */
  outcome: 'added' | 'known' | 'noFeed' | 'refused'
  /** A predicate for people: `is followed already, at feeds/labs.yaml:14`. */
  message: string
  /** Of what is added. */
  id?: string
  file?: string
}

/** What an import would do; nothing of it is done yet. */
export interface ImportPlan {
  kind: 'plan'
  lines: ImportLine[]
  /** The files that change or come into being, whole. */
  files: { path: string; file: string; text: string; isNew: boolean }[]
}

export interface ImportWish {
  group?: string
  kind?: FeedKind
  /** The folder of the lists, and how messages call it. */
  dir: string
  shown: string
  /** What was found of feeds that were looked at, by URL: what is wrong, as a predicate, or the language they are in. */
  looked?: Map<string, { wrong: string } | { wrong: null; language: string | null }>
}

/**
 * Works out where the feeds of an OPML file go: into the group that is wished for or in whose folder they stand, else where
 * most feeds are of their kind. A folder that is no group yet becomes one, in a file of its own. Our own export comes back
 * as it went.
 */
export function planImport(files: FeedFile[], feeds: OpmlFeed[], wish: ImportWish): ImportPlan | Refusal {
  const shelf = files.map((file) => ({ file, added: [] as FeedEntry[], isNew: false }))
  const ids = new Set(files.flatMap(({ entries }) => entries.map(({ id }) => id)))
  const taken = new Map<string, number>()
  const lines = feeds.map((feed): ImportLine => {
    const say = (outcome: ImportLine['outcome'], message: string) => ({
      line: feed.line,
      title: feed.title,
      url: feed.url,
      outcome,
      message,
    })
    if (feed.url === null) return say('noFeed', 'is no feed: it has no xmlUrl')
    const key = canonicalUrl(feed.url)
    if (key === null) return say('noFeed', 'is no feed: its xmlUrl is not an http(s) address')
    const looked = wish.looked?.get(feed.url)
    if (looked && looked.wrong !== null) return say('noFeed', looked.wrong)
    const followed = followedAt(files, feed.url)
    if (followed) return say('known', `is followed already, at ${followed}`)
    const before = taken.get(key)
    if (before) return say('known', `stands on line ${before} already`)

    const group = wish.group ?? feed.folders.findLast((name) => find(shelf, name)) ?? feed.folders.at(-1)
    let place = group === undefined ? null : find(shelf, group)
    if (!place && group === undefined) {
      const placed = placeFor(files, wish.kind ? { kind: wish.kind } : {})
      if (placed.kind === 'refused') return say('refused', `stands in no folder. ${placed.message}`)
      place = shelf.find(({ file }) => file === placed.file)!
    }
    const target = place ?? { file: newFile(shelf, group!, feed.file, wish), added: [], isNew: true }
    const kind = feed.ours?.kind ?? kindFor(target.file, wish.kind)
    if (typeof kind === 'object') return say('refused', `has no kind. ${(kind as Refusal).message}`)
    const told = { ...feed, language: feed.language ?? looked?.language ?? null }
    const checked = feedListSchema.safeParse({ group: 'A', feeds: [rawEntry(told, kind, ids)] })
    if (!checked.success) {
      const [issue] = checked.error.issues
      return say('refused', `can't be an entry: ${issue?.path.slice(2).join('.')} ${issue?.message}`)
    }
    const entry = checked.data.feeds[0]!
    if (ids.has(entry.id)) return say('refused', `has the id ${entry.id}, which another feed has`)
    if (!place) shelf.push(target)
    ids.add(entry.id)
    taken.set(key, feed.line)
    target.added.push(entry)
    return {
      ...say('added', `goes to ${target.file.file} as ${entry.id}`),
      id: entry.id,
      file: target.file.file,
    }
  })
  const changed: ImportPlan['files'] = []
  for (const { file, added, isNew } of shelf.filter(({ added }) => added.length > 0)) {
    const after = addEntries(file, added)
    if (after.kind === 'refused') return after
    changed.push({ path: file.path, file: file.file, text: after.text, isNew })
  }
  return { kind: 'plan', lines, files: changed }
}

function find<T extends { file: FeedFile }>(shelf: T[], group: string): T | null {
  const placed = placeFor(
    shelf.map(({ file }) => file),
    { group },
  )
  return placed.kind === 'placed' ? shelf.find(({ file }) => file === placed.file)! : null
}

/** What the schema of the lists is to judge. */
function rawEntry(feed: OpmlFeed, kind: unknown, ids: Set<string>): Record<string, unknown> {
  const url = feed.url!
  const site = feed.site && canonicalUrl(feed.site) ? feed.site : `${new URL(url).origin}/`
  const title = feed.title || new URL(url).hostname
  const language = feed.language?.trim().split(/[-_]/)[0]?.toLowerCase()
  const standard = {
    title,
    url,
    site,
    kind,
    ...(language && /^[a-z]{2,3}$/.test(language) ? { language } : {}),
  }
  if (feed.ours) return { ...standard, id: freeId(title, url, ids), ...feed.ours }
  return { ...standard, id: freeId(title, url, ids), textUse: 'excerpt' }
}

/** An id made of the title, or of the host where the title is in another script; numbered when it is taken. */
function freeId(title: string, url: string, ids: Set<string>): string {
  const base = idFrom(title) || idFrom(new URL(url).hostname.replace(/^www\./, '')) || 'feed'
  if (!ids.has(base)) return base
  let n = 2
  while (ids.has(`${base}-${n}`)) n += 1
  return `${base}-${n}`
}

function newFile(
  shelf: { file: FeedFile }[],
  group: string,
  wished: string | null,
  { dir, shown }: ImportWish,
): FeedFile {
  const names = new Set(shelf.map(({ file }) => file.file))
  const isFree = (name: string) => !names.has(join(shown, name))
  const base = idFrom(group) || 'feeds'
  let name = wished && /^[a-z0-9][\w-]*\.ya?ml$/i.test(wished) ? wished : `${base}.yaml`
  for (let n = 2; !isFree(name); n++) name = `${base}-${n}.yaml`
  const text = `# yaml-language-server: $schema=./feeds.schema.json\n${yamlText({ group })}\nfeeds: []\n`
  return { path: join(dir, name), file: join(shown, name), text, group, entries: [], lineOf: () => 1 }
}
