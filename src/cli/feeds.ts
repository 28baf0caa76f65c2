import type { Command } from 'commander'
import { addCheck } from './feeds-check.ts'
import { addAdd, addRemove } from './feeds-edit.ts'
import { addHealth } from './feeds-health.ts'
import { addExport, addImport } from './feeds-opml.ts'
import { addPreview } from './feeds-preview.ts'
import { addSuggestions } from './feeds-suggestions.ts'
import { print, printJson, table } from './output.ts'
import { config } from './settings.ts'
import { loadFeeds } from './wiring.ts'

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
  addCheck(feeds)
  addPreview(feeds)
  addAdd(feeds)
  addRemove(feeds)
  addImport(feeds)
  addExport(feeds)
  addHealth(feeds)
  addSuggestions(feeds)
}
