import { isIP } from 'node:net'
import { isPrivateAddress } from '../lib/http/index.ts'
import { readYaml } from '../lib/text/index.ts'
import { canonicalUrl, day, hour, minute } from '../model/index.ts'
import { changeEntry, dropEntry, type EntryChange, type ListEdit, type Refusal, withEdit } from './edit.ts'
import { durationOf, type FeedFile, type FeedLists, feedListSchema } from './lists.ts'

export const severities = ['error', 'warning', 'note'] as const
export type Severity = (typeof severities)[number]

/** What could be done about an entry. */
export type Suggestion = { remove: true } | { change: EntryChange }

/** Something that was noticed about the lists or a feed of theirs. */
export interface Finding {
  /** What it is, in a word: `gone`, `stale`, `http` … */
  kind: string
  /** The feed's id; null where it is about a file. */
  feed: string | null
  file: string
  /** 1-based. */
  line: number
  /** The field of the entry that it is about, or the path of one in the file; empty for a file. */
  field: string
  /** How people call the field of an entry that can't be read: `ai2: kind`. */
  where?: string
  severity: Severity
  /** A sentence. */
  message: string
  suggestion: Suggestion | null
}

/** A finding before it is known where in the files it belongs. */
export type UnplacedFinding = Omit<Finding, 'file' | 'line' | 'feed'>

/**
 * What can be noticed about the lists without fetching anything. What keeps them from being read, private hosts where
 * they are not allowed, are errors; plain http, entries for one thing and an `every` shorter than the time between two
 * looks (`looksEveryMs`) are warnings.
 */
export function checkLists(
  lists: FeedLists,
  options: { allowPrivate: boolean; looksEveryMs?: number },
): Finding[] {
  const found: Finding[] = lists.problems.map((problem) => ({
    kind: 'list',
    feed: null,
    file: problem.file,
    line: problem.line,
    field: problem.field,
    ...(problem.where === undefined ? {} : { where: problem.where }),
    severity: 'error',
    message: problem.message,
    suggestion: null,
  }))
  const seen = new Map<string, string>()
  for (const file of lists.files) {
    const lineOf = linesOfFields(file)
    for (const [i, entry] of file.entries.entries()) {
      const say = (field: string, severity: Severity, kind: string, message: string) =>
        found.push({
          ...{ kind, field, severity, message, suggestion: null },
          feed: entry.id,
          file: file.file,
          line: lineOf(i, field),
        })
      for (const field of ['url', 'site'] as const) {
        const { hostname } = new URL(entry[field])
        if (!options.allowPrivate && isPrivateHost(hostname)) {
          say(
            field,
            'error',
            'private',
            `${hostname} is a private host, which is not fetched from; remove the feed, or set ALLOW_PRIVATE_NETWORK=true if it is meant.`,
          )
        }
      }
      if (/^http:/i.test(entry.url)) {
        const better = entry.url.replace(/^http:/i, 'https:')
        say(
          'url',
          'warning',
          'http',
          `${entry.url} is plain http, which anybody on the way can read and change; use ${better} if it answers, as freehold feeds check --online tells.`,
        )
      }
      const { looksEveryMs } = options
      if (entry.every && looksEveryMs !== undefined && durationOf(entry.every) < looksEveryMs) {
        const looks = lengthOf(looksEveryMs)
        say(
          'every',
          'warning',
          'every',
          `It is to be read every ${entry.every}, but SCHEDULE_INGEST looks every ${looks} only; write every: ${looks}, or have that setting look more often.`,
        )
      }
      const key = `${canonicalUrl(entry.site)} ${entry.title.trim().toLowerCase()}`
      const first = seen.get(key)
      if (first) {
        say(
          'title',
          'warning',
          'twin',
          `A feed of this title and site stands already at ${first}; tell them apart.`,
        )
      } else seen.set(key, `${file.file}:${lineOf(i, 'title')}`)
    }
  }
  return found
}

/** `15m`, `6h`, `1d`, as entries write it. */
function lengthOf(ms: number): string {
  for (const [unit, letter] of [
    [day, 'd'],
    [hour, 'h'],
  ] as const) {
    if (ms % unit === 0) return `${ms / unit}${letter}`
  }
  return `${Math.ceil(ms / minute)}m`
}

/** Names that lead into a network of one's own. */
const ownNames = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa)$/i

/** True for a host that is not on the public internet by its very name. */
export function isPrivateHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (isIP(bare)) return isPrivateAddress(bare)
  return ownNames.test(bare) || !bare.includes('.')
}

/** The line (1-based) of a field of the i-th entry of a file; of the entry where it does not have the field. */
export function linesOfFields(file: FeedFile): (i: number, field: string) => number {
  const checked = readYaml(file.text, { file: file.file, schema: feedListSchema })
  return (i, field) => {
    const has = file.entries[i]?.[field as keyof (typeof file.entries)[number]] !== undefined
    return 'problems' in checked ? file.lineOf(i) : checked.lineOf(['feeds', i, has ? field : 'id'])
  }
}

/** The worst first, then in the order of the files. */
export function sortFindings(found: Finding[]): Finding[] {
  const rank = ({ severity }: Finding) => severities.indexOf(severity)
  const byPlace = (a: Finding, b: Finding) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1)
  return found.toSorted((a, b) => rank(a) - rank(b) || byPlace(a, b))
}

/** The change of the files that a suggestion stands for. */
export function editFor(files: FeedFile[], feed: string, suggestion: Suggestion): ListEdit | Refusal {
  return 'remove' in suggestion ? dropEntry(files, feed) : changeEntry(files, feed, suggestion.change)
}

/**
 * One change for each feed that errors and warnings suggest something for, made one after the other: a feed that is to go
 * goes, one that is to be switched off is not changed otherwise. What can't be done is a sentence.
 */
export function planEdits(
  files: FeedFile[],
  found: Finding[],
): { files: FeedFile[]; edits: { feed: string; edit: ListEdit }[]; refused: string[] } {
  const plan = { files, edits: [] as { feed: string; edit: ListEdit }[], refused: [] as string[] }
  const wanted = found.filter(({ severity, suggestion }) => severity !== 'note' && suggestion !== null)
  for (const [feed, all] of Map.groupBy(wanted, ({ feed }) => feed)) {
    if (feed === null) continue
    const edit = editFor(plan.files, feed, together(all.map(({ suggestion }) => suggestion!)))
    if (edit.kind === 'refused') plan.refused.push(edit.message)
    else {
      plan.files = withEdit(plan.files, edit)
      plan.edits.push({ feed, edit })
    }
  }
  return plan
}

function together(all: Suggestion[]): Suggestion {
  if (all.some((one) => 'remove' in one)) return { remove: true }
  const changes = all.flatMap((one) => ('change' in one ? [one.change] : []))
  return {
    change: changes.find(({ enabled }) => enabled === false) ?? Object.assign({}, ...changes.toReversed()),
  }
}
