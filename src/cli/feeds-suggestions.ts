import { type Command, Option } from 'commander'
import { entryAt, type FeedEntry, type FeedFile, isMeantBy } from '../feeds/index.ts'
import { canonicalUrl } from '../model/index.ts'
import type { Store, Suggestion } from '../store/index.ts'
import { openOrEmpty } from './existing-database.ts'
import { Failure } from './failure.ts'
import { type AddOptions, addOne, withAddOptions } from './feeds-edit.ts'
import { quoted, webAddress } from './feeds-preview.ts'
import { print, printJson, shortTime, table } from './output.ts'
import { config } from './settings.ts'
import { loadLists, openFinder } from './wiring.ts'

interface Options extends AddOptions {
  accept?: string
  dismiss?: string
}

export function addSuggestions(feeds: Command): void {
  const command = feeds
    .command('suggestions')
    .description(
      'Lists the feeds that readers suggested in Discord or on the web, most often suggested first, with what they said of them; accepts one, which is feeds add, or dismisses it.',
    )
    .option('--accept <url>', 'add this one to the lists, with the options of feeds add')
    .addOption(new Option('--dismiss <url>', 'forget this one').conflicts('accept'))
  withAddOptions(command).action(async (options: Options) => {
    const settings = config()
    const store = await openOrEmpty(settings)
    try {
      if (options.accept !== undefined) await accept(store, options.accept, options)
      else if (options.dismiss !== undefined) await dismiss(store, options.dismiss, options)
      else await list(store, options)
    } finally {
      await store.close()
    }
  })
}

async function list(store: Store, options: Options): Promise<void> {
  const { files } = await loadLists(config())
  const all = (await store.suggestions.list()).map((one) => ({ ...one, listed: listedAs(files, one.url) }))
  if (options.json)
    printJson(all.map(({ listed, ...one }) => ({ ...one, followedAs: listed?.title ?? null })))
  else if (all.length === 0)
    print('No feed is suggested; /suggest-feed in Discord and the page /suggest on the web do it.')
  else {
    const rows = all.map((one) => [String(one.times), cameFrom(one), shortTime(one.lastAt), one.url])
    const [head, ...lines] = table([['times', 'from', 'last (UTC)', 'url'], ...rows]).split('\n')
    print(head)
    for (const [i, { notes, listed }] of all.entries()) {
      print(lines[i])
      if (listed) print(`       ${standingOf(listed)}`)
      for (const note of notes) print(`       “${note}”`)
    }
  }
}

/** The entry that a suggestion means; null when it would be a new one. */
function listedAs(files: FeedFile[], url: string): FeedEntry | null {
  const entries = files.flatMap((file) => file.entries)
  return entryAt(files, url) ?? entries.find((entry) => isMeantBy(entry, url)) ?? null
}

function standingOf({ title, enabled }: FeedEntry): string {
  return enabled ? `followed already as ${title}` : `listed already as ${title}, switched off`
}

function cameFrom({ from: { discord, web } }: Suggestion): string {
  if (web === 0) return 'Discord'
  return discord === 0 ? 'web' : `Discord ${discord}, web ${web}`
}

async function accept(store: Store, typed: string, options: Options): Promise<void> {
  const settings = config()
  const { key, url } = await suggested(store, typed)
  const { files } = await loadLists(settings)
  const { finder, close } = openFinder(settings)
  const command = `npx freehold feeds suggestions --accept ${quoted(url)}`
  try {
    const { entry, page } = await addOne(finder, files, url, options, command)
    if (options.dryRun) return
    await store.suggestions.forget(key)
    await forgetTwins(store, entry, page, options)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const dismissal = `npx freehold feeds suggestions --dismiss ${quoted(url)}`
    throw new Failure(`${error.message} ${dismissal} takes the suggestion off.`)
  } finally {
    await close()
  }
}

/** Takes off the suggestions that mean the feed that was added just now, too. */
async function forgetTwins(store: Store, entry: FeedEntry, page: string, options: Options): Promise<void> {
  const all = await store.suggestions.list()
  const twins = all.filter(({ url }) => isMeantBy(entry, url) || keyOf(url) === keyOf(page))
  for (const { url } of twins) {
    await store.suggestions.forget(keyOf(url))
    if (!options.json) print(`The suggestion ${url} means the same feed and is off the list, too.`)
  }
}

async function dismiss(store: Store, typed: string, options: Options): Promise<void> {
  const { key, url } = await suggested(store, typed)
  if (!options.dryRun) await store.suggestions.forget(key)
  if (options.json) printJson({ dismissed: url, written: !options.dryRun })
  else print(`${url} ${options.dryRun ? 'would be' : 'is'} dismissed.`)
}

/** The suggestion that is meant, in whatever form of its address. Throws a Failure when there is none. */
async function suggested(store: Store, typed: string): Promise<{ key: string; url: string }> {
  const key = keyOf(webAddress(typed))
  const found = (await store.suggestions.list()).find(({ url }) => keyOf(url) === key)
  if (found) return { key, url: found.url }
  throw new Failure(`${typed} has not been suggested; npx freehold feeds suggestions lists what has.`)
}

function keyOf(url: string): string {
  return canonicalUrl(url) ?? url
}
