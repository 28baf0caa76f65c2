import { messageIdFor, nonceFor } from '../../src/deliver/index.ts'
import type { Landing } from './calendar.ts'
import type { Strike } from './disrupter.ts'
import { sender, type World } from './world.ts'

/** By what has to hold: whatever does not. Empty lists where the books balance. */
export type Books = Record<
  | 'articles that are not in the database'
  | 'articles that are there more than once'
  | 'deliveries that are in no final state'
  | 'readers without a delivery of an issue'
  | 'channels without a delivery of an issue'
  | 'mails that arrived twice'
  | 'mails that arrived and are not to be accounted for'
  | 'mails that are sent and never arrived'
  | 'more mails unknown than were cut off by us'
  | 'more mails unknown than were cut off by the mail server'
  | 'posts that stand there twice'
  | 'posts that stand there and are not to be accounted for'
  | 'posts that are sent and stand nowhere'
  | 'more posts unknown than may be'
  | 'dates without their one issue'
  | 'runs of jobs that go on'
  | 'leases that are held',
  string[]
>

interface Row {
  id: string
  post: string
  digest: number | null
  medium: string
  target: string
  part: number
  step: string
  state: string
  receipt: string | null
  error: string | null
}

const isMessage = (step: string) => step === 'message' || step === 'reply' || step === 'forum'
const final = ['sent', 'failed', 'suppressed', 'cancelled', 'unknown']
/** From these states nothing may have arrived, from `sent` it must have, and of `unknown` nobody knows. */
const neverArrives = ['failed', 'suppressed', 'cancelled']

