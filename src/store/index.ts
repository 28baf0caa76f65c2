import { type Dialect, Kysely, sql } from 'kysely'
import { alerts } from './alerts.ts'
import { answers } from './answers.ts'
import { channels } from './channels.ts'
import { contributions } from './contributions.ts'
import { deliveries } from './deliveries.ts'
import { digests } from './digests.ts'
import { feedStates } from './feed-states.ts'
import { feedback } from './feedback.ts'
import { gaps } from './gaps.ts'
import { items } from './items.ts'
import { jobRuns } from './job-runs.ts'
import { leases } from './leases.ts'
import { mailReturns } from './mail-returns.ts'
import { migrate } from './migrate.ts'
import { notes } from './notes.ts'
import { reasonOf } from './place.ts'
import { postgresDialect } from './postgres.ts'
import { posts } from './posts.ts'
import type { Schema } from './schema.ts'
import { settings } from './settings.ts'
import { signUps } from './sign-ups.ts'
import { sqliteDialect } from './sqlite.ts'
import { subscribers } from './subscribers.ts'
import { suggestions } from './suggestions.ts'
import { verdicts } from './verdicts.ts'

export type { Absorbed } from './absorb.ts'
export { type Backup, backUp, type Restored, restore } from './backup.ts'
export type { ChannelWish, Notice } from './channels.ts'
export { type Copied, copyDatabase } from './copy.ts'
export { type Destination, deliveryId, type PostKey } from './delivery-rows.ts'
export type { Claim } from './delivery-tries.ts'
export type { StoredDigest } from './digests.ts'
export type { StoredFeedback } from './feedback.ts'
export type { Gap } from './gaps.ts'
export type { Brought, ItemFilter } from './items.ts'
export type { NewItem } from './new-item.ts'
export { type Place, placeOf, Refused } from './place.ts'
export type { Arrival } from './recognise.ts'
export type { SignUp, SignUpLimits, SignUpOutcome } from './sign-ups.ts'
export type { NetworkLimit, Suggestion } from './suggestions.ts'
export type { StoredVerdict } from './verdicts.ts'

export type Store = ReturnType<typeof nouns>

/**
 * Opens the database at `url` (`sqlite:PATH` or `postgres://…`) and brings its schema up to date. Throws a sentence
 * that names DATABASE_URL when it can't be opened.
 */
export async function openStore(url: string): Promise<Store> {
  if (/^sqlite:./.test(url)) return openOn(sqliteDialect(url.slice('sqlite:'.length)), 'sqlite')
  if (/^postgres(ql)?:\/\//.test(url)) return openOn(postgresDialect(url), 'postgres')
  throw new Error('DATABASE_URL must be sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME.')
}

/** The same over any Kysely dialect that speaks SQLite or PostgreSQL. */
export async function openOn(dialect: Dialect, kind: 'sqlite' | 'postgres'): Promise<Store> {
  const db = new Kysely<Schema>({ dialect })
  try {
    await migrate(db, kind)
  } catch (error) {
    await db.destroy()
    throw new Error(`The database at DATABASE_URL could not be opened: ${reasonOf(error)}`, {
      cause: error,
    })
  }
  return nouns(db, kind)
}

function nouns(db: Kysely<Schema>, kind: 'sqlite' | 'postgres') {
  return {
    items: items(db, kind),
    feedStates: feedStates(db),
    contributions: contributions(db),
    notes: notes(db),
    digests: digests(db),
    subscribers: subscribers(db),
    signUps: signUps(db, kind),
    mailReturns: mailReturns(db),
    deliveries: deliveries(db, kind),
    jobRuns: jobRuns(db, kind),
    settings: settings(db),
    leases: leases(db),
    verdicts: verdicts(db),
    gaps: gaps(db),
    posts: posts(db),
    channels: channels(db),
    alerts: alerts(db),
    answers: answers(db),
    feedback: feedback(db),
    suggestions: suggestions(db, kind),
    /** Answers when the database does; throws when it doesn't. */
    async ping(): Promise<void> {
      await sql`select 1`.execute(db)
    },
    async close(): Promise<void> {
      await db.destroy()
    },
  }
}
