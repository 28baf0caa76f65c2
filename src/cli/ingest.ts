import type { Command } from 'commander'
import { classify, ingest, recorded } from '../jobs/index.ts'
import { Failure } from './failure.ts'
import { openLog } from './log.ts'
import { print, printJson, remark } from './output.ts'
import { progressBar } from './progress.ts'
import { config } from './settings.ts'
import { openWorkshop } from './wiring.ts'

export function addIngest(program: Command): void {
  program
    .command('ingest')
    .summary('poll the feeds that are due, once')
    .description(
      'Polls the feeds that are due once, stores what is new and classifies it.\n' +
        'A feed that fails is recorded and does not stop the others.',
    )
    .option('--all', 'poll every feed, due or not')
    .option('--feed <id>', 'poll this one feed, due or not')
    .option('--no-classify', 'leave the classifying to the classify job')
    .option('--json', 'print the report as JSON')
    .action(async (options: { all?: boolean; feed?: string; classify: boolean; json?: boolean }) => {
      const settings = config()
      const { way, close } = await openWorkshop(settings, { log: openLog(settings, 'command') })
      try {
        if (
          options.feed !== undefined &&
          !way.feeds.some((feed) => feed.id === options.feed && feed.enabled)
        ) {
          throw new Failure(`No enabled feed has the id ${options.feed}; freehold feeds list shows them.`)
        }
        const bar = progressBar('Reading feeds')
        const run = await recorded(
          way,
          'ingest',
          () => ingest(way, { ...pick(options), progress: bar.update }),
          ({ feeds, items }) => ({
            polled: feeds.due,
            failed: feeds.failed,
            new: items.new,
            updated: items.updated,
          }),
        )
        bar.end()
        if (run === null)
          throw new Failure('Another ingest is under way; freehold jobs list shows since when.')
        if ('failed' in run) throw new Failure(run.failed)
        const { outage, ...report } = run.done
        const judged = options.classify ? await classifyNew(way) : null
        if (options.json) {
          printJson(report)
          return
        }
        const { feeds, items } = report
        const asked =
          options.all || options.feed !== undefined
            ? `${feeds.due} of ${feeds.total} feeds were asked`
            : `${feeds.due} of ${feeds.total} feeds were due${feeds.due === 0 && feeds.total > 0 ? ', as each has its own rhythm (--all asks every one)' : ''}`
        print(
          feeds.due === 0
            ? `${asked}.`
            : `${asked}: ${feeds.fetched} read, ${feeds.notModified} unchanged, ${feeds.failed} failed.`,
        )
        if (feeds.total === 0) remark('The lists in FEEDS_DIR hold no feed that is switched on.')
        print(`${items.seen} items seen, ${items.new} of them new, ${items.updated} changed.`)
        if (judged) print(`${judged.judged} judged, ${judged.labelled} bear on an idea.`)
        if (outage)
          remark(
            'No feed could be reached: this machine seems to be off the network. Nothing is held against the feeds.',
          )
        else for (const { feed, error } of report.errors) remark(`  ${feed}: ${error}`)
      } finally {
        await close()
      }
    })
}

async function classifyNew(way: Awaited<ReturnType<typeof openWorkshop>>['way']) {
  const bar = progressBar('Classifying')
  try {
    return await classify(way, { progress: bar.update })
  } finally {
    bar.end()
  }
}

function pick({ all, feed }: { all?: boolean; feed?: string }) {
  return { ...(all ? { all } : {}), ...(feed === undefined ? {} : { feed }) }
}
