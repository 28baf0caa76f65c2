import { describe, expect, test } from 'vitest'
import { type DeliveryState, deliveryStates, type Medium } from '../../src/model/index.ts'
import { deliveryId } from '../../src/store/index.ts'
import { migrate } from '../../src/store/migrate.ts'
import { type Migration, migrations } from '../../src/store/migrations.ts'
import { onEachDatabase, rows, whereItApplies } from './databases.ts'
import { claim, draft, feedState, leaseMs, newItems, now, post } from './samples.ts'

const mood: Migration = { name: '999 moods', statements: ['create table mood (name text primary key)'] }

onEachDatabase((db) => {
  const done = (tables = db.tables()) =>
    rows<{ id: number; name: string }>(tables, 'select * from migration order by id')
  const all = migrations.map(({ name }, i) => ({ id: i + 1, name }))

  describe('migrating', () => {
    test('runs every step once and records it', async () => {
      expect(await done()).toEqual(all)
    })

    test('twice is once: nothing is lost or made again', async () => {
      await db.store.items.absorb(newItems(3), feedState(), now)
      const again = await db.open()
      expect(await again.items.count()).toBe(3)
      expect(await done()).toEqual(all)
    })

    test('adds only the steps that are new', async () => {
      await db.store.items.absorb(newItems(3), feedState(), now)
      const tables = db.tables()
      await migrate(tables, db.kind, [...migrations, mood])
      expect((await done(tables)).at(-1)).toEqual({ id: migrations.length + 1, name: mood.name })
      expect(await rows(tables, 'select * from mood')).toEqual([])
      expect(await db.store.items.count()).toBe(3)
    })

    // SQLite needs processes of their own for it: processes.test.ts.
    whereItApplies(db.kind !== 'sqlite')(
      'takes turns when several begin at once on an empty database',
      async () => {
        await db.leave()
        await Promise.all([db.open(), db.open(), db.open(), db.open()])
        expect(await done()).toEqual(all)
      },
    )

    test('that breaks leaves the database as it was', async () => {
      const broken: Migration = {
        name: 'broken',
        statements: ['create table half (id integer)', 'create tabel whole'],
      }
      const tables = db.tables()
      await expect(migrate(tables, db.kind, [...migrations, mood, broken])).rejects.toThrow(/tabel/)
      expect(await done(tables)).toEqual(all)
      await expect(rows(tables, 'select * from mood')).rejects.toThrow(/mood/)
      await migrate(tables, db.kind, [...migrations, mood])
      expect(await rows(tables, 'select * from mood')).toEqual([])
    })

    test('refuses a database that a newer Freehold has used', async () => {
      await migrate(db.tables(), db.kind, [...migrations, mood])
      const known = migrations.length
      await expect(db.open()).rejects.toThrow(
        `The database at DATABASE_URL could not be opened: The database holds ${known + 1} migrations and this Freehold ` +
          `knows ${known}: it was used by a newer version. Start that version, or set DATABASE_URL to another database.`,
      )
      expect(await done()).toHaveLength(known + 1)
    })
  })

  describe('the step to 007, on a database in use', () => {
    const before = migrations.slice(0, 6)
    const free = { owner: null, lease_until: null, body_started_at: null, settled_at: null }
    const ended = { ...free, body_started_at: now - 20, settled_at: now - 10 }
    /** What a delivery in each state has in its columns. */
    const columns: Record<DeliveryState, Record<string, unknown>> = {
      pending: { ...free, attempts: 0, receipt: null, error: null },
      sending: {
        ...free,
        attempts: 2,
        owner: 'one',
        lease_until: now - 1,
        body_started_at: now - 5,
        receipt: null,
        error: '450 busy',
      },
      sent: { ...ended, attempts: 1, receipt: "250 it's queued", error: null },
      deferred: { ...free, attempts: 3, receipt: null, error: '450 busy' },
      failed: { ...ended, attempts: 8, receipt: null, error: '550 no' },
      suppressed: { ...ended, attempts: 1, receipt: null, error: 'The subscriber has left.' },
      cancelled: { ...ended, attempts: 0, receipt: null, error: null },
      unknown: { ...ended, attempts: 1, receipt: null, error: 'lost' },
    }
    const media: Medium[] = ['discord', 'email']

    /** Two digests as 006 keeps them; the first with a delivery in each state for each medium, of two parts where posted. */
    async function inUse() {
      await db.leave()
      const tables = db.tables()
      await migrate(tables, db.kind, before)
      for (const number of [1, 2]) {
        const body = JSON.stringify(draft({ number }))
        await rows(
          tables,
          `insert into digest (number, since, until, created_at, released_at, audience_at, body)
           values (${number}, 1, 2, 3, 4, ${number === 1 ? 5 : 'null'}, '${body}')`,
        )
      }
      const written: Record<string, unknown>[] = []
      for (const medium of media) {
        for (const state of deliveryStates) {
          for (const part of medium === 'discord' ? [0, 1] : [0]) {
            const target = `to ${state}`
            const id = deliveryId({ digest: 1 }, { medium, target, part })
            const place = { id, digest: 1, medium, target, part }
            const own = part === 1 ? columns.pending : columns[state]
            const row = { ...place, state: part === 1 ? 'pending' : state, due_at: now, ...own }
            await tables
              .insertInto('delivery')
              .values(row as never)
              .execute()
            written.push(row)
          }
        }
      }
      return { tables, written }
    }

    test('keeps every digest and every delivery as it was', async () => {
      const { tables, written } = await inUse()
      const store = await db.open()
      expect(await store.digests.count()).toBe(2)
      expect((await store.digests.get(1))!.digest).toEqual(draft({ number: 1 }))
      const after = await rows<Record<string, unknown>>(tables, 'select * from delivery')
      const byId = (a: Record<string, unknown>, b: Record<string, unknown>) =>
        `${a.id}` < `${b.id}` ? -1 : 1
      const added = { post: 'digest 1', alert: null, step: 'message', wish: null, uncertain_since: null }
      expect(after.toSorted(byId)).toEqual(
        written.map((row) => ({ ...row, ...added, piece: row.part })).toSorted(byId),
      )
      expect(await store.deliveries.list({})).toHaveLength(written.length)
    })

    test('lets all that was under way go on', async () => {
      await inUse()
      const store = await db.open()
      const { deliveries } = store
      const targets = async (medium: Medium) =>
        (await claim(store, { medium })).map(({ target, part }) => `${target} ${part}`).sort()
      // A mail that was going out is unknown; a post is looked for before it goes out again.
      expect(await deliveries.recover(now)).toEqual({ pending: 1, unknown: 1 })
      expect(await targets('email')).toEqual(['to deferred 0', 'to pending 0'])
      expect(await targets('discord')).toEqual(['to deferred 0', 'to pending 0', 'to sending 0', 'to sent 1'])
      const sending = await deliveries.list({ state: 'sending', medium: 'discord' })
      const [lost] = sending.filter(({ target }) => target === 'to sending')
      expect(lost).toMatchObject({ attempts: 3, uncertainSince: now - 5, leaseUntil: now + leaseMs })
      // Nothing is known by which a post that was unknown already could be looked for: it is left to a person.
      expect(await store.posts.anyToLookFor({ lost: 0, before: now + 9e9 })).toBe(false)
      expect(await deliveries.resendUnknown(1, 'discord', now)).toBe(1)
    })

    test('lets the next digest and alerts be written down', async () => {
      await inUse()
      const store = await db.open()
      expect(await store.digests.awaitingAudience()).toEqual([2])
      expect(await store.deliveries.prepare(1, post(3), now)).toBe(0)
      expect(await store.deliveries.prepare(2, post(3), now)).toBe(3)
      expect(await store.deliveries.list({ digest: 2 })).toMatchObject(
        [0, 1, 2].map((part) => ({ part, piece: part })),
      )
    })

    test('keeps the places of a post apart, and takes deliveries away with their digest', async () => {
      const { tables, written } = await inUse()
      await db.open()
      const again = `insert into delivery select 'new id', post, digest, alert, medium, target, part, step, piece, wish, state,
        attempts, due_at, owner, lease_until, body_started_at, uncertain_since, settled_at, receipt, error
        from delivery where id = '${written[0]!.id}'`
      await expect(rows(tables, again)).rejects.toThrow(/unique/i)
      await rows(tables, 'delete from digest where number = 1')
      expect(await rows(tables, 'select id from delivery')).toEqual([])
    })
  })

  test('the steps have names of their own, in order', () => {
    const names = migrations.map((step) => step.name)
    expect(names).toEqual(names.map((name, i) => `${String(i + 1).padStart(3, '0')}${name.slice(3)}`))
  })
})
