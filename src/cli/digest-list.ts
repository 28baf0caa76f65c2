import type { Command } from 'commander'
import { isCancelled } from '../model/index.ts'
import type { StoredDigest } from '../store/index.ts'
import { withWorkshop } from './digest-desk.ts'
import { print, printJson, shortTime, table } from './output.ts'

export function addDigestList(digest: Command): void {
  digest
    .command('list')
    .description('Lists the digests, newest first: how far each is, and what became of its messages.')
    .option('--json', 'print as JSON')
    .action((options: { json?: boolean }) =>
      withWorkshop(async ({ way }) => {
        const all = await way.store.digests.list()
        const rows = await Promise.all(
          all.map(async (one) => ({ one, counts: await way.store.deliveries.counts(one.number) })),
        )
        if (options.json) {
          printJson(rows.map(({ one, counts }) => ({ ...summary(one), deliveries: counts })))
          return
        }
        if (rows.length === 0) {
          print('No digest has been made yet; freehold digest preview shows what the first would say.')
          return
        }
        const cells = rows.map(({ one, counts }) => [
          String(one.number),
          shortTime(one.since),
          shortTime(one.until),
          stateOf(one),
          counts.map(({ medium, state, n }) => `${medium} ${state} ${n}`).join(', '),
        ])
        print(table([['issue', 'since (UTC)', 'until (UTC)', 'state', 'messages'], ...cells]))
        for (const { one } of rows) {
          const why = one.releasedAt === null ? one.held : one.paused
          if (why !== null && !isCancelled(one)) print(`${one.number}: ${why}`)
        }
      }),
    )
}

function stateOf(issue: StoredDigest): string {
  const { releasedAt, held, paused, approveBy } = issue
  if (isCancelled(issue)) return 'cancelled'
  if (releasedAt !== null) return paused === null ? 'released' : 'paused'
  if (held !== null) return 'held'
  return approveBy === null ? 'not released' : `waits until ${shortTime(approveBy)}`
}

function summary(one: StoredDigest) {
  const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString())
  return {
    number: one.number,
    since: iso(one.since),
    until: iso(one.until),
    createdAt: iso(one.createdAt),
    releasedAt: iso(one.releasedAt),
    releasedBy: one.releasedBy,
    waitsUntil: one.releasedAt === null && one.held === null ? iso(one.approveBy) : null,
    held: one.held,
    paused: isCancelled(one) ? null : one.paused,
    cancelled: isCancelled(one),
    edits: one.edits,
    corrections: one.corrections,
    stories: one.digest.sections.reduce((n, section) => n + section.stories.length, 0),
  }
}
