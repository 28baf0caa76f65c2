/**
 * Sends 5,000 personal mails through the real job, each claimed, begun and settled in the database, and prints how fast it
 * was. `node mail-run.ts plain|full|signed PORT`: PORT of an SMTP server on 127.0.0.1.
 */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDkim, createSmtp } from '../../src/deliver/index.ts'
import { deliver, type PostOffice, type Way } from '../../src/jobs/index.ts'
import { createSigner } from '../../src/lib/sign/index.ts'
import { createRenderer } from '../../src/render/index.ts'
import { openOn, openStore } from '../../src/store/index.ts'
import { sqliteDialect } from '../../src/store/sqlite.ts'
import { ideas, richDigest } from '../fixtures/digests.ts'
import { connections, readers } from './mail-load.ts'
import { peakMemory } from './processes.ts'

const modes = { plain: {}, full: { full: true }, signed: { signed: true } }
export type Mode = keyof typeof modes

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

export interface Sent {
  perSecond: number
  bytes: number
  /** Largest memory of the process (RSS). */
  megabytes: number
}

/** Mails a second of the job, from the moment the audience is written down. */
async function byJob(port: string, options: { full?: boolean; signed?: boolean }): Promise<Sent> {
  const dir = mkdtempSync(join(tmpdir(), 'freehold-mail-'))
  const file = join(dir, 'bench.db')
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
  rmSync(dir, { recursive: true })
  return { perSecond: (readers / took) * 1000, bytes, megabytes: peakMemory() }
}

async function refuse(): Promise<never> {
  throw new Error('The bench writes nothing to the outbox.')
}

const [, , mode, port = ''] = process.argv
process.stdout.write(JSON.stringify(await byJob(port, modes[mode as Mode])))
