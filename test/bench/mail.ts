/**
 * Measures sending: `node test/bench/mail.ts`. 5,000 personal mails through the real job, each claimed, begun and settled
 * in the database, into Postfix's smtp-sink, in turns with Postfix's own smtp-source into the same sink. Prints ratios with
 * the machine named; needs smtp-sink and smtp-source (Debian's postfix).
 */
import { spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { createDkim, createSmtp } from '../../src/deliver/index.ts'
import { deliver, type PostOffice, type Way } from '../../src/jobs/index.ts'
import { createSigner } from '../../src/lib/sign/index.ts'
import { createRenderer } from '../../src/render/index.ts'
import { openOn, openStore } from '../../src/store/index.ts'
import { sqliteDialect } from '../../src/store/sqlite.ts'
import { ideas, richDigest } from '../fixtures/digests.ts'

const modes = { plain: {}, full: { full: true }, signed: { signed: true } }
type Mode = keyof typeof modes

const readers = 5000
const rounds = 3
const connections = 10
const [sink, source] = ['smtp-sink', 'smtp-source'].map(find)
if (!sink || !source) {
  process.stderr.write(
    'smtp-sink and smtp-source are not installed (apt install postfix): nothing measured.\n',
  )
  process.exit(0)
}

function find(name: string): string | null {
  return [`/usr/sbin/${name}`, `/usr/local/sbin/${name}`].find((path) => existsSync(path)) ?? null
}

const dir = mkdtempSync(join(tmpdir(), 'freehold-mail-'))
const [, , asked, at] = process.argv
const port = at === undefined ? await freePort() : Number(at)
const server =
  asked === undefined
    ? spawn(sink, ['-u', 'nobody', '-c', `127.0.0.1:${port}`, '1000'], { stdio: 'ignore' })
    : null
if (server) await answers(port)

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const sign = createDkim({
  domain: 'freehold.example',
  selector: 'bench',
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
})
const renderer = createRenderer({
  templatesDir: join(import.meta.dirname, '..', '..', 'templates'),
  publicUrl: 'https://freehold.example',
  ideas,
})

/** Mails a second of smtp-source. */
function bySource(bytes: number): number {
  const started = performance.now()
  const options = ['-d', '-s', String(connections), '-m', String(readers), '-l', String(bytes)]
  const addresses = ['-f', 'a@freehold.example', '-t', 'b@freehold.example', `127.0.0.1:${port}`]
  const run = spawnSync(source!, [...options, ...addresses])
  if (run.status !== 0) throw new Error(`smtp-source failed: ${run.stderr}`)
  return (readers / (performance.now() - started)) * 1000
}

interface Sent {
  perSecond: number
  bytes: number
  /** Largest memory of the process (RSS). */
  megabytes: number
}

/** Mails a second of the job, from the moment the audience is written down. */
async function byJob(name: string, options: { full?: boolean; signed?: boolean } = {}): Promise<Sent> {
  const file = join(dir, `${name}.db`)
  const store = await openStore(`sqlite:${file}`)
  await store.close()
  const dialect = sqliteDialect(file, options.full ? { synchronous: 'full' } : {})
  const database = await openOn(dialect, 'sqlite')
  let bytes = 0
  const smtp = createSmtp({
    url: `smtp://127.0.0.1:${port}?ignoreTls=true`,
    connections,
    messagesPerConnection: 1000,
  })
  const now = Date.now
  for (let i = 0; i < readers; i++) {
    await database.subscribers.add(`reader${i}@example${i % 50}.org`, { confirmed: true, now: now() })
  }
  // With three ideas and no reference to the wiki the mail has some 30 KB.
  const { concept: _, debate: __, ...rest } = richDigest
  const digest = { ...rest, sections: richDigest.sections.slice(0, 3), number: null }
  await database.digests.create(digest, [], { now: now(), release: true, expectedLast: null })
  const post: PostOffice = {
    smtp: {
      ...smtp,
      send(mail, onBody) {
        bytes = mail.message.length
        return smtp.send(mail, onBody)
      },
    },
    mailsAtOnce: connections,
    mailFrom: 'Freehold <digest@freehold.example>',
    mailAddress: 'digest@freehold.example',
    mailDomain: 'freehold.example',
    postalAddress: 'Freehold, 1 Canal Street, Example',
    serviceFrom: 'Freehold <hello@freehold.example>',
    signer: createSigner('a secret that is used for the bench'),
    bounceDomain: 'bounce.freehold.example',
    editors: [],
    maintainers: [],
    approvalMs: 0,
    returnsFrom: null,
    mailLimits: { perSecond: null, perHour: null, perDomainMinute: null },
    sign: options.signed ? sign : null,
    publicUrl: 'https://freehold.example',
    discord: null,
    channels: [],
    outbox: { writeMail: refuse, writeDiscord: refuse },
  }
  const say = (facts: object, message: string) =>
    void process.stderr.write(`${message} ${JSON.stringify(facts)}\n`)
  const quiet = () => undefined
  const way: Pick<Way, 'store' | 'renderer' | 'post' | 'now' | 'log' | 'owner' | 'leaseMs' | 'ideas'> = {
    store: database,
    renderer,
    post,
    now,
    log: { info: quiet, warn: say, error: say },
    owner: 'bench',
    leaseMs: 15_000,
    ideas,
  }
  const started = performance.now()
  const report = await deliver(way)
  const took = performance.now() - started
  if (report.sent !== readers) throw new Error(`Only ${report.sent} of ${readers} were sent.`)
  await smtp.close()
  await database.close()
  rmSync(file)
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024)
  return { perSecond: (readers / took) * 1000, bytes, megabytes }
}

