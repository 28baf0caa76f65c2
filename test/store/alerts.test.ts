import { describe, expect, test } from 'vitest'
import { deliveryId } from '../../src/store/index.ts'
import { onEachDatabase } from './databases.ts'
import { alert, now, post } from './samples.ts'

onEachDatabase((db) => {
  const alerts = () => db.store.alerts
  const places = [...post(1, 'a'), ...post(1, 'b')]

  describe('an alert', () => {
    test('is kept as it is told, with where it goes', async () => {
      const wish = { ideas: [], directions: ['opens' as const], role: '77' }
      const one = alert('a1')
      expect(await alerts().create(one, ['item1'], [{ ...places[0]!, wish }, places[1]!])).toBe(true)
      expect(await alerts().get('a1')).toEqual(one)
      const due = {
        digest: null,
        alert: 'a1',
        post: 'alert a1',
        state: 'pending',
        dueAt: now,
        step: 'message',
      }
      expect(await db.store.deliveries.list({})).toMatchObject([
        { ...due, id: deliveryId({ alert: 'a1' }, places[0]!), target: 'a', wish },
        { ...due, id: deliveryId({ alert: 'a1' }, places[1]!), target: 'b', wish: null },
      ])
    })

    test('is made once: who finds the same story later changes nothing and posts nothing', async () => {
      await alerts().create(alert('a1'), ['item1'], places)
      const again = alert('a1', { ideaName: 'Another name', madeAt: now + 60 })
      expect(await alerts().create(again, ['item1', 'item9'], post(1, 'c'))).toBe(false)
      expect(await alerts().get('a1')).toEqual(alert('a1'))
      expect((await db.store.deliveries.list({})).map((each) => each.target)).toEqual(['a', 'b'])
      expect(await alerts().itemsSince(0)).toEqual([{ id: 'a1', items: ['item1'] }])
    })

    test('is made once also by two at the same time', async () => {
      const other = await db.peer()
      const stores = [db.store, other, db.store, other]
      const made = await Promise.all(
        stores.map((store) => store.alerts.create(alert('a1'), ['item1'], places)),
      )
      expect(made.filter(Boolean)).toHaveLength(1)
      expect(await db.store.deliveries.list({})).toHaveLength(2)
    })

    test('that is not there is null', async () => {
      expect(await alerts().get('a1')).toBeNull()
    })
  })

  test('the items of alerts are told since a time, oldest first', async () => {
    await alerts().create(alert('c', { madeAt: now + 5 }), ['5', '6'], [])
    await alerts().create(alert('b', { madeAt: now }), ['3'], [])
    await alerts().create(alert('a', { madeAt: now }), ['1', '2'], [])
    await alerts().create(alert('old', { madeAt: now - 1 }), ['0'], [])
    expect(await alerts().itemsSince(now)).toEqual([
      { id: 'a', items: ['1', '2'] },
      { id: 'b', items: ['3'] },
      { id: 'c', items: ['5', '6'] },
    ])
    expect(await alerts().itemsSince(now + 6)).toEqual([])
  })
})
