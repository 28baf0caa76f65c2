import type { Command } from 'commander'
import { readFeedLists } from '../feeds/index.ts'
import { problemLine } from '../lib/text/index.ts'
import { addAdd, addRemove } from './feeds-edit.ts'
import { addExport, addImport } from './feeds-opml.ts'
import { addPreview } from './feeds-preview.ts'
import { addSuggestions } from './feeds-suggestions.ts'
import { print, printJson, shortTime, table } from './output.ts'
import { config } from './settings.ts'
import { loadFeeds, openDatabase, shown } from './wiring.ts'

export function addFeeds(program: Command): void {
  const feeds = program.command('feeds').summary('the curated lists').description('The curated feed lists.')
  feeds
    .command('list')
    .description('Lists the feeds, by group.')
    .option('--json', 'print as JSON')
    .action(async (options: { json?: boolean }) => {
      const all = await loadFeeds(config())
      if (options.json) {
        printJson(all)
        return
      }
      const rows = all.map((feed) => [
        feed.group,
        feed.id,
        feed.kind,
        feed.enabled ? feed.url : `off: ${feed.reason}`,
      ])
      print(table([['group', 'id', 'kind', 'url'], ...rows]))
    })
  feeds
    .command('check')
    .description(
      'Checks the lists without fetching anything: fields, ids, URLs, patterns; with file, line and field.',
    )
    .option('--json', 'print as JSON')
    .action(async (options: { json?: boolean }) => {
      const settings = config()
      const lists = await readFeedLists(settings.feedsDir, shown(settings, settings.feedsDir))
      if (options.json) printJson({ feeds: lists.feeds.length, problems: lists.problems })
      else if (lists.problems.length === 0) print(`${lists.feeds.length} feeds: all in order.`)
      else for (const problem of lists.problems) print(problemLine(problem))
      if (lists.problems.length) process.exitCode = 1
    })
  addPreview(feeds)
  addAdd(feeds)
  addRemove(feeds)
  addImport(feeds)
  addExport(feeds)
  feeds
    .command('health')
    .description('Shows when each feed was last read and what is wrong with those that fail.')
    .option('--json', 'print as JSON')
    .action(async (options: { json?: boolean }) => {
      const settings = config()
      const all = await loadFeeds(settings)
      const store = await openDatabase(settings)
      try {
        const states = new Map((await store.feedStates.all()).map((state) => [state.feed, state]))
        const health = all.map((feed) => {
          const state = states.get(feed.id)
          return {
            feed: feed.id,
            enabled: feed.enabled,
            lastSuccessAt: state?.lastSuccessAt ?? null,
            failures: state?.failures ?? 0,
            error: state?.lastError ?? null,
            nextPollAt: state?.nextPollAt ?? null,
          }
        })
        if (options.json) {
          printJson(health)
          return
        }
        const rows = health.map((one) => [one.feed, shortTime(one.lastSuccessAt), wordFor(one)])
        print(table([['feed', 'last read (UTC)', 'state'], ...rows]))
      } finally {
        await store.close()
      }
    })
  addSuggestions(feeds)
}

function wordFor(one: {
  enabled: boolean
  lastSuccessAt: number | null
  failures: number
  error: string | null
}): string {
  if (!one.enabled) return 'switched off'
  if (one.failures > 0)
    return `failed ${one.failures === 1 ? 'once' : `${one.failures} times in a row`}: ${one.error}`
  return one.lastSuccessAt === null ? 'not read yet' : 'fine'
}
