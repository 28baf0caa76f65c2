import { buffer } from 'node:stream/consumers'
import type { Command } from 'commander'
import { splitMbox } from '../deliver/index.ts'
import { type Taken, takeMaildir, takeReturn } from '../jobs/index.ts'
import { mustExist } from './existing-database.ts'
import { Failure } from './failure.ts'
import { openLog } from './log.ts'
import { print, printJsonLine } from './output.ts'
import { config } from './settings.ts'
import { openWorkshop, type Workshop } from './wiring.ts'

interface Options {
  maildir?: string
  webhook?: boolean
  mbox?: boolean
  json?: boolean
}

export function addBounces(program: Command): void {
  program
    .command('bounces')
    .summary('take in bounces, complaints and wishes to leave')
    .description(
      'Takes in mails that came back: bounces (RFC 3464), complaints (ARF) and wishes to leave. Reads one message from\n' +
        'stdin, as mail servers pipe it; or a folder or file of many. Each message counts once, however often it is read.',
    )
    .option('--maildir <dir>', 'read the new messages of a Maildir and mark them as seen')
    .option('--webhook', 'print the address to post such mails to, for servers that hand them over by HTTP')
    .option('--mbox', 'stdin is an mbox of many messages')
    .option('--json', 'JSON Lines, one message a line')
    .action(async (options: Options) => {
      const settings = config()
      // An address that a secret made on the spot has signed would be of no use with the database that is meant.
      if (options.webhook) mustExist(settings)
      const workshop = await openWorkshop(settings, { log: openLog(settings, 'command') })
      try {
        if (options.webhook) {
          const { publicUrl, signer } = workshop.way.post
          print(`${publicUrl}/returns/${signer.token('returns', 'mail')}`)
          return
        }
        for await (const taken of takeAll(workshop, options)) {
          if (options.json) await printJsonLine(taken)
          else print(`${taken.kind}: ${taken.did}. ${taken.note}`)
        }
      } finally {
        await workshop.close()
      }
    })
}

async function* takeAll(
  { way }: Workshop,
  { maildir, mbox }: { maildir?: string; mbox?: boolean },
): AsyncGenerator<Taken> {
  if (maildir !== undefined) {
    yield* takeMaildir(way, maildir)
    return
  }
  if (process.stdin.isTTY)
    throw new Failure('Pipe a message in (freehold bounces < message), or name a --maildir.')
  const raw = await buffer(process.stdin)
  for (const message of mbox ? [...splitMbox(raw)].map((one) => one.raw) : [raw]) {
    yield await takeReturn(way, message)
  }
}
