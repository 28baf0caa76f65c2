import { expect, test } from 'vitest'
import { onEachDatabase } from './databases.ts'

onEachDatabase((db) => {
  test('a setting is made once and kept, over a restart too', async () => {
    expect(await db.store.settings.get('secret')).toBeNull()
    expect(await db.store.settings.getOrSet('secret', () => 'first')).toBe('first')
    expect(await db.store.settings.getOrSet('secret', () => 'second')).toBe('first')
    expect(await db.store.settings.getOrSet('other', () => 'third')).toBe('third')
    expect(await db.store.settings.get('secret')).toBe('first')
    const next = await db.open()
    expect(await next.settings.getOrSet('secret', () => 'fourth')).toBe('first')
  })

  test('a setting is replaced, and what it was before is told', async () => {
    const { settings } = db.store
    expect(await settings.replace('print', 'first')).toBeNull()
    expect(await settings.replace('print', 'second')).toBe('first')
    expect(await settings.replace('print', 'second')).toBe('second')
    expect(await settings.getOrSet('print', () => 'third')).toBe('second')
  })

  test('those who ask at the same time get the same value', async () => {
    const other = await db.peer()
    const asked = Array.from({ length: 20 }, (_, n) =>
      (n % 2 ? other : db.store).settings.getOrSet('secret', () => `made by ${n}`),
    )
    const values = new Set(await Promise.all(asked))
    expect(values.size).toBe(1)
    expect([...values][0]).toMatch(/^made by \d+$/)
  })
})
