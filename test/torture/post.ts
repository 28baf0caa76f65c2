import type { DiscordFault, TestDiscordServer } from '../servers/discord-server.ts'
import type { SmtpFault, TestSmtpServer } from '../servers/smtp-server.ts'
import type { Chance } from './chance.ts'

/** A mail that arrived, by what it says of itself. */
export interface Arrived {
  messageId: string
  to: string
}

/** The servers that mails and posts go to, and what they do to them. */
export interface Post {
  /** All mails that arrived whole, whether or not the sender got to know. */
  arrived(): Arrived[]
  /** Faults of the mail server that leave a sender without an answer to a whole or begun message. */
  unanswered(): { mails: number; posts: number }
  /** How often which fault struck, by name. */
  struck: Map<string, number>
  /** How many faults there are. */
  faults: number
  /** From now on some steps of mails and some requests go wrong. */
  fail(): void
  heal(): void
  /** Something happens to all connections to Discord's gateway. */
  shakeGateway(): void
}

const smtpFaults: { at: SmtpFault['at']; does: SmtpFault['does'] }[] = [
  ...(['mail', 'rcpt', 'data', 'body', 'reply'] as const).flatMap((at) => [
    { at, does: 'drop' as const },
    { at, does: 'reset' as const },
  ]),
  ...(['mail', 'rcpt', 'data', 'reply'] as const).flatMap((at) => [
    { at, does: '451 4.3.0 Try again later' as const },
    { at, does: '421 4.3.2 Closing for now' as const },
    { at, does: '550 5.7.1 Not wanted here' as const },
  ]),
]

const shortWait: DiscordFault = { retryAfter: 0.2 }
/** Longer than a sender waits. */
const longWait: DiscordFault = { retryAfter: 30 }

const discordFaults: DiscordFault[] = [
  'missing access',
  'missing permissions',
  'unknown channel',
  'server error',
  'blocked',
  'drop before',
  'drop after',
  'reset before',
  'reset after',
  'cut answer',
  shortWait,
  { retryAfter: 0.2, global: true },
  longWait,
]
/** A client gives up on these after 15 s. */
const stalls: DiscordFault[] = ['stall before', 'stall after']
/** After these nobody knows whether the request took effect. */
const noAnswer = new Set<unknown>([
  'server error',
  'drop before',
  'drop after',
  'reset before',
  'reset after',
  'cut answer',
  ...stalls,
])

/** How many steps of a mail go wrong, and how many requests. */
const [mailsAmiss, postsAmiss] = [0.02, 0.08]

/** `each` is called at each step of a mail and each request for a post, before it is answered. */
export function openPost(
  { smtp, discord }: { smtp: TestSmtpServer; discord: TestDiscordServer },
  { chance, slowly, each }: { chance: Chance; slowly: boolean; each: (what: 'mail' | 'post') => void },
): Post {
  const arrived: Arrived[] = []
  const struck = new Map<string, number>()
  const unanswered = { mails: 0, posts: 0 }
  let fails = false
  const mailFault = new Map(
    (['mail', 'rcpt', 'data', 'body', 'reply'] as const).map((at) => [
      at,
      chance.deck(smtpFaults.filter((one) => one.at === at)),
    ]),
  )
  const postFaults = slowly ? [...discordFaults, ...stalls] : discordFaults
  const postFault = chance.deck(postFaults)
  const note = (name: string) => void struck.set(name, (struck.get(name) ?? 0) + 1)

  /** Takes over what has arrived: whole mails would fill the memory. */
  function collect(): void {
    for (const { raw, envelope } of smtp.mails.splice(0)) {
      const head = raw.toString('latin1', 0, 4096)
      arrived.push({ messageId: /^Message-ID: (<[^>]+>)/im.exec(head)?.[1] ?? '', to: envelope.to[0] ?? '' })
    }
  }

  smtp.meddle((at) => {
    collect()
    each('mail')
    if (!fails || !chance.happens(mailsAmiss)) return undefined
    const { does } = mailFault.get(at)!()
    note(`smtp ${at} ${does}`)
    if ((at === 'body' || at === 'reply') && (does === 'drop' || does === 'reset')) unanswered.mails++
    return does
  })
  discord.meddle((request) => {
    each('post')
    if (!fails || !chance.happens(postsAmiss)) return null
    const drawn = postFault()
    // A bot that is told to wait with its log-in is not stopped before.
    const fault = drawn === longWait && request.method !== 'POST' ? shortWait : drawn
    note(`discord ${typeof fault === 'string' ? fault : JSON.stringify(fault)}`)
    if (request.method === 'POST' && noAnswer.has(fault)) unanswered.posts++
    return fault
  })
  const shake = chance.deck([
    () => discord.gateway.reconnect(),
    () => discord.gateway.invalidate(),
    () => discord.gateway.invalidate({ resumable: true }),
    () => discord.gateway.closeAll(4000),
    () => discord.gateway.cut('fin'),
    () => discord.gateway.cut('rst'),
    () => discord.gateway.refuseNext(4008),
  ])

  return {
    struck,
    faults: smtpFaults.length + postFaults.length,
    unanswered: () => ({ ...unanswered }),
    arrived() {
      collect()
      return arrived
    },
    fail() {
      fails = true
    },
    heal() {
      fails = false
    },
    shakeGateway: () => shake()(),
  }
}
