import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openPostOffice } from '../../src/cli/wiring.ts'
import { readConfig } from '../../src/config.ts'
import {
  type DeliverReport,
  deliver,
  openArchive,
  openNewsletter,
  type Taken,
  takeReturn,
  type Way,
} from '../../src/jobs/index.ts'
import { createSigner } from '../../src/lib/sign/index.ts'
import type { Digest, StoryChoice, Subscriber } from '../../src/model/index.ts'
import { createRenderer } from '../../src/render/index.ts'
import { openStore } from '../../src/store/index.ts'
import { createWeb, listen } from '../../src/web/index.ts'
import { ideas } from '../fixtures/digests.ts'
import { type ReceivedMail, startSmtpServer, type TestSmtpServer } from '../servers/smtp-server.ts'
import { ownDatabase } from '../store/own-database.ts'

export const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000]
export const templatesDir = join(import.meta.dirname, '..', '..', 'templates')
export const publicUrl = 'https://freehold.example'
export const secret = 'a secret of the tests of mail'

interface Line {
  level: 'info' | 'warn' | 'error'
  message: string
  facts: object
}

export interface TestPost {
  way: Omit<Way, 'reader' | 'classifier'>
  server: TestSmtpServer
  /** Where the pages are served. */
  url: string
  /** For DATABASE_URL. */
  databaseUrl: string
  app: ReturnType<typeof createWeb>
  log: Line[]
  /** Moves the clock on. */
  pass(ms: number): void
  release(digest: Digest): Promise<number>
  /** A confirmed reader. */
  reader(email: string, choice?: Partial<StoryChoice>): Promise<Subscriber>
  send(): Promise<DeliverReport>
  takeReturn(raw: string | Uint8Array): Promise<Taken>
  /** The mails that the server has taken since the last time this was called. */
  fresh(): ReceivedMail[]
  /** All that stands in the database, a line for each row. */
  dump(): string[]
  /** A link of a mail as it is reached here. */
  here(link: string): string
  /** Posts a form as a browser does, from an address in a network of the test. */
  post(
    path: string,
    form?: Record<string, string | string[]>,
    headers?: Record<string, string>,
  ): Promise<Response>
}

/**
 * The newsletter with all its parts, real: a database, the committed templates, the pages on a port
 * of this machine, and a mail server that the sender talks to. `env` are settings besides.
 */
export async function startPost(env: Record<string, string> = {}): Promise<TestPost> {
  let now = Date.UTC(2026, 10, 23, 9)
  const server = await startSmtpServer()
  const folder = mkdtempSync(join(tmpdir(), 'freehold-mail-'))
  const settings = readConfig({
    root: folder,
    env: {
      PUBLIC_URL: publicUrl,
      SMTP_URL: `${server.url}?ignoreTls=true`,
      MAIL_FROM: 'Freehold <digest@freehold.example>',
      MAIL_FROM_SERVICE: 'Freehold <hello@service.freehold.example>',
      BOUNCE_DOMAIN: 'news.freehold.example',
      POSTAL_ADDRESS: 'Freehold, 1 Canal Street, Example',
      ...env,
    },
  })
  const database = await ownDatabase(folder)
  const store = await openStore(database.url)
  const log: Line[] = []
  const say = (level: Line['level']) => (facts: object, message: string) =>
    void log.push({ level, facts, message })
  const renderer = createRenderer({ templatesDir, publicUrl: settings.publicUrl, ideas })
  const signer = createSigner(secret)
  // Mails only: without Discord a channel's posts would go to the outbox.
  const post = { ...openPostOffice(settings, signer), channels: [] }
  const way: TestPost['way'] = {
    store,
    feeds: [],
    ideas,
    pages: [],
    renderer,
    post,
    now: () => now,
    log: { info: say('info'), warn: say('warn'), error: say('error') },
    owner: 'test',
    leaseMs: 15 * second,
  }
  const app = createWeb({
    archive: openArchive(way),
    renderer,
    pages: [],
    ideas,
    stylesheet: readFileSync(join(templatesDir, 'freehold.css'), 'utf8'),
    newsletter: {
      newsletter: openNewsletter({ way, signer }),
      takeReturn: (raw) => takeReturn(way, raw),
      signer,
      publicUrl: settings.publicUrl,
      contact: post.mailAddress,
      postalAddress: post.postalAddress,
    },
    health: { ready: async () => ({ ready: true }) },
    now: () => now,
    log: way.log,
  })
  const pages = await listen(app, { host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    server.release()
    await pages.close()
    await post.smtp?.close()
    await store.close()
    await database.remove()
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  let seen = 0
  let networks = 0

  return {
    way,
    server,
    url: pages.url,
    databaseUrl: database.url,
    app,
    log,
    pass(ms) {
      now += ms
    },
    async release(digest) {
      const expectedLast = (await store.digests.last())?.until ?? null
      const made = await store.digests.create(digest, [], { now, release: true, expectedLast })
      return made!.number
    },
    async reader(email, choice = {}) {
      const { subscriber } = (await store.subscribers.add(email, { confirmed: true, now }))!
      await store.subscribers.choose(subscriber.id, { ideas: [], directions: [], ...choice })
      return subscriber
    },
    send: () => deliver(way),
    takeReturn: (raw) => takeReturn(way, typeof raw === 'string' ? Buffer.from(raw) : raw),
    fresh() {
      const mails = server.mails.slice(seen)
      seen = server.mails.length
      return mails
    },
    dump: database.dump,
    here: (link) => pages.url + new URL(link, publicUrl).pathname,
    post(path, form = {}, headers = {}) {
      const body = new URLSearchParams()
      for (const [name, values] of Object.entries(form))
        for (const value of [values].flat()) body.append(name, value)
      return fetch(pages.url + path, {
        method: 'POST',
        body,
        redirect: 'manual',
        headers: { 'x-forwarded-for': `198.51.${++networks}.1`, ...headers },
      })
    },
  }
}

/** Every link of a mail to our pages, of both parts. */
export async function linksOf(mail: ReceivedMail): Promise<string[]> {
  const { html, text } = await mail.parsed()
  const found = `${html} ${text}`.match(/https:\/\/freehold\.example[^\s"<>)]*/g) ?? []
  return [...new Set(found.map((link) => link.replaceAll('&#x3D;', '=').replaceAll('&amp;', '&')))]
}

/** The one link of a mail that leads to pages of this name. */
export async function linkTo(mail: ReceivedMail, page: string): Promise<string> {
  const found = (await linksOf(mail)).filter((link) => link.includes(`/${page}/`))
  if (found.length !== 1) throw new Error(`The mail has ${found.length} links to “${page}”.`)
  return found[0]!
}

/** The headers of a mail by their names in lower case, unfolded, in their order. */
export function headersOf(raw: Buffer): [name: string, value: string][] {
  const head = raw.toString('latin1').split('\r\n\r\n', 1)[0]!
  return head
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    })
}

/** The value of a header that must be there once. */
export function header(raw: Buffer, name: string): string | undefined {
  const values = headersOf(raw).filter(([one]) => one === name.toLowerCase())
  if (values.length > 1) throw new Error(`The mail has ${values.length} headers ${name}.`)
  return values[0]?.[1]
}
