import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { registrableDomain } from '../lib/domain/index.ts'
import { compileRule, neededText, type Problem, readCurated, readYaml } from '../lib/text/index.ts'
import { canonicalUrl, day, type Feed, feedKinds, hour, minute, textUses } from '../model/index.ts'

const webUrl = neededText.refine(
  (value) => /^https?:\/\//i.test(value) && URL.canParse(value),
  'must be an http(s) URL',
)

const rule = z.string('must be a word or a /pattern/; put it in quotes').superRefine((value, context) => {
  const compiled = compileRule(value)
  if (typeof compiled === 'string') context.addIssue(compiled)
})

function oneOf<const T extends readonly string[]>(words: T) {
  const all = words.join(', ')
  return z.enum(words, {
    error: ({ input }) =>
      input === undefined || input === null
        ? `is missing; it is one of ${all}`
        : `“${input}” is none of ${all}`,
  })
}

const languageFault = 'must be a language tag such as en or pt-BR'
const everyFault = 'must be a time such as 30m, 6h or 1d'

const entry = z
  .strictObject({
    id: neededText.regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case words joined by hyphens'),
    title: neededText.min(1, 'is empty'),
    url: webUrl,
    site: webUrl,
    publisher: neededText.min(1, 'is empty').optional(),
    kind: oneOf(feedKinds),
    language: z
      .string(languageFault)
      .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, languageFault)
      .optional(),
    official: z.boolean('must be true or false').default(true),
    textUse: oneOf(textUses).default('excerpt'),
    every: z
      .string(everyFault)
      .regex(/^[1-9]\d*[mhd]$/, everyFault)
      .optional(),
    keep: z.array(rule, 'must be a list of words or /patterns/').default([]),
    block: z.array(rule, 'must be a list of words or /patterns/').default([]),
    maxAgeDays: z.int('must be a whole number of days').positive('must be at least 1').optional(),
    enabled: z.boolean('must be true or false').default(true),
    reason: z.string().min(1, 'is empty').optional(),
  })
  .refine((feed) => feed.enabled || feed.reason, {
    path: ['enabled'],
    error: 'is false without a reason; say in `reason` why the feed is switched off',
  })

/** A feed list as its file holds it; feeds.schema.json says the same to editors. */
export const feedListSchema = z.strictObject(
  {
    group: neededText.min(1, 'is empty'),
    feeds: z.array(entry, 'is missing; it is the list of feeds'),
  },
  {
    error: ({ code }) =>
      code === 'invalid_type' ? 'is no feed list; it needs `group` and `feeds`' : undefined,
  },
)

/** An entry as its file holds it, with defaults filled in. */
export type FeedEntry = z.infer<typeof entry>

/** A file of the lists that is in order. */
export interface FeedFile {
  path: string
  /** How messages call it: `feeds/labs.yaml`. */
  file: string
  text: string
  group: string
  entries: FeedEntry[]
  /** The line (1-based) on which the i-th entry begins. */
  lineOf: (i: number) => number
}

/** The curated feeds, the files they stand in, and everything wrong with the files. */
export interface FeedLists {
  feeds: Feed[]
  files: FeedFile[]
  problems: Problem[]
  /** The files whose feeds are left out, and how many entries seem to stand in each; null where nobody can tell. */
  leftOut: { file: string; entries: number | null }[]
}

/** A file of the folder: what stands in it, or what is wrong with it, in words to stand behind its name. */
export type ListText = { name: string } & ({ text: string } | { wrong: string })

/**
 * The names of the lists in a folder (not in folders below it), in their order. Names that begin with a dot are no lists:
 * editors and file systems leave such beside the file that is being worked on.
 */
export async function listNames(dir: string): Promise<string[]> {
  return (await readdir(dir)).filter((name) => /^[^.].*\.ya?ml$/.test(name)).sort()
}

/** What stands in the lists of a folder; the code of the error when the folder can't be read. */
export async function readListTexts(dir: string): Promise<ListText[] | { error: string }> {
  try {
    const names = await listNames(dir)
    return await Promise.all(names.map(async (name) => ({ name, ...(await readCurated(dir, name)) })))
  } catch (error) {
    return { error: codeOf(error) }
  }
}

function codeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === undefined) throw error
  return code
}

/**
 * Reads every `*.yaml` of a folder, in the order of their names. A problem names file, line and field; the feeds of a
 * file with a problem are left out. `shown` is how the folder is called in messages.
 */
export async function readFeedLists(dir: string, shown = dir): Promise<FeedLists> {
  return feedListsIn(await readListTexts(dir), dir, shown)
}

/** The same of what was read before. */
export function feedListsIn(texts: ListText[] | { error: string }, dir: string, shown: string): FeedLists {
  const lists: FeedLists = { feeds: [], files: [], problems: [], leftOut: [] }
  const places = new Map<string, string>()
  if ('error' in texts) {
    const message = `the folder can't be read (${texts.error}); set FEEDS_DIR to the folder of the feed lists`
    return { ...lists, problems: [{ file: shown, line: 1, field: '', message }] }
  }
  for (const { name, ...read } of texts) {
    const file = join(shown, name)
    const path = join(dir, name)
    if ('wrong' in read) {
      lists.problems.push({ file, line: 1, field: '', message: read.wrong })
      lists.leftOut.push({ file, entries: null })
      continue
    }
    const { text } = read
    const checked = readYaml(text, { file, schema: feedListSchema, entries: 'feeds' })
    if ('problems' in checked) {
      lists.problems.push(...checked.problems)
      lists.leftOut.push({ file, entries: entriesSeen(text) })
      continue
    }
    const { group, feeds: entries } = checked.value
    const lineOf = (i: number) => checked.lineOf(['feeds', i, 'id'])
    lists.files.push({ path, file, text, group, entries, lineOf })
    for (const [i, raw] of entries.entries()) {
      const feed = { ...raw, group }
      for (const [field, key] of [
        ['id', `id ${feed.id}`],
        ['url', `url ${canonicalUrl(feed.url)}`],
      ] as const) {
        const line = checked.lineOf(['feeds', i, field])
        const first = places.get(key)
        if (first) {
          const message = `${feed[field]} is already in the list, at ${first}`
          lists.problems.push({
            file,
            line,
            field: `feeds.${i}.${field}`,
            message,
            where: `${feed.id}: ${field}`,
          })
        } else places.set(key, `${file}:${line}`)
      }
      lists.feeds.push({
        id: feed.id,
        title: feed.title,
        url: feed.url,
        site: feed.site,
        publisher: feed.publisher ?? registrableDomain(feed.site),
        kind: feed.kind,
        group: feed.group,
        language: feed.language ?? null,
        official: feed.official,
        textUse: feed.textUse,
        everyMs: feed.every ? durationOf(feed.every) : null,
        keep: feed.keep,
        block: feed.block,
        maxAgeDays: feed.maxAgeDays ?? null,
        enabled: feed.enabled,
        reason: feed.reason ?? null,
      })
    }
  }
  return lists
}

/** How many entries a text seems to have that can't be read as a list. */
function entriesSeen(text: string): number {
  return text.match(/^\s*(?:- +)?id:\s/gm)?.length ?? 0
}

/** `30m`, `6h`, `1d` in ms. */
export function durationOf(text: string): number {
  const unit = { m: minute, h: hour, d: day }[text.at(-1) as 'm' | 'h' | 'd']
  return Number.parseInt(text, 10) * unit
}
