import type { Command } from 'commander'
import { followedAt } from '../feeds/index.ts'
import { type FeedPreview, findFeed } from '../jobs/index.ts'
import { marks } from '../render/index.ts'
import { Failure } from './failure.ts'
import { print, printJson } from './output.ts'
import { config } from './settings.ts'
import { loadLists, openFinder } from './wiring.ts'

export function addPreview(feeds: Command): void {
  feeds
    .command('preview')
    .argument('<url>', 'of the feed, or of any page that has one')
    .description(
      'Finds the feed behind a page and shows it: its title, its rhythm, its last ten items with the labels they would get. Stores nothing.',
    )
    .option('--json', 'print as JSON')
    .action(async (url: string, options: { json?: boolean }) => {
      const settings = config()
      const { files } = await loadLists(settings)
      const { finder, close } = openFinder(settings)
      try {
        const found = await findFeed(finder, webAddress(url))
        if (found.kind === 'none') throw new Failure(found.message)
        const followed = followedAt(files, found.url)
        if (options.json) printJson({ ...previewJson(found), followedAt: followed })
        else {
          print(previewText(found))
          print()
          print(
            followed
              ? `It is followed already, at ${followed}.`
              : `It is not followed yet; freehold feeds add ${found.url} does that.`,
          )
        }
      } finally {
        await close()
      }
    })
}

/** An address as people type it, with https:// where they left that out. Throws a Failure. */
export function webAddress(text: string): string {
  const typed = text.trim()
  const url = URL.parse(
    /^[a-z][a-z\d+.-]*:/i.test(typed) && !/^[\w.-]+:\d/.test(typed) ? typed : `https://${typed}`,
  )
  if (url && (url.protocol === 'https:' || url.protocol === 'http:')) return url.href
  throw new Failure(`${typed} is not the address of a web page; it should begin with https://.`)
}

/** A preview for people. */
export function previewText(found: FeedPreview): string {
  const facts = [
    found.format,
    found.language ?? 'language unknown',
    rhythm(found),
    `${found.items} ${found.items === 1 ? 'item' : 'items'}`,
  ]
  const indent = ' '.repeat(12)
  const items = found.latest.flatMap((item) => {
    const labels = item.labels.map((one) => `${marks[one.direction]} ${one.idea}`)
    return [
      `${dayOf(item.publishedAt)}  ${item.title}`,
      ...(labels.length ? [indent + labels.join('  ')] : []),
    ]
  })
  const bearing = found.latest.filter(({ labels }) => labels.length > 0).length
  return [
    found.title || '(a feed without a title)',
    found.url,
    `${facts.join(', ')}.`,
    '',
    ...(items.length ? items : ['It is empty.']),
    ...(items.length
      ? ['', `${bearing} of these ${found.latest.length} ${bearing === 1 ? 'bears' : 'bear'} on an idea.`]
      : []),
    ...(found.others.length
      ? ['', 'The page names other feeds:', ...found.others.map((url) => `  ${url}`)]
      : []),
  ].join('\n')
}

/** A preview for programs; times as ISO. */
export function previewJson({ kind: _, ...found }: FeedPreview): object {
  const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString())
  return {
    ...found,
    newestAt: iso(found.newestAt),
    latest: found.latest.map((item) => ({ ...item, publishedAt: iso(item.publishedAt) })),
  }
}

function rhythm({ perWeek, newestAt }: FeedPreview): string {
  const newest = newestAt === null ? 'no dates' : `the newest of ${dayOf(newestAt)}`
  if (perWeek === null) return newest
  const often =
    perWeek >= 1
      ? `about ${perWeek >= 10 ? Math.round(perWeek) : perWeek} a week`
      : perWeek >= 0.2
        ? `about ${Math.max(1, Math.round(perWeek * 4.35))} a month`
        : 'less than one a month'
  return `${often}, ${newest}`
}

function dayOf(time: number | null): string {
  return time === null ? 'no date   ' : new Date(time).toISOString().slice(0, 10)
}