/** Compares what the database says with what the servers have received. */
export async function balance(
  world: World,
  landings: Landing[],
  strikes: Strike[],
): Promise<{ books: Books; figures: Record<string, number> }> {
  const { database, publishers, post, discord } = world
  const rows = await database.rows<Row>(
    'select id, post, digest, medium, target, part, step, state, receipt, error from delivery',
  )
  const nameOf = ({ post, medium, target, part, state, error }: Row) =>
    `${medium} of ${post} to ${target}, part ${part}: ${state}${error ? ` (${error})` : ''}`
  const named = (list: Row[]) => list.map(nameOf)
  const items = await database.rows<{ url: string; n: number }>(
    'select canonical_url as url, cast(count(*) as integer) as n from item group by canonical_url',
  )
  const stored = new Map(items.map(({ url, n }) => [url, n]))
  const offered = publishers.offered().map(({ url }) => url)

  const mails = rows.filter(({ medium }) => medium === 'email')
  const arrived = post.arrived()
  const arrivals = countBy(arrived.map(({ messageId }) => messageId))
  const idOf = ({ id }: Row) => messageIdFor(id, sender)
  const mailIds = new Map(mails.map((row) => [idOf(row), row]))
  const digests = await database.rows<{ number: number; created_at: number }>(
    'select number, created_at from digest order by number',
  )
  const readers = await database.rows<{ id: string; email: string }>('select id, email from subscriber')
  const subscribed = await database.rows<{ channel: string }>(
    `select channel from channel_subscription where mode <> 'alerts' and paused_at is null`,
  )
  const posted = new Set(
    rows.filter(({ step }) => isMessage(step)).map(({ digest, target }) => `${digest} ${target}`),
  )
  const promised = new Set(mails.map(({ digest, target }) => `${digest} ${target}`))

  const posts = rows.filter(
    ({ medium, step }) => medium === 'discord' && (step === 'message' || step === 'reply'),
  )
  const channels = [...new Set(rows.filter(({ medium }) => medium === 'discord').map(({ target }) => target))]
  const places = channels.flatMap((channel) => [channel, ...discord.threads(channel)])
  const messages = places
    .flatMap((place) => discord.messages(place))
    .filter(({ author, nonce }) => author.id === discord.bot.id && nonce !== undefined)
  const standing = countBy(messages.map(({ nonce }) => String(nonce)))
  const nonces = new Map(posts.map((row) => [nonceFor(row.id), row]))
  const forums = rows.filter(({ step }) => step === 'forum')
  const threadsOf = new Map(channels.map((channel) => [channel, discord.threads(channel)]))
  const stands = ({ target, receipt }: Row) => threadsOf.get(target)?.includes(receipt ?? '') === true
  const opened = [...new Set(forums.map(({ target }) => target))]
  const threadNames = opened.flatMap((forum) =>
    threadsOf.get(forum)!.map((id) => `${discord.describe(id).name} in forum ${forum}`),
  )

  const unknownMails = mails.filter(({ state }) => state === 'unknown')
  const ofOurs = unknownMails.filter(({ error }) => error?.startsWith('The process ended'))
  const ofTheirs = unknownMails.filter((row) => !ofOurs.includes(row))
  const unknownPosts = rows.filter(({ medium, state }) => medium === 'discord' && state === 'unknown')
  const faults = post.unanswered()
  const mayBeUnknown = {
    mails: sum(strikes.map((strike) => strike.mails)),
    posts: sum(strikes.map((strike) => strike.posts)) + faults.posts,
  }
  const tooMany = (list: Row[], most: number) =>
    list.length > most ? [`${list.length}, and ${most} may be:`, ...named(list)] : []

  const books: Books = {
    'articles that are not in the database': offered.filter((url) => !stored.has(url)),
    'articles that are there more than once': offered.filter((url) => (stored.get(url) ?? 0) > 1),
    'deliveries that are in no final state': named(rows.filter(({ state }) => !final.includes(state))),
    'readers without a delivery of an issue': digests.flatMap(({ number }) =>
      readers
        .filter(({ id }) => !promised.has(`${number} ${id}`))
        .map(({ email }) => `issue ${number}: ${email}`),
    ),
    'channels without a delivery of an issue': digests.flatMap(({ number }) =>
      subscribed
        .filter(({ channel }) => !posted.has(`${number} ${channel}`))
        .map(({ channel }) => `issue ${number}: channel ${channel}`),
    ),
    'mails that arrived twice': named(mails.filter((row) => (arrivals.get(idOf(row)) ?? 0) > 1)),
    'mails that arrived and are not to be accounted for': [...arrivals.keys()].flatMap((id) => {
      const row = mailIds.get(id)
      return row && !neverArrives.includes(row.state) ? [] : [row ? nameOf(row) : `a mail ${id} of no row`]
    }),
    'mails that are sent and never arrived': named(
      mails.filter((row) => row.state === 'sent' && !arrivals.has(idOf(row))),
    ),
    'more mails unknown than were cut off by us': tooMany(ofOurs, mayBeUnknown.mails),
    'more mails unknown than were cut off by the mail server': tooMany(ofTheirs, faults.mails),
    'posts that stand there twice': [
      ...named(posts.filter(({ id }) => (standing.get(nonceFor(id)) ?? 0) > 1)),
      ...threadNames.filter((name, i) => threadNames.indexOf(name) !== i),
    ],
    'posts that stand there and are not to be accounted for': [...standing.keys()].flatMap((nonce) => {
      const row = nonces.get(nonce)
      return row && !neverArrives.includes(row.state)
        ? []
        : [row ? nameOf(row) : `a message ${nonce} of no row`]
    }),
    'posts that are sent and stand nowhere': [
      ...named(posts.filter(({ id, state }) => state === 'sent' && !standing.has(nonceFor(id)))),
      ...named(forums.filter((row) => row.state === 'sent' && !stands(row))),
    ],
    'more posts unknown than may be': tooMany(unknownPosts, mayBeUnknown.posts),
    'dates without their one issue': landings.flatMap(({ due, from }, n) => {
      const until = landings[n + 1]?.from ?? Number.POSITIVE_INFINITY
      const made = digests.filter(({ created_at }) => created_at >= from && created_at < until)
      return made.length === 1 ? [] : [`${due.name}: ${made.length} issues`]
    }),
    'runs of jobs that go on': (
      await database.rows<{ job: string; owner: string }>(
        `select job, owner from job_run where outcome = 'running'`,
      )
    ).map(({ job, owner }) => `${job} of ${owner}`),
    'leases that are held': (
      await database.rows<{ name: string; owner: string }>('select name, owner from lease')
    ).map(({ name, owner }) => `${name} by ${owner}`),
  }
  return {
    books,
    figures: {
      polls: publishers.polls(),
      ways: publishers.ways + post.faults,
      met: publishers.misbehaved.size + post.struck.size,
      items: sum(items.map(({ n }) => n)),
      articles: offered.length,
      issues: digests.length,
      mails: mails.length,
      arrived: arrived.length,
      refusedMails: mails.filter(({ state }) => neverArrives.includes(state)).length,
      unknownByUs: ofOurs.length,
      openAtStrikes: mayBeUnknown.mails,
      unknownByThem: ofTheirs.length,
      cutByThem: faults.mails,
      lost:
        books['mails that are sent and never arrived'].length +
        books['readers without a delivery of an issue'].length,
      twice: books['mails that arrived twice'].length,
      posts: posts.length + forums.length,
      standing: messages.length + threadNames.length,
      refusedPosts: [...posts, ...forums].filter(({ state }) => neverArrives.includes(state)).length,
      lostPosts:
        books['posts that are sent and stand nowhere'].length +
        books['channels without a delivery of an issue'].length,
      twicePosts: books['posts that stand there twice'].length,
      unknownPosts: unknownPosts.length,
      mayBeUnknownPosts: mayBeUnknown.posts,
    },
  }
}

function countBy(list: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const one of list) counts.set(one, (counts.get(one) ?? 0) + 1)
  return counts
}

function sum(list: number[]): number {
  return list.reduce((total, n) => total + n, 0)
}
