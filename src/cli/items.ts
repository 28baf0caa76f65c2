import type { Command } from 'commander'
import type { Idea } from '../model/index.ts'
import { marks } from '../render/index.ts'
import { openToRead } from './existing-database.ts'
import { Failure } from './failure.ts'
import { legendLines } from './feeds-preview.ts'
import { print, printJsonLine, shortTime } from './output.ts'
import { config, readTime, wholeNumber } from './settings.ts'
import { loadWiki } from './wiring.ts'

export function addItems(program: Command): void {
  program
    .command('items')
    .summary('stored items with their labels')
    .description('Lists stored items with their labels, newest first.')
    .option('--since <time>', 'first seen since then: 2026-03-09, or 7d for the last seven days')
    .option('--idea <id>', 'only items of this idea')
    .option('--limit <n>', 'at most so many', wholeNumber)
    .option('--json', 'JSON Lines, one item a line')
    .action(async (options: { since?: string; idea?: string; limit?: number; json?: boolean }) => {
      const settings = config()
      if (options.idea !== undefined) mustBeIdea(options.idea, (await loadWiki(settings)).ideas)
      const store = await openToRead(settings)
      try {
        const items = await store.items.list({
          ...(options.since === undefined ? {} : { since: readTime(options.since, '--since') }),
          ...(options.idea === undefined ? {} : { idea: options.idea }),
          ...(options.limit ? { limit: options.limit } : {}),
        })
        if (items.length === 0 && !options.json) {
          const none = (await store.items.count()) === 0
          print(
            none
              ? 'No items are stored yet; npx freehold ingest --all reads the feeds.'
              : 'No stored item fits that.',
          )
        }
        for (const item of items) {
          if (options.json) {
            await printJsonLine({
              id: item.id,
              feed: item.feed,
              title: item.title,
              url: item.url,
              publishedAt: item.publishedAt === null ? null : new Date(item.publishedAt).toISOString(),
              firstSeenAt: new Date(item.firstSeenAt).toISOString(),
              kind: item.kind,
              language: item.language,
              baseline: item.baseline,
              labels: item.labels,
            })
            continue
          }
          const labels = item.labels.map((one) => `${marks[one.direction]} ${one.idea}`).join('  ')
          print(`${item.id}  ${shortTime(item.publishedAt ?? item.firstSeenAt)}  ${item.feed}  ${item.title}`)
          if (labels) print(`${' '.repeat(18)}${labels}`)
        }
        if (!options.json && items.some((item) => item.labels.length > 0))
          print(`\n${legendLines.join('\n')}`)
      } finally {
        await store.close()
      }
    })
}

function mustBeIdea(id: string, ideas: Idea[]): void {
  if (ideas.some((idea) => idea.id === id)) return
  const names = new Intl.ListFormat('en-GB').format(ideas.map((idea) => idea.id))
  throw new Failure(`There is no idea ${id}; the ideas are ${names}.`)
}
