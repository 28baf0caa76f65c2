import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { Config } from '../config.ts'
import { suppressionHash } from '../jobs/index.ts'
import { createSigner } from '../lib/sign/index.ts'
import { normalEmail, type Subscriber } from '../model/index.ts'
import type { Store } from '../store/index.ts'
import { openOrEmpty } from './existing-database.ts'
import { Failure } from './failure.ts'
import { print, printJson, remark, shortTime, table } from './output.ts'
import { config } from './settings.ts'
import { openDatabase, secretOf } from './wiring.ts'

const consent = '--confirmed'
const consentHelp = 'their consent is on record; only confirmed addresses are written to'

export function addSubscribers(program: Command): void {
  const subscribers = program
    .command('subscribers')
    .summary('who gets the e-mail')
    .description('The e-mail subscribers. Only those whose consent is on record are written to.')
  subscribers
    .command('list')
    .description('Lists the subscribers.')
    .option('--json', 'print as JSON')
    .action((options: { json?: boolean }) =>
      withSubscribers(async (store) => {
        const all = await store.subscribers.list()
        if (options.json) printJson(all.map(forJson))
        else if (all.length === 0)
          print(`Nobody has subscribed yet; freehold subscribers add EMAIL ${consent} adds someone.`)
        else {
          const rows = all.map((one) => [one.email, stateOf(one), shortTime(one.createdAt)])
          print(table([['address', 'state', 'since (UTC)'], ...rows]))
        }
      }),
    )
  subscribers
    .command('add')
    .argument('<email>')
    .description('Adds an address, or brings back one that had left.')
    .option(consent, consentHelp)
    .option('--json', 'print as JSON')
    .action((email: string, options: { confirmed?: boolean; json?: boolean }) =>
      withStore(async (store, hash) => {
        const result = await add(store, hash, email, options.confirmed ?? false)
        if ('refused' in result) throw new Failure(result.refused)
        if (options.json) printJson({ ...forJson(result.subscriber), change: result.change })
        else print(`${result.subscriber.email}: ${describe(result)}`)
      }),
    )
  subscribers
    .command('import')
    .argument('<file>', 'CSV with a column "email", or one address a line')
    .description('Adds the addresses of a file. Wrong lines are named and left out; the others go in.')
    .option(consent, consentHelp)
    .option('--json', 'print as JSON')
    .action((file: string, options: { confirmed?: boolean; json?: boolean }) =>
      withStore(async (store, hash) => {
        const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
          throw new Failure(`${file} can't be read (${error.code}).`)
        })
        const report = { added: 0, confirmed: 0, known: 0, refused: [] as { line: number; reason: string }[] }
        for (const { line, email } of addressesOf(text)) {
          const result = await add(store, hash, email, options.confirmed ?? false)
          if ('refused' in result) report.refused.push({ line, reason: result.refused })
          else report[result.change === 'none' ? 'known' : result.change] += 1
        }
        if (options.json) printJson(report)
        else {
          print(
            `${report.added} added, ${report.confirmed} confirmed, ${report.known} known before, ${report.refused.length} refused.`,
          )
          for (const { line, reason } of report.refused) remark(`${file}:${line}: ${reason}`)
        }
        if (report.refused.length) process.exitCode = 1
      }),
    )
  subscribers
    .command('export')
    .description('Prints the subscribers as CSV.')
    .option('--json', 'print as JSON')
    .action((options: { json?: boolean }) =>
      withSubscribers(async (store) => {
        const all = await store.subscribers.list()
        if (options.json) {
          printJson(all.map(forJson))
          return
        }
        print('email,state,created_at,confirmed_at,unsubscribed_at')
        const iso = (time: number | null) => (time === null ? '' : new Date(time).toISOString())
        for (const one of all) {
          const times = [one.createdAt, one.confirmedAt, one.unsubscribedAt].map(iso)
          print([quoted(asText(one.email)), stateOf(one), ...times].join(','))
        }
      }),
    )
  subscribers
    .command('forget')
    .argument('<email>')
    .description(
      'Deletes an address and all that is kept about it, but for a keyed hash that keeps it from being added again without consent.',
    )
    .action((email: string) =>
      withSubscribers(async (store, hash) => {
        const known = await store.subscribers.forget(email, await hash(email), Date.now())
        if (!known) throw new Failure(`${email} is not among the subscribers.`)
        print(`${email} is forgotten.`)
      }),
    )
}

/** The key is read, and made where there is none yet, at the first address. */
type Hash = (email: string) => Promise<string>

async function add(store: Store, hash: Hash, email: string, confirmed: boolean) {
  if (normalEmail(email) === null) return { refused: `"${email}" is no e-mail address.` }
  const hashed = await hash(email)
  const suppressed = await store.subscribers.isSuppressed(hashed)
  if (suppressed && !confirmed) {
    return {
      refused: `${email} asked to be forgotten; it can only come back by its owner's consent (${consent}).`,
    }
  }
  if (suppressed) await store.subscribers.unsuppress(hashed)
  const result = await store.subscribers.add(email, { confirmed, now: Date.now() })
  return result ?? { refused: `"${email}" is no e-mail address.` }
}

function describe({
  subscriber,
  change,
}: {
  subscriber: Subscriber
  change: 'added' | 'confirmed' | 'none'
}): string {
  if (change === 'confirmed') return 'confirmed; gets the next digest.'
  if (change === 'none') return `was known already (${stateOf(subscriber)}); nothing changed.`
  return subscriber.confirmedAt === null
    ? `added, not confirmed: nothing is sent to it. Add it again with ${consent} when its owner has agreed.`
    : 'added; gets the next digest.'
}

function stateOf(one: Subscriber): string {
  if (one.unsubscribedAt !== null) return 'unsubscribed'
  return one.confirmedAt === null ? 'unconfirmed' : 'confirmed'
}

function forJson(one: Subscriber) {
  const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString())
  return {
    id: one.id,
    email: one.email,
    state: stateOf(one),
    createdAt: iso(one.createdAt),
    confirmedAt: iso(one.confirmedAt),
    unsubscribedAt: iso(one.unsubscribedAt),
  }
}

/** The addresses of a CSV with a column `email`, or of plain lines; with their line numbers. */
function addressesOf(text: string): { line: number; email: string }[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const cells = (line: string) => line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
  const column = cells(lines[0] ?? '').findIndex((cell) => /^e-?mail( address)?$/i.test(cell))
  return lines
    .map((line, i) => ({
      line: i + 1,
      email: (cells(line)[Math.max(column, 0)] ?? '').replace(/^'(?=[=+-])/, ''),
    }))
    .filter(({ line, email }) => email !== '' && !(column >= 0 && line === 1))
}

/** Spreadsheets take what begins like a formula for one, unless an apostrophe stands before it. */
function asText(email: string): string {
  return /^[=+-]/.test(email) ? `'${email}` : email
}

function quoted(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

/** Does work with the subscribers there are: where there is no database yet, none is made. */
function withSubscribers(work: (store: Store, hash: Hash) => Promise<void>): Promise<void> {
  return withStore(work, openOrEmpty)
}

async function withStore(
  work: (store: Store, hash: Hash) => Promise<void>,
  open: (settings: Config) => Promise<Store> = openDatabase,
): Promise<void> {
  const settings = config()
  const store = await open(settings)
  let keyed: Promise<(email: string) => string> | undefined
  try {
    await work(store, async (email) => {
      keyed ??= secretOf(settings, store).then((secret) => suppressionHash(createSigner(secret)))
      return (await keyed)(email)
    })
  } finally {
    await store.close()
  }
}
