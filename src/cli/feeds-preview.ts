import { type Command, Option } from 'commander'
import { addressTyped, entryAt, followedAt } from '../feeds/index.ts'
import { type FeedPreview, findFeed } from '../jobs/index.ts'
import { type FeedKind, feedKinds } from '../model/index.ts'
import { legend, marks } from '../render/index.ts'
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
    .addOption(
      new Option(
        '--kind <kind>',
        'what sort of publisher it is, which the labels depend on; of a followed feed its entry tells',
      ).choices(feedKinds),
    )
    .option('--json', 'print as JSON')
    .action(async (url: string, options: { kind?: FeedKind; json?: boolean }) => {
      const settings = config()
      const { files } = await loadLists(settings)
      const { finder, close } = openFinder(settings)
      try {
        const kindOf = (address: string) => options.kind ?? entryAt(files, address)?.kind
        const found = await findFeed(finder, webAddress(url), kindOf)
        if (found.kind === 'none') throw new Failure(found.message)
        const followed = followedAt(files, found.url)
        if (options.json) printJson({ ...previewJson(found), followedAt: followed })
        else {
          print(previewText(found))
          print()
          const entry = entryAt(files, found.url)
          if (!entry) print(`It is not followed yet; npx freehold feeds add ${quoted(found.url)} does that.`)
          else if (entry.enabled) print(`It is followed already, as ${entry.title}, at ${followed}.`)
          else print(`It is listed already and switched off, as ${entry.title}, at ${followed}.`)
        }
      } finally {
        await close()
      }
    })
}

/** An address as people type it, with https:// where they left that out. Throws a Failure. */
export function webAddress(text: string): string {
  const url = addressTyped(text)
  if (url) return url.href
  throw new Failure(`${text.trim()} is not the address of a web page; it should begin with https://.`)
}

/** A word as a shell takes it. */
export function quoted(word: string): string {
  return /^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** What the marks of the directions mean, a line each. */
export const legendLines = legend.split(' · ')

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
  const judged = found.judgedAs
    ? `Judged as items of a publisher of the kind ${found.judgedAs}.`
    : 'Judged without a kind of publisher; --kind may change the labels.'
  return [
    found.title || '(a feed without a title)',
    found.url,
    `${facts.join(', ')}.`,
    '',
    ...items,
    ...(items.length
      ? [
          '',
          `${bearing} of these ${found.latest.length} ${bearing === 1 ? 'bears' : 'bear'} on an idea.`,
          judged,
          ...(bearing > 0 ? ['', ...legendLines] : []),
        ]
      : []),
    ...remarksOn(found).flatMap((remark) => ['', remark]),
    ...(found.others.length
      ? ['', 'The page names other feeds:', ...found.others.map((url) => `  ${url}`)]
      : []),
  ].join('\n')
}

/** What a curator should know of a feed before following it, a sentence each. */
function remarksOn(found: FeedPreview): string[] {
  const trouble = troubleOf(found)
  return [
    ...(trouble ? [trouble] : []),
    ...(found.movedFrom ? [`${found.movedFrom} has moved for good to ${found.url}.`] : []),
    ...(found.english || found.items === 0
      ? []
      : [`The built-in classifier reads English; of ${nameOf(found.language)} it says little.`]),
  ]
}

/** Why a feed is hardly worth following, as a sentence; null when all is well. */
export function troubleOf(found: FeedPreview): string | null {
  if (found.items === 0) return 'This feed is empty: it answers and holds no item.'
  return found.stale ? `Nothing new has come in this feed since ${dayOf(found.newestAt)}.` : null
}

/** `French items`; of a language that the feed does not tell, or tells wrongly, `items in another language`. */
function nameOf(language: string | null): string {
  const name = language && new Intl.DisplayNames('en', { type: 'language', fallback: 'none' }).of(language)
  return name && language !== 'en' ? `${name} items` : 'items in another language'
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
