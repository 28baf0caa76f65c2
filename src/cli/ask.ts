import type { Command } from 'commander'
import { readFeedLists } from '../feeds/index.ts'
import { ask } from '../jobs/index.ts'
import type { Answer } from '../model/index.ts'
import { openOrEmpty } from './existing-database.ts'
import { Failure } from './failure.ts'
import { columns, print, printJson, shortTime, table } from './output.ts'
import { config } from './settings.ts'
import { loadWiki, openAsker, openDatabase } from './wiring.ts'

export function addAsk(program: Command): void {
  program
    .command('ask')
    .argument('[question...]', 'a question about the wiki or about recent news')
    .summary('an answer grounded in the wiki')
    .description(
      'Answers from the wiki, with its sources, and shows stored items that bear on it; says so when the wiki does not\n' +
        'cover the question, and notes the gap.',
    )
    .option('--gaps', 'list what was asked in vain, most often first')
    .option('--json', 'print as JSON')
    .action(async (words: string[], options: { gaps?: boolean; json?: boolean }) => {
      const settings = config()
      const store = await (options.gaps ? openOrEmpty(settings) : openDatabase(settings))
      try {
        if (options.gaps) {
          const found = await store.gaps.list()
          if (options.json) printJson(found)
          else if (found.length === 0) print('Nothing has been asked in vain yet.')
          else {
            const rows = found.map(({ question, times, lastAskedAt }) => [
              String(times),
              shortTime(lastAskedAt),
              question,
            ])
            print(table([['times', 'last (UTC)', 'question'], ...rows]))
          }
          return
        }
        const question = words.join(' ').trim()
        if (question === '') throw new Failure('Ask something: freehold ask "What is cheap space?"')
        const { pages, ideas } = await loadWiki(settings)
        const asker = await openAsker(settings, pages, ideas)
        // Only by their names are they asked about here: lists with faults keep nobody from asking.
        const { feeds } = await readFeedLists(settings.feedsDir)
        const answer = await ask({ store, feeds, now: Date.now }, asker, question)
        if (options.json) printJson(answer)
        else show(answer)
      } finally {
        await store.close()
      }
    })
}

function show(answer: Answer): void {
  print(folded(answer.answer))
  for (const [i, { title, section, url }] of answer.citations.entries()) {
    print(`${i === 0 ? '\n' : ''}[${i + 1}] ${section ? `${title} › ${section}` : title}\n    ${url}`)
  }
  if (answer.items.length > 0 && answer.kind !== 'news') {
    print('\nIn the news')
    for (const { title, url, direction, publishedAt } of answer.items) {
      print(`${direction} · ${publishedAt ? publishedAt.slice(0, 10) : 'no date'} · ${title}\n    ${url}`)
    }
  }
  if (answer.answered && answer.concepts.length > 0) {
    print(`\nSee also: ${answer.concepts.map(({ title }) => title).join(', ')}`)
  }
}

/** Breaks lines at blanks so that they fit the terminal. */
function folded(text: string): string {
  const width = Math.min(columns(), 80)
  return text
    .split('\n')
    .map((line) => line.replace(new RegExp(`(.{1,${width}})(?:\\s+|$)`, 'g'), '$1\n').trimEnd())
    .join('\n')
}
