import { isDeepStrictEqual } from 'node:util'
import {
  applyEdit,
  changeFields,
  hunkOf,
  insertEntries,
  insertEntry,
  type LineEdit,
  likest,
  readYaml,
  removeEntry,
} from '../lib/text/index.ts'
import { canonicalUrl, type FeedKind, feedKinds } from '../model/index.ts'
import { type FeedEntry, type FeedFile, feedListSchema } from './lists.ts'

/** A change of one list file, worked out and not yet made. */
export interface ListEdit {
  kind: 'edit'
  path: string
  file: string
  /** The line (1-based) on which the change begins. */
  line: number
  /** The whole file as it is to be. */
  text: string
  /** The change as `git diff` shows it. */
  hunk: string
}

export interface Refusal {
  kind: 'refused'
  /** A sentence with the remedy. */
  message: string
  /** Something is to be said with an option, rather than wrong. */
  ask?: true
}

/** The file into which a feed goes, or what has to be said first. */
export type Placed = { kind: 'placed'; file: FeedFile } | Refusal

/** Puts an entry into a file, where its id belongs. */
export function addEntry(file: FeedFile, entry: FeedEntry): ListEdit | Refusal {
  const edit = insertEntry(file.text, 'feeds', indexFor(file, entry), fieldsOf(entry))
  if (typeof edit === 'string') return refused(`${file.file} was not changed. ${edit}`)
  return edited(file, edit, withEntries(file, [entry]))
}

/** A file's text with these entries as well, each where its id belongs. */
export function addEntries(file: FeedFile, entries: FeedEntry[]): { kind: 'text'; text: string } | Refusal {
  const sorted = entries.toSorted(byId)
  const inserts = sorted.map((entry) => ({ index: indexFor(file, entry), entry: fieldsOf(entry) }))
  const edits = insertEntries(file.text, 'feeds', inserts)
  if (typeof edits === 'string') return refused(`${file.file} was not changed. ${edits}`)
  const text = edits.reduce(applyEdit, file.text)
  const fault = faultOf(file, text, withEntries(file, sorted))
  return fault ?? { kind: 'text', text }
}

/** Takes the feed with this id out of the file that holds it. */
export function dropEntry(files: FeedFile[], id: string): ListEdit | Refusal {
  const found = holding(files, id)
  if ('kind' in found) return found
  const { file, index } = found
  const edit = removeEntry(file.text, 'feeds', index)
  if (typeof edit === 'string') return refused(`${file.file} was not changed. ${edit}`)
  return edited(file, edit, file.entries.toSpliced(index, 1))
}

/** Fields of an entry that can be changed by themselves. */
export type EntryChange = Partial<
  Pick<FeedEntry, 'url' | 'language' | 'textUse' | 'every' | 'enabled' | 'reason'>
>

/** Changes some fields of the feed with this id; an address that another feed has is refused. */
export function changeEntry(files: FeedFile[], id: string, change: EntryChange): ListEdit | Refusal {
  const found = holding(files, id)
  if ('kind' in found) return found
  const { file, index } = found
  const key = change.url === undefined ? null : canonicalUrl(change.url)
  const taken = placeOf(files, (one) => one.id !== id && key !== null && canonicalUrl(one.url) === key)
  if (taken) return refused(`${change.url} is followed already, at ${taken}.`)
  const edit = changeFields(file.text, 'feeds', index, change, fieldOrder)
  if (typeof edit === 'string') return refused(`${file.file} was not changed. ${edit}`)
  return edited(file, edit, file.entries.with(index, { ...file.entries[index]!, ...change }))
}

/** The files as they are once a change has been made. */
export function withEdit(files: FeedFile[], edit: ListEdit): FeedFile[] {
  return files.map((file) => {
    if (file.path !== edit.path) return file
    const checked = readYaml(edit.text, { file: file.file, schema: feedListSchema })
    if ('problems' in checked) throw new Error(`The change of ${file.file} does not give a feed list.`)
    const { value, lineOf } = checked
    return { ...file, text: edit.text, entries: value.feeds, lineOf: (i) => lineOf(['feeds', i, 'id']) }
  })
}

