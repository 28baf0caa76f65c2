import type { Command } from 'commander'
import { cancelSending, deliver, pauseSending, recorded, resumeSending, wasCancelled } from '../jobs/index.ts'
import { isCancelled, type Medium, media } from '../model/index.ts'
import { findIssue, userName, withWorkshop } from './digest-desk.ts'
import { Failure } from './failure.ts'
import { print, printJson } from './output.ts'
import { progressBar } from './progress.ts'
import type { Workshop } from './wiring.ts'

/** Commands by which a digest goes out, waits, or stops going out. */
export function addDigestSending(digest: Command): void {
  digest
    .command('send')
    .argument('[number]', 'issue number; the last one without it')
    .description(
      'Releases a digest, also one that waits for editors or is held, and sends what is due of it: to confirmed\n' +
        'subscribers and the configured channel. Running it again sends nothing twice. Messages whose outcome is unknown\n' +
        'go out again only with --resend-unknown.',
    )
    .option('--resend-unknown <medium>', `send again what is unknown: ${media.join(' or ')}`)
    .option('--json', 'print as JSON')
    .action((number: string | undefined, options: { resendUnknown?: string; json?: boolean }) =>
      withWorkshop(async ({ way }) => {
        const stored = await findIssue(way, number)
        if (isCancelled(stored)) throw new Failure(wasCancelled(stored.number))
        if (stored.paused !== null) {
          throw new Failure(
            `The sending of issue ${stored.number} is paused: ${stored.paused} freehold digest resume ${stored.number} lets it go on.`,
          )
        }
        const by = userName() ?? 'freehold digest send'
        const isNew = await way.store.digests.release(stored.number, way.now(), { by })
        // However old it is: this is the word that an old one waits for.
        if (!isNew) await way.store.digests.resume(stored.number, way.now())
        if (options.resendUnknown !== undefined) {
          const medium = options.resendUnknown as Medium
          if (!media.includes(medium)) throw new Failure(`--resend-unknown takes ${media.join(' or ')}.`)
          await way.store.deliveries.resendUnknown(stored.number, medium, way.now())
        }
        const bar = progressBar('Sending')
        const run = await recorded(
          way,
          'deliver',
          () => deliver(way, { progress: bar.update }),
          (report) => ({ ...report }),
        )
        bar.end()
        if (run === null)
          throw new Failure('The service is sending already; freehold digest list shows how far it is.')
        if ('failed' in run) throw new Failure(run.failed)
        const counts = await way.store.deliveries.counts(stored.number)
        if (options.json) printJson({ digest: stored.number, now: run.done, deliveries: counts })
        else {
          print(`Issue ${stored.number}: ${run.done.sent} messages went out now.`)
          for (const { medium, state, n } of counts) print(`  ${medium}: ${n} ${state}`)
          if (!counts.some(({ medium }) => medium === 'email'))
            print('  email: nobody is subscribed and confirmed')
          for (const line of await reasonsOf(way, stored.number)) print(`  ${line}`)
          if (!way.post.smtp && counts.some(({ medium }) => medium === 'email'))
            print('SMTP_URL is not set: mails were written to the outbox folder, not sent.')
          if (!way.post.discord && counts.some(({ medium }) => medium === 'discord'))
            print('DISCORD_TOKEN is not set: posts were written to the outbox folder, not sent.')
          if (counts.some(({ state }) => state === 'unknown')) {
            print(
              'The outcome of some is unknown: their body had begun to go out when the connection or the process ended.',
            )
            print('They are sent again only by your word: --resend-unknown email.')
          }
        }
        if (counts.some(({ state }) => state === 'failed' || state === 'unknown')) process.exitCode = 1
      }),
    )

  digest
    .command('pause')
    .argument('<number>', 'issue number')
    .argument('<reason...>', 'why')
    .description(
      'Stops the sending of a digest that has been released; freehold digest resume lets it go on.',
    )
    .action((given: string, reason: string[]) =>
      withWorkshop(async ({ way }) => {
        const { number } = await findIssue(way, given)
        const paused = await pauseSending(way, number, reason.join(' '))
        if ('fault' in paused) throw new Failure(paused.fault)
        print(
          `The sending of issue ${number} is paused: ${messages(paused.waiting)} waiting. freehold digest resume ${number} lets it go on.`,
        )
      }),
    )

  digest
    .command('resume')
    .argument('<number>', 'issue number')
    .description('Lets the sending of a paused digest go on, also of one that was paused for being old.')
    .action((given: string) =>
      withWorkshop(async ({ way }) => {
        const { number } = await findIssue(way, given)
        const resumed = await resumeSending(way, number)
        if ('fault' in resumed) throw new Failure(resumed.fault)
        print(
          `The sending of issue ${number} goes on: ${messages(resumed.waiting)} waiting. The service sends them, or freehold digest send ${number}.`,
        )
      }),
    )

  digest
    .command('cancel')
    .argument('<number>', 'issue number')
    .description(
      'Ends the sending of a digest: what has not gone out never will. The issue stays in the archive.',
    )
    .action((given: string) =>
      withWorkshop(async ({ way }) => {
        const { number } = await findIssue(way, given)
        const ended = await cancelSending(way, number)
        if ('fault' in ended) throw new Failure(ended.fault)
        const under = ended.goingOut > 0 ? ` ${messages(ended.goingOut)} going out just now.` : ''
        print(`The sending of issue ${number} has ended: ${messages(ended.cancelled)} cancelled.${under}`)
      }),
    )
}

/** `1 message is`, `12 messages are`. */
function messages(count: number): string {
  return `${count} ${count === 1 ? 'message is' : 'messages are'}`
}

/** Why messages of an issue are put off or failed, each reason once; the commonest first. */
async function reasonsOf(way: Workshop['way'], digest: number): Promise<string[]> {
  const troubled = [
    ...(await way.store.deliveries.list({ digest, state: 'deferred' })),
    ...(await way.store.deliveries.list({ digest, state: 'failed' })),
  ]
  const reasons = [...Map.groupBy(troubled, ({ state, error }) => `${state}: ${error}`)]
  return reasons
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, 5)
    .map(([reason, same]) => (same.length > 1 ? `${same.length} ${reason}` : reason))
}
