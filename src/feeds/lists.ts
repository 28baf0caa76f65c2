import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Problem, readYaml } from '../lib/text/index.ts'
import { canonicalUrl, day, type Feed, feedKinds, hour, minute, textUses } from '../model/index.ts'

const webUrl = z
  .string('is missing')
  .refine((value) => /^https?:\/\//i.test(value) && URL.canParse(value), 'must be an http(s) URL')

const word = z
  .string()
  .min(1, 'is empty')
  .refine((value) => !(value.length > 2 && value.startsWith('/')) || patternFault(value) === null, {
    error: (issue) => patternFault(String(issue.input)) ?? 'is no pattern',
  })

const entry = z
  .strictObject({
    id: z.string('is missing').regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case words joined by hyphens'),
    title: z.string('is missing').min(1, 'is empty'),
    url: webUrl,
    site: webUrl,
    kind: z.enum(feedKinds, `must be one of ${feedKinds.join(', ')}`),
    language: z
      .string()
      .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag such as en or pt-BR')
      .optional(),
    official: z.boolean('must be true or false').default(true),
    textUse: z.enum(textUses, `must be one of ${textUses.join(', ')}`).default('excerpt'),
    every: z
      .string()
      .regex(/^[1-9]\d*[mhd]$/, 'must be a time such as 30m, 6h or 1d')
      .optional(),
    keep: z.array(word).default([]),
    block: z.array(word).default([]),
    maxAgeDays: z.int('must be a whole number of days').positive('must be at least 1').optional(),
    enabled: z.boolean('must be true or false').default(true),
    reason: z.string().min(1, 'is empty').optional(),
  })
  .refine((feed) => feed.enabled || feed.reason, {
    path: ['enabled'],
    error: 'is false without a reason; say in `reason` why the feed is switched off',
  })

const list = z.strictObject({
  group: z.string('is missing').min(1, 'is empty'),
  feeds: z.array(entry, 'is missing; it is the list of feeds'),
})

/** The curated feeds, and everything wrong with the files. */
export interface FeedLists {
  feeds: Feed[]
  problems: Problem[]
}

/**
 * Reads every `*.yaml` of a folder (not of folders below it), in the order of their names. A problem names file, line
 * and field; the feeds of a file with a problem are left out. `shown` is how the folder is called in messages.
 */
export async function readFeedLists(dir: string, shown = dir): Promise<FeedLists> {
  const lists: FeedLists = { feeds: [], problems: [] }
  const places = new Map<string, string>()
  let names: string[]
  try {
    names = (await readdir(dir)).filter((name) => /\.ya?ml$/.test(name)).sort()
  } catch (error) {
    const message = `the folder can't be read (${(error as NodeJS.ErrnoException).code}); set FEEDS_DIR to the folder of the feed lists`
    return { feeds: [], problems: [{ file: shown, line: 1, field: '', message }] }
  }
  for (const name of names) {
    const file = join(shown, name)
    const checked = readYaml(await readFile(join(dir, name), 'utf8'), { file, schema: list })
    if ('problems' in checked) {
      lists.problems.push(...checked.problems)
      continue
    }
    for (const [i, raw] of checked.value.feeds.entries()) {
      const feed = { ...raw, group: checked.value.group }
      for (const [field, key] of [
        ['id', `id ${feed.id}`],
        ['url', `url ${canonicalUrl(feed.url)}`],
      ] as const) {
        const line = checked.lineOf(['feeds', i, field])
        const first = places.get(key)
        if (first) {
          const message = `${feed[field]} is already in the list, at ${first}`
          lists.problems.push({ file, line, field: `feeds.${i}.${field}`, message })
        } else places.set(key, `${file}:${line}`)
      }
      lists.feeds.push({
        id: feed.id,
        title: feed.title,
        url: feed.url,
        site: feed.site,
        kind: feed.kind,
        group: feed.group,
        language: feed.language ?? null,
        official: feed.official,
        textUse: feed.textUse,
        everyMs: feed.every ? duration(feed.every) : null,
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

/** `30m`, `6h`, `1d` in ms. */
function duration(text: string): number {
  const unit = { m: minute, h: hour, d: day }[text.at(-1) as 'm' | 'h' | 'd']
  return Number.parseInt(text, 10) * unit
}

function patternFault(value: string): string | null {
  if (!value.startsWith('/')) return null
  const end = value.lastIndexOf('/')
  if (end === 0) return 'begins with / and has no closing /; patterns are written /like this/'
  try {
    new RegExp(value.slice(1, end), 'iu')
    return null
  } catch (error) {
    return `is no pattern: ${(error as Error).message}`
  }
}