/** Where the same feed stands already, as a sentence; null when it is new. The URLs of feeds and of their sites count. */
export function standing(files: FeedFile[], entry: Pick<FeedEntry, 'id' | 'url' | 'site'>): string | null {
  const followed = followedAt(files, entry.url)
  if (followed) return `${entry.url} is followed already, at ${followed}.`
  const place = placeOf(files, (one) => one.id === entry.id)
  if (place) return `The id ${entry.id} is taken, at ${place}; choose another with --id.`
  const site = followedAt(files, entry.site)
  return site
    ? `${entry.site} is the site of a feed that is followed already, at ${site}; if this feed is another one, say with --site which page it belongs to.`
    : null
}

/** Where a feed or a site with this address stands, `feeds/labs.yaml:14`; null when none does. */
export function followedAt(files: FeedFile[], url: string): string | null {
  const key = canonicalUrl(url)
  const exact = placeOf(files, (one) => key !== null && canonicalUrl(one.url) === key)
  return exact ?? placeOf(files, hasAddress(url))
}

/** The entry of the feed with this address or, else, of one whose site has it; null when none does. */
export function entryAt(files: FeedFile[], url: string): FeedEntry | null {
  const entries = files.flatMap((file) => file.entries)
  const key = canonicalUrl(url)
  const exact = entries.find((one) => key !== null && canonicalUrl(one.url) === key)
  return exact ?? entries.find(hasAddress(url)) ?? null
}

function hasAddress(url: string): (entry: FeedEntry) => boolean {
  const key = canonicalUrl(url)
  return ({ url, site }) => key !== null && [url, site].some((its) => canonicalUrl(its) === key)
}

/**
 * Whether a suggested address means this feed: it is the feed's own, that of its site, or the bare host of either. Other
 * pages of the host may lead to other feeds.
 */
export function isMeantBy({ url, site }: Pick<FeedEntry, 'url' | 'site'>, suggested: string): boolean {
  const key = canonicalUrl(suggested)
  if (key === null) return false
  const hosts = [url, site].map((one) => URL.parse(one)?.origin ?? '')
  return [url, site, ...hosts].some((one) => canonicalUrl(one) === key)
}

/**
 * The file and the kind of a feed that is to be added, or one question for all that is missing. `command` is the command
 * without these two options; the question ends with an example of it that is whole and can be run.
 */
export function placeAndKind(
  files: FeedFile[],
  wish: { group?: string; kind?: FeedKind },
  command: string,
): { kind: 'ready'; file: FeedFile; publisher: FeedKind } | Refusal {
  const example = (file: FeedFile | undefined) =>
    file
      ? ` For example:\n${command} --group ${namesOf(file)[1]} --kind ${wish.kind ?? mainKind(file) ?? feedKinds[0]}`
      : ''
  const placed = placeFor(files, wish)
  if (placed.kind === 'placed') {
    const { file } = placed
    const publisher = kindFor(file, wish.kind)
    return typeof publisher === 'string'
      ? { kind: 'ready', file, publisher }
      : asked(publisher.message + example(file))
  }
  const fitting = files.find((file) => wish.kind !== undefined && mainKind(file) === wish.kind)
  const also = wish.kind === undefined ? ` ${kindQuestion}` : ''
  return asked(placed.message + also + example(fitting ?? files.find(mainKind) ?? files[0]))
}

/** The file of a group (by its name or the file's), else the one in which most feeds are of this kind. */
export function placeFor(files: FeedFile[], wish: { group?: string; kind?: FeedKind }): Placed {
  const groups = files.map(({ group }) => group).join(', ')
  if (wish.group !== undefined) {
    const key = wish.group.trim().toLowerCase()
    const file = files.find((one) => [one.group.toLowerCase(), ...namesOf(one)].includes(key))
    return file
      ? { kind: 'placed', file }
      : asked(`There is no group ${wish.group}; the groups are: ${groups}.`)
  }
  const fitting = files.filter((file) => wish.kind !== undefined && mainKind(file) === wish.kind)
  if (fitting.length === 1) return { kind: 'placed', file: fitting[0]! }
  const why = wish.kind === undefined ? '' : ` Feeds of the kind ${wish.kind} may stand in more than one.`
  return asked(`Say with --group where it belongs: ${groups}.${fitting.length > 1 ? why : ''}`)
}

/** The kind of a feed for a group: the one that was said, else the one that all of the group's feeds have. */
export function kindFor(file: FeedFile, said: FeedKind | undefined): FeedKind | Refusal {
  if (said) return said
  const kinds = new Set(file.entries.map(({ kind }) => kind))
  const [only] = kinds
  return only !== undefined && kinds.size === 1 ? only : asked(kindQuestion)
}

