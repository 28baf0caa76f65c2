import type { Command } from 'commander'
import { type FeedHealthReport, feedHealth } from '../jobs/index.ts'
import type { Condition } from '../model/index.ts'
import { openOrEmpty } from './existing-database.ts'
import { columns, hanging, print, printJson, table } from './output.ts'
import { config, wholeNumber } from './settings.ts'
import { loadFeeds } from './wiring.ts'

export function addHealth(feeds: Command): void {
  feeds
    .command('health')
    .description(
      'Shows which feeds need a hand, why and what to do, and what each brought: items read, given an idea, published in digests, told in alerts. What most needs a hand comes first.',
    )
    .option('--days <n>', 'count what they brought over so many days', wholeNumber, 90)
    .option('--json', 'print as JSON')
    .action(async (options: { days: number; json?: boolean }) => {
      const settings = config()
      const all = await loadFeeds(settings)
      const store = await openOrEmpty(settings)
      try {
        const found = await feedHealth({ store, feeds: all, now: Date.now }, options.days)
        const enabled = new Map(all.map((feed) => [feed.id, feed.enabled]))
        if (options.json) printJson(found.map((one) => healthJson(one, enabled.get(one.feed)!)))
        else print(healthText(found, options.days, columns()))
      } finally {
        await store.close()
      }
    })
}

function healthJson(one: FeedHealthReport, enabled: boolean): object {
  const { state, contribution, condition, needsHand, since, what, remedy } = one
  return {
    feed: one.feed,
    enabled,
    lastSuccessAt: state?.lastSuccessAt ?? null,
    failures: state?.failures ?? 0,
    error: state?.lastError ?? null,
    nextPollAt: state?.nextPollAt ?? null,
    ...{ condition, needsHand, since, what, remedy },
    newestAt: state?.newestAt ?? null,
    movedTo: state?.movedTo ?? null,
    ...contribution,
  }
}

const names: Record<Condition, string> = {
  gone: 'gone',
  broken: 'broken',
  moved: 'moved',
  stale: 'stale',
  barren: 'no use',
  putOff: 'put off',
  failing: 'fails',
  unread: 'unread',
  fine: '',
  off: 'off',
}

function nameOf({ condition, state }: FeedHealthReport): string {
  return condition === 'stale' && state?.itemsSeen === 0 ? 'empty' : names[condition]
}

/** The report for people, in lines of at most `width` columns. */
export function healthText(found: FeedHealthReport[], days: number, width: number): string {
  const followed = found.filter(({ condition }) => condition !== 'off')
  if (followed.length === 0) {
    return 'No feed is followed: the lists are empty, or all in them is switched off.'
  }
  if (followed.every(({ state }) => !state || (state.lastSuccessAt === null && state.failures === 0))) {
    return `None of the ${followed.length} feeds has been read yet; npx freehold ingest --all asks them now.`
  }
  const needs = followed.filter(({ needsHand }) => needsHand)
  const others = followed.filter(({ what, needsHand }) => !needsHand && what !== '')
  const doubtful = others.filter(({ remedy }) => remedy !== null)
  const waiting = others.filter(({ remedy }) => remedy === null)
  const head =
    needs.length === 0
      ? `None of the ${followed.length} feeds needs a hand.`
      : `${needs.length} of ${followed.length} feeds ${needs.length === 1 ? 'needs' : 'need'} a hand.`
  const tell = (one: FeedHealthReport) => [
    '',
    `${one.feed}: ${nameOf(one)}`,
    hanging(`  ${one.what}`, width, '  '),
    ...(one.remedy ? [hanging(`  → ${one.remedy}`, width, '    ')] : []),
  ]
  return [
    head,
    ...needs.flatMap(tell),
    ...(doubtful.length ? ['', `Worth a look, though it is early days, of ${doubtful.length} more:`] : []),
    ...doubtful.flatMap(tell),
    ...(waiting.length ? ['', `Nothing to be done yet about ${waiting.length} more:`] : []),
    ...waiting.flatMap(tell),
    '',
    `Brought in the last ${days === 1 ? 'day' : `${days} days`}: items read, given an idea, published, in alerts.`,
    '',
    broughtTable(found, width),
  ].join('\n')
}

const figures = ['read', 'idea', 'publ.', 'alerts']

function broughtTable(found: FeedHealthReport[], width: number): string {
  // What the other columns and the blanks between them take.
  const room = Math.max(16, width - 48)
  const rows = found.map((one) => {
    const {
      feed,
      state,
      contribution: { read, labelled, published, alerts },
    } = one
    return [
      [...feed].length > room ? `${[...feed].slice(0, room - 1).join('')}…` : feed,
      nameOf(one),
      state?.lastSuccessAt ? new Date(state.lastSuccessAt).toISOString().slice(0, 10) : '–',
      ...[read, labelled, published, alerts].map(String),
    ]
  })
  const all = [['feed', 'state', 'last read', ...figures], ...rows]
  const widest = figures.map((_, i) => Math.max(...all.map((row) => row[i + 3]!.length)))
  return table(all.map((row) => row.map((cell, i) => (i < 3 ? cell : cell.padStart(widest[i - 3]!)))))
}
