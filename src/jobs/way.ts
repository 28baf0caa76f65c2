import type { Classifier } from '../classify/index.ts'
import type { Discord, Outbox, Smtp } from '../deliver/index.ts'
import type { Reader } from '../ingest/index.ts'
import type { Signer } from '../lib/sign/index.ts'
import type { Feed, Idea, MailLimits, Page } from '../model/index.ts'
import type { Renderer } from '../render/index.ts'
import type { Store } from '../store/index.ts'

/** Where log lines go; pino fits. */
export interface Log {
  debug?(facts: object, message: string): void
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

/** Everything the jobs work with; made once by the wiring. */
export interface Way {
  store: Store
  /** As the lists say; another array once they have changed (`reload.ts`), so look here each time. */
  feeds: Feed[]
  /** What is wrong with the lists on disk, a sentence each; until it is mended `feeds` stays as it was. */
  feedFaults?: readonly string[]
  ideas: Idea[]
  pages: Page[]
  reader: Reader
  classifier: () => Promise<Classifier>
  renderer: Renderer
  post: PostOffice
  /** The clock (ms since the epoch). */
  now: () => number
  log: Log
  /** Names this process in claims and leases. */
  owner: string
  /** Claims and runs of a process that says nothing for so long (ms) are taken over. */
  leaseMs: number
}

/** How messages leave. */
export interface PostOffice {
  /** Null writes mails to the outbox. */
  smtp: Smtp | null
  /** Mails under way at once; each holds a connection. */
  mailsAtOnce: number
  /** Sender as it stands in the mail: `Freehold <digest@example.org>`. */
  mailFrom: string
  /** Its bare address: envelope sender, and where people write to leave. */
  mailAddress: string
  /** Domain of Message-IDs. */
  mailDomain: string
  postalAddress: string | null
  /** Sender of confirmations: other than the digest's, so that complaints of one don't hurt the other. */
  serviceFrom: string
  /** Signs links and bounce addresses. */
  signer: Signer
  /** Domain of bounce addresses, each message's own; null sends bounces to `mailAddress`. */
  bounceDomain: string | null
  /** Who sees a digest before it is sent: addresses, and ids of Discord channels. */
  editors: string[]
  /** Who gets the weekly note on the feeds, in the same way; empty for the editors. */
  maintainers: string[]
  /** How long (ms) a digest waits for their word; 0 for not at all. */
  approvalMs: number
  /** Maildir in which bounces and complaints arrive; null where none is read. */
  returnsFrom: string | null
  /** How many mails may go out in how long. */
  mailLimits: MailLimits
  /** Puts a DKIM signature on a mail; null leaves that to the mail server. */
  sign: ((message: Buffer) => Promise<Buffer>) | null
  publicUrl: string
  /** Null writes posts to the outbox. */
  discord: Discord | null
  /** Channels that get every digest; with no Discord, the one name `outbox` stands for a channel. */
  channels: string[]
  outbox: Outbox
}

/** Called as long work goes on; `total` may grow. */
export type Progress = (done: number, total: number, what: string) => void