const kindQuestion = `Say with --kind what sort of publisher it is: ${feedKinds.join(', ')}.`

function mainKind({ entries }: FeedFile): FeedKind | undefined {
  return feedKinds.find((kind) => entries.filter((entry) => entry.kind === kind).length * 2 > entries.length)
}

function namesOf({ file }: FeedFile): string[] {
  const name = file.split(/[\\/]/).at(-1)!.toLowerCase()
  return [name, name.replace(/\.ya?ml$/, '')]
}

function placeOf(files: FeedFile[], is: (entry: FeedEntry) => boolean): string | null {
  for (const { file, entries, lineOf } of files) {
    const i = entries.findIndex(is)
    if (i >= 0) return `${file}:${lineOf(i)}`
  }
  return null
}

function holding(files: FeedFile[], id: string): { file: FeedFile; index: number } | Refusal {
  const file = files.find(({ entries }) => entries.some((entry) => entry.id === id))
  if (!file)
    return refused(`No feed has the id ${id}; npx freehold feeds list shows them.${nearest(files, id)}`)
  return { file, index: file.entries.findIndex((entry) => entry.id === id) }
}

function nearest(files: FeedFile[], id: string): string {
  const ids = files.flatMap(({ entries }) => entries.map((entry) => entry.id))
  const typed = likest(id, ids)
  const near = new Set([...(typed ? [typed] : []), ...ids.filter((one) => one.includes(id))])
  return near.size ? ` Did you mean ${[...near].slice(0, 3).join(' or ')}?` : ''
}

/** The fields to write, in the order of the files; what has its default is left out, but for `textUse`. */
export function fieldsOf(entry: FeedEntry): Record<string, unknown> {
  const { id, title, url, site, publisher, kind, language, official, textUse, every } = entry
  const { keep, block, maxAgeDays, enabled, reason } = entry
  const all = {
    ...{ id, title, url, site, publisher, kind, language },
    official: official ? undefined : false,
    ...{ textUse, every },
    keep: keep.length ? keep : undefined,
    block: block.length ? block : undefined,
    maxAgeDays,
    enabled: enabled ? undefined : false,
    reason,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** The fields of an entry in the order of the files. */
const fieldOrder = Object.keys(feedListSchema.shape.feeds.element.shape)

/** Before which entry of a file another one belongs. */
function indexFor({ entries }: FeedFile, { id }: FeedEntry): number {
  const after = entries.findIndex((one) => one.id > id)
  return after < 0 ? entries.length : after
}

/** The entries of a file with others put where they belong; these are sorted by id. */
function withEntries(file: FeedFile, added: FeedEntry[]): FeedEntry[] {
  return added.reduceRight((all, entry) => all.toSpliced(indexFor(file, entry), 0, entry), file.entries)
}

function byId(a: FeedEntry, b: FeedEntry): number {
  return a.id < b.id ? -1 : 1
}

/** The change, once the file has been read again and says just what it should. */
function edited(file: FeedFile, edit: LineEdit, entries: FeedEntry[]): ListEdit | Refusal {
  const text = applyEdit(file.text, edit)
  const line = edit.at + 1
  const hunk = hunkOf(file.text, edit, file.file)
  return faultOf(file, text, entries) ?? { kind: 'edit', path: file.path, file: file.file, line, text, hunk }
}

/** Why a text must not take the place of a file; null when it says just what it should. */
function faultOf(file: FeedFile, text: string, entries: FeedEntry[]): Refusal | null {
  const checked = readYaml(text, { file: file.file, schema: feedListSchema })
  if ('problems' in checked) {
    const [problem] = checked.problems
    return refused(`${file.file} was not changed: ${problem?.field} ${problem?.message}.`)
  }
  return isDeepStrictEqual(checked.value.feeds, entries)
    ? null
    : refused(
        `${file.file} was not changed: it is written in a way that can't be changed by lines; change it by hand.`,
      )
}

/** `The Dry Dock: News` → `the-dry-dock-news`; empty when no letter or digit of ASCII is in it. */
export function idFrom(title: string): string {
  return title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '')
}

function refused(message: string): Refusal {
  return { kind: 'refused', message }
}

function asked(message: string): Refusal {
  return { kind: 'refused', message, ask: true }
}