async function refuse(): Promise<never> {
  throw new Error('The bench writes nothing to the outbox.')
}

if (asked !== undefined) {
  const mode = asked as Mode
  process.stdout.write(JSON.stringify(await byJob(mode, modes[mode])))
  rmSync(dir, { recursive: true })
  process.exit(0)
}

/** Each run in a process of its own, so that its memory is its own. */
function inProcess(mode: Mode): Sent {
  const run = spawnSync(process.execPath, [import.meta.filename, mode, String(port)], { encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`A run of the bench failed: ${run.stderr}`)
  return JSON.parse(run.stdout) as Sent
}

const runs: Record<Mode, Sent[]> = { plain: [], full: [], signed: [] }
const ofSource: number[] = []
const { bytes } = inProcess('plain')
for (let round = 0; round < rounds; round++) {
  ofSource.push(bySource(bytes))
  for (const mode of ['plain', 'full', 'signed'] as const) runs[mode].push(inProcess(mode))
}
server?.kill()
rmSync(dir, { recursive: true })

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
const ceiling = median(ofSource)
const speeds = (mode: Mode) => runs[mode].map(({ perSecond }) => perSecond)
const line = (name: string, values: number[]) =>
  `| ${name} | ${Math.round(median(values))} | ${(median(values) / ceiling).toFixed(3)} |\n`
const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
process.stdout.write(
  `${machine}; ${readers} mails of ${(bytes / 1000).toFixed(1)} KB, ${connections} connections, medians of ${rounds}\n\n` +
    '| sender | mails/s | of smtp-source |\n|---|---|---|\n' +
    line('smtp-source -s 10', ofSource) +
    line('freehold, every mail in the books (WAL, NORMAL)', speeds('plain')) +
    line('the same with synchronous FULL', speeds('full')) +
    line('the same, each mail signed (DKIM, RSA 2048)', speeds('signed')) +
    `\npeak memory of the first ${Math.max(...runs.plain.map(({ megabytes }) => megabytes))} MB\n`,
)

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port: free } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  return free
}

async function answers(at: number): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const there = await new Promise<boolean>((resolve) => {
      const socket = connect(at, '127.0.0.1')
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (there) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('smtp-sink does not answer.')
}
