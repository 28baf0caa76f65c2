import { type ExpressionBuilder, type Kysely, sql } from 'kysely'
import { type Correction, cancelled, type Digest, type DigestEdit } from '../model/index.ts'
import { type Destination, writePlaces } from './delivery-rows.ts'
import type { Schema } from './schema.ts'

/** A digest as it is kept: frozen when made, sent when released. Times in ms. */
export interface StoredDigest {
  number: number
  since: number
  until: number
  createdAt: number
  releasedAt: number | null
  audienceAt: number | null
  /** Why it is held back; null when it is not. */
  held: string | null
  corrections: Correction[]
  /** Why its sending is paused; null when it is not. */
  paused: string | null
  /** When it is released by itself, while it waits for editors. */
  approveBy: number | null
  /** What editors changed, in order; and the digest as it was composed, null while they changed nothing. */
  edits: DigestEdit[]
  original: Digest | null
  /** Who gave it free; null while nobody has, and where it went out by itself. */
  releasedBy: string | null
  digest: Digest
}

/** The issues. */
export function digests(db: Kysely<Schema>) {
  return {
    /**
     * Freezes a digest under the next number. Null when another process made one that reaches beyond `expectedLast`
     * (the `until` this one was composed after) in the meantime: it must be composed anew.
     */
    async create(
      draft: Digest,
      itemIds: string[],
      options: {
        now: number
        release: boolean
        expectedLast: number | null
        held?: string | null
        approveBy?: number | null
      },
    ): Promise<StoredDigest | null> {
      return db.transaction().execute(async (tx) => {
        const last = await tx
          .selectFrom('digest')
          .select(['number', 'until'])
          .orderBy('number', 'desc')
          .limit(1)
          .executeTakeFirst()
        if ((last?.until ?? null) !== options.expectedLast) return null
        const number = (last?.number ?? 0) + 1
        const digest: Digest = { ...draft, number }
        const row = {
          number,
          since: Date.parse(digest.since),
          until: Date.parse(digest.until),
          created_at: options.now,
          released_at: options.release ? options.now : null,
          audience_at: null,
          body: JSON.stringify(digest),
          held: options.held ?? null,
          corrections: '[]',
          paused: null,
          approve_by: options.approveBy ?? null,
          edits: '{}',
          previewed_at: null,
        }
        const added = await tx
          .insertInto('digest')
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .returning('number')
          .executeTakeFirst()
        if (!added) return null
        for (let i = 0; i < itemIds.length; i += 400) {
          const rows = itemIds.slice(i, i + 400).map((item) => ({ digest: number, item }))
          await tx.insertInto('digest_item').values(rows).execute()
        }
        return fromRow(row)
      })
    },

    async get(number: number): Promise<StoredDigest | null> {
      const row = await db.selectFrom('digest').selectAll().where('number', '=', number).executeTakeFirst()
      return row ? fromRow(row) : null
    },

    async last(): Promise<StoredDigest | null> {
      const [row] = await db.selectFrom('digest').selectAll().orderBy('number', 'desc').limit(1).execute()
      return row ? fromRow(row) : null
    },

    /** Newest first. */
    async list(limit = 1000): Promise<StoredDigest[]> {
      const rows = await db.selectFrom('digest').selectAll().orderBy('number', 'desc').limit(limit).execute()
      return rows.map(fromRow)
    },

    /**
     * Replaces the text of a digest that has not been released, and keeps the changes with who made them. False when it
     * has been released, or was changed by somebody else since it was read (`edits` counts the changes by then).
     */
    async edit(number: number, digest: Digest, made: DigestEdit[], edits: number): Promise<boolean> {
      return amend(number, (row, before) => {
        const list = before.list ?? []
        if (list.length !== edits) return null
        const original = before.original ?? (JSON.parse(row.body) as Digest)
        return {
          body: JSON.stringify(digest),
          edits: JSON.stringify({ ...before, original, list: [...list, ...made] }),
        }
      })
    },

    /** Unreleased digests whose editors have not been shown them: those that wait for a word, and those held. */
    async awaitingPreview(): Promise<number[]> {
      const rows = await db
        .selectFrom('digest')
        .select('number')
        .where('released_at', 'is', null)
        .where('previewed_at', 'is', null)
        .where((eb) => eb.or([eb('approve_by', 'is not', null), eb('held', 'is not', null)]))
        .orderBy('number')
        .execute()
      return rows.map((row) => row.number)
    },

    /** Writes down the previews of a digest, once. */
    async preview(number: number, places: Destination[], now: number): Promise<boolean> {
      return db.transaction().execute(async (tx) => {
        const first = await tx
          .updateTable('digest')
          .set({ previewed_at: now })
          .where('number', '=', number)
          .where('previewed_at', 'is', null)
          .executeTakeFirst()
        if (first.numUpdatedRows === 0n) return false
        await writePlaces(tx, { preview: number }, places, now)
        return true
      })
    },

    /** Releases those whose time for a word is up; a held one stays. Gives their numbers. */
    async releaseDue(now: number): Promise<number[]> {
      const rows = await db
        .updateTable('digest')
        .set({ released_at: now })
        .where('approve_by', '<=', now)
        .where('released_at', 'is', null)
        .where('held', 'is', null)
        .returning('number')
        .execute()
      return rows.map((row) => row.number)
    },

    /** True when `releaseDue` would release one. */
    async anyReleaseDue(now: number): Promise<boolean> {
      const row = await db
        .selectFrom('digest')
        .select('number')
        .where('approve_by', '<=', now)
        .where('released_at', 'is', null)
        .where('held', 'is', null)
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },

    /**
     * Pauses the sending of a digest, with the reason; what was claimed and has not begun to go out waits too. False when
     * it has not been released.
     */
    async pause(number: number, reason: string): Promise<boolean> {
      return db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable('digest')
          .set({ paused: reason })
          .where('number', '=', number)
          .where('released_at', 'is not', null)
          .executeTakeFirst()
        if (numUpdatedRows === 0n) return false
        await tx
          .updateTable('delivery')
          .set({ state: 'pending', owner: null, lease_until: null })
          .where('digest', '=', number)
          .where('state', '=', 'sending')
          .where('body_started_at', 'is', null)
          .execute()
        return true
      })
    },

    /**
     * Lets the sending of a released digest go on by a person's word, unless it was cancelled. Where nothing of it has gone
     * out its age counts from now on, so that it isn't paused for being old.
     */
    async resume(number: number, now: number): Promise<void> {
      await db
        .updateTable('digest')
        .set((eb) => ({
          paused: null,
          released_at: eb.case().when(nothingOut(eb)).then(now).else(eb.ref('released_at')).end(),
        }))
        .where('number', '=', number)
        .where('released_at', 'is not', null)
        .where((eb) => eb.or([eb('paused', 'is', null), eb('paused', '<>', cancelled)]))
        .execute()
    },

    /**
     * Pauses digests that were released before `before` (ms) and of which nothing has gone out yet: readers should not
     * get an old issue without a person's word. Gives their numbers.
     */
    async pauseStale(before: number, reason: string): Promise<number[]> {
      const rows = await db
        .updateTable('digest')
        .set({ paused: reason })
        .where('released_at', '<', before)
        .where('paused', 'is', null)
        .where(nothingOut)
        .where((eb) =>
          eb.or([
            eb('audience_at', 'is', null),
            eb.exists(
              eb
                .selectFrom('delivery')
                .select('delivery.id')
                .whereRef('delivery.digest', '=', 'digest.number'),
            ),
          ]),
        )
        .returning('number')
        .execute()
      return rows.map((row) => row.number)
    },

    /** Holds a digest back from sending, with the reason. False when it was released already. */
    async hold(number: number, reason: string): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('digest')
        .set({ held: reason })
        .where('number', '=', number)
        .where('released_at', 'is', null)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    /** Adds a dated note to a digest, beside others' of the same moment. Readers of the archive see it; what was sent stays. */
    async correct(number: number, correction: Correction): Promise<void> {
      for (;;) {
        const { corrections } = await db
          .selectFrom('digest')
          .select('corrections')
          .where('number', '=', number)
          .executeTakeFirstOrThrow()
        const { numUpdatedRows } = await db
          .updateTable('digest')
          .set({ corrections: JSON.stringify([...(JSON.parse(corrections) as Correction[]), correction]) })
          .where('number', '=', number)
          .where('corrections', '=', corrections)
          .executeTakeFirst()
        if (numUpdatedRows > 0n) return
      }
    },

    /**
     * Gives a digest free for sending, and keeps by whom; one that is held stays so with `evenHeld: false`. False when
     * nothing changed.
     */
    async release(
      number: number,
      now: number,
      { by, evenHeld = true }: { by?: string; evenHeld?: boolean } = {},
    ): Promise<boolean> {
      return amend(number, (row, before) =>
        row.held !== null && !evenHeld
          ? null
          : {
              released_at: now,
              held: null,
              ...(by === undefined ? {} : { edits: JSON.stringify({ ...before, releasedBy: by }) }),
            },
      )
    },

    /** Released digests whose audience has not been written down yet, oldest first. */
    async awaitingAudience(): Promise<number[]> {
      const rows = await db
        .selectFrom('digest')
        .select('number')
        .where('released_at', 'is not', null)
        .where('audience_at', 'is', null)
        .where('paused', 'is', null)
        .orderBy('number')
        .execute()
      return rows.map((row) => row.number)
    },

    /** Ids of those among `items` that stand in an earlier digest. */
    async alreadyTold(items: string[]): Promise<Set<string>> {
      const told = new Set<string>()
      for (let i = 0; i < items.length; i += 400) {
        const rows = await db
          .selectFrom('digest_item')
          .select('item')
          .where('item', 'in', items.slice(i, i + 400))
          .execute()
        for (const row of rows) told.add(row.item)
      }
      return told
    },

    async count(): Promise<number> {
      const row = await db
        .selectFrom('digest')
        .select(sql<number>`cast(count(*) as integer)`.as('n'))
        .executeTakeFirstOrThrow()
      return row.n
    },
  }

  /** Changes a digest that has not been released as `make` says of how it is now; false when that is null. */
  async function amend(
    number: number,
    make: (
      row: Pick<Schema['digest'], 'body' | 'held'>,
      edits: StoredEdits,
    ) => Partial<Schema['digest']> | null,
  ): Promise<boolean> {
    for (;;) {
      const row = await db
        .selectFrom('digest')
        .select(['body', 'edits', 'held'])
        .where('number', '=', number)
        .where('released_at', 'is', null)
        .executeTakeFirst()
      const change = row ? make(row, JSON.parse(row.edits) as StoredEdits) : null
      if (!row || !change) return false
      // Whoever else writes here changes one of these; what they wrote is read before ours is tried again.
      const { numUpdatedRows } = await db
        .updateTable('digest')
        .set(change)
        .where('number', '=', number)
        .where('released_at', 'is', null)
        .where('edits', '=', row.edits)
        .where('held', row.held === null ? 'is' : '=', row.held)
        .executeTakeFirst()
      if (numUpdatedRows > 0n) return true
    }
  }
}

/** True of a digest of which no message has gone out, nor begun to. */
function nothingOut(eb: ExpressionBuilder<Schema, 'digest'>) {
  return eb.not(
    eb.exists(
      eb
        .selectFrom('delivery')
        .select('delivery.id')
        .whereRef('delivery.digest', '=', 'digest.number')
        .where('delivery.state', 'not in', ['pending', 'deferred']),
    ),
  )
}

interface StoredEdits {
  /** As it was composed, once it has been changed. */
  original?: Digest
  list?: DigestEdit[]
  releasedBy?: string
}

function fromRow(row: Schema['digest']): StoredDigest {
  const { original, list = [], releasedBy = null } = JSON.parse(row.edits) as StoredEdits
  return {
    number: row.number,
    since: row.since,
    until: row.until,
    createdAt: row.created_at,
    releasedAt: row.released_at,
    audienceAt: row.audience_at,
    held: row.held,
    corrections: JSON.parse(row.corrections) as Correction[],
    paused: row.paused,
    approveBy: row.approve_by,
    edits: list,
    original: original ?? null,
    releasedBy,
    digest: JSON.parse(row.body) as Digest,
  }
}
