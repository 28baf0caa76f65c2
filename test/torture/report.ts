import type { Disruption } from './disrupter.ts'
import type { Outcome } from './round.ts'

/** The closing report: a table with a column for each round, and what does not add up below it. */
export function report(outcomes: Outcome[]): string {
  const rows: [string, (outcome: Outcome) => string | number][] = [
    ['seed', ({ plan }) => plan.seed],
    ['minutes', ({ took }) => (took / 60_000).toFixed(1)],
    ['processes', ({ plan }) => plan.processes],
    ['killed', struck('kill')],
    ['paused past the lease', struck('pause')],
    ['jumps of the clock', struck('jump')],
    ['clock set back', struck('clock set back')],
    ['outages of the database', struck('outage of the database')],
    ['disk full', struck('full disk')],
    ['kinds of faults met', ({ figures }) => `${figures.met} of ${figures.ways}`],
    ['polls of feeds', ({ figures }) => figures.polls!],
    ['articles offered', ({ figures }) => figures.articles!],
    ['issues scheduled', ({ landings }) => landings],
    ['issues made', ({ figures }) => figures.issues!],
    ['mails to send', ({ figures }) => figures.mails!],
    ['  arrived', ({ figures }) => figures.arrived!],
    ['  refused, as told', ({ figures }) => figures.refusedMails!],
    ['  unknown, cut off by us', ({ figures }) => `${figures.unknownByUs} of ${figures.openAtStrikes} open`],
    [
      '  unknown, by the mail server',
      ({ figures }) => `${figures.unknownByThem} of ${figures.cutByThem} cut`,
    ],
    ['  lost', ({ figures }) => figures.lost!],
    ['  twice', ({ figures }) => figures.twice!],
    ['posts to send', ({ figures }) => figures.posts!],
    ['  stand in their channels', ({ figures }) => figures.standing!],
    ['  refused or out of date', ({ figures }) => figures.refusedPosts!],
    ['  unknown', ({ figures }) => `${figures.unknownPosts} of ${figures.mayBeUnknownPosts} at most`],
    ['  lost', ({ figures }) => figures.lostPosts!],
    ['  twice', ({ figures }) => figures.twicePosts!],
    ['left open at the end', ({ left, open }) => left.length + open],
    ['heap before, MB', megabytes('before', 'heapUsed')],
    ['heap after, MB', megabytes('after', 'heapUsed')],
    ['files and sockets before', descriptors('before')],
    ['files and sockets after', descriptors('after')],
    ['resident before, MB', megabytes('before', 'rss')],
    ['resident after, MB', megabytes('after', 'rss')],
  ]
  const cells = [
    ['', ...outcomes.map(({ plan }) => plan.name)],
    ...rows.map(([name, value]) => [name, ...outcomes.map((outcome) => String(value(outcome)))]),
  ]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  const table = cells.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('   ')
      .trimEnd(),
  )
  return `The torture run\n\n${table.join('\n')}\n\n${verdict(outcomes)}\n`
}

function struck(what: Disruption): (outcome: Outcome) => number {
  return ({ strikes }) => strikes.filter((strike) => strike.what === what).length
}

const notMeasured = 'not measured'

function megabytes(when: 'before' | 'after', what: 'heapUsed' | 'rss'): (outcome: Outcome) => string {
  return ({ memory }) => (memory ? (memory[when][what] / 2 ** 20).toFixed(1) : notMeasured)
}

function descriptors(when: 'before' | 'after'): (outcome: Outcome) => string {
  return ({ memory }) => (memory ? String(memory[when].descriptors) : notMeasured)
}

function verdict(outcomes: Outcome[]): string {
  const wrong = outcomes.flatMap(({ plan, books, left, crashes, unsaid }) =>
    Object.entries({
      ...books,
      'things left open': left,
      'processes that ended by themselves': crashes,
      'outages that were not told of': unsaid,
    })
      .filter(([, list]) => list.length > 0)
      .map(([name, list]) => `${plan.name}: ${list.length} ${name}`),
  )
  return wrong.length === 0 ? 'The books balance.' : `The books do not balance:\n${wrong.join('\n')}`
}
