import { expect, test } from 'vitest'
import { onEachDatabase } from './databases.ts'
import { now } from './samples.ts'

onEachDatabase((db) => {
  const take = (owner: string, at: number, lasts = 1000) =>
    db.store.leases.take('gateway', { owner, now: at, until: at + lasts })

  test('a lease has one holder until it runs out or is given back', async () => {
    expect(await db.store.leases.holder('gateway', now)).toBeNull()
    expect(await take('ada', now)).toBe(true)
    expect(await take('bram', now + 1000)).toBe(false)
    expect(await db.store.leases.holder('gateway', now + 1000)).toBe('ada')
    expect(await take('bram', now + 1001)).toBe(true)
    expect(await take('ada', now + 1002)).toBe(false)
    await db.store.leases.release('gateway', 'ada')
    expect(await db.store.leases.holder('gateway', now + 1002)).toBe('bram')
    await db.store.leases.release('gateway', 'bram')
    expect(await take('ada', now + 1003)).toBe(true)
  })

  test('its holder prolongs it', async () => {
    expect(await take('ada', now)).toBe(true)
    expect(await take('ada', now + 900)).toBe(true)
    expect(await take('bram', now + 1500)).toBe(false)
    expect(await db.store.leases.take('other', { owner: 'bram', now, until: now + 1 })).toBe(true)
  })

  test('those whose holders are long gone are cleared away', async () => {
    await take('ada', now)
    await db.store.leases.take('other', { owner: 'bram', now, until: now + 5000 })
    await db.store.leases.prune(now + 2000)
    const names = await db.tables().selectFrom('lease').select('name').execute()
    expect(names).toEqual([{ name: 'other' }])
  })

  test('of many who want it at the same moment one gets it', async () => {
    const other = await db.peer()
    const wanted = Array.from({ length: 20 }, (_, n) =>
      (n % 2 ? other : db.store).leases.take('gateway', { owner: `process ${n}`, now, until: now + 1000 }),
    )
    const got = await Promise.all(wanted)
    expect(got.filter(Boolean)).toHaveLength(1)
    expect(await db.store.leases.holder('gateway', now)).toBe(`process ${got.indexOf(true)}`)
  })
})
