import { describe, expect, test } from 'vitest'
import type { GivenLabel } from '../../src/model/index.ts'
import type { NewItem } from '../../src/store/index.ts'
import { onEachDatabase, rows } from './databases.ts'
import { feedState, label, newItem, newItems, now } from './samples.ts'

onEachDatabase((db) => {
  const absorb = (found: NewItem[] = newItems(3), at = now) => db.store.items.absorb(found, feedState(), at)
  const item = newItem(1).id
  const opens: GivenLabel = { idea: 'renewal', direction: 'opens', evidence: 'What post 1 says' }
  const closes: GivenLabel = { idea: 'compute-cost', direction: 'closes', evidence: 'Post 1' }
  const asLabel = (given: GivenLabel) => ({ ...given, score: 1, by: 'maintainer' })
  const labelsNow = async (id = item) =>
    (await db.store.items.list()).find((found) => found.id === id)!.labels
  const judge = (model: string, ...labels: ReturnType<typeof label>[]) =>
    db.store.items.label([{ item, labels: labels.map((one) => ({ ...one, by: model })) }], model)

  describe('a verdict', () => {
    test('replaces all labels of its item by its own, given by the maintainer and certain', async () => {
      await absorb()
      await judge('model:one', label({ direction: 'closes' }), label({ idea: 'economic-function' }))
      expect(await db.store.verdicts.give(item, [opens, closes], now)).toBe(true)
      expect(await labelsNow()).toEqual([asLabel(closes), asLabel(opens)])
      expect(await labelsNow(newItem(2).id)).toEqual([])
    })

    test('that an item bears on nothing is kept too, and takes its labels away', async () => {
      await absorb()
      await judge('model:one', label())
      await db.store.verdicts.give(item, [], now)
      expect(await labelsNow()).toEqual([])
      expect(await db.store.verdicts.get(item)).toMatchObject({ labels: [], givenAt: now })
    })

    test('gives way to a later one', async () => {
      await absorb()
      await db.store.verdicts.give(item, [opens, closes], now)
      await db.store.verdicts.give(item, [closes], now + 1)
      expect(await labelsNow()).toEqual([asLabel(closes)])
      expect(await db.store.verdicts.get(item)).toMatchObject({ labels: [closes], givenAt: now + 1 })
      expect(await db.store.verdicts.list()).toHaveLength(1)
    })

    test('comes back with its item, to the letter', async () => {
      await absorb()
      const odd = { ...opens, evidence: `'"; drop table verdict; -- 🦉 日本語` }
      await db.store.verdicts.give(item, [odd], now)
      const { identity: _, revision: __, ...stored } = newItem(1)
      expect(await db.store.verdicts.get(item)).toEqual({ item: stored, labels: [odd], givenAt: now })
    })

    test('on an item that is not there is refused and leaves nothing', async () => {
      await absorb()
      expect(await db.store.verdicts.give('no such item', [opens], now)).toBe(false)
      expect(await db.store.verdicts.get('no such item')).toBeNull()
      expect(await db.store.verdicts.list()).toEqual([])
    })

    test('that breaks half-way changes nothing', async () => {
      await absorb()
      await db.store.verdicts.give(item, [opens], now)
      await expect(db.store.verdicts.give(item, [closes, closes], now + 1)).rejects.toThrow(/unique/i)
      expect(await labelsNow()).toEqual([asLabel(opens)])
      expect(await db.store.verdicts.get(item)).toMatchObject({ labels: [opens], givenAt: now })
    })

    test('goes with its item', async () => {
      await absorb()
      await db.store.verdicts.give(item, [opens], now)
      await rows(db.tables(), `delete from item where id = '${item}'`)
      expect(await db.store.verdicts.list()).toEqual([])
    })
  })

  describe('after a verdict', () => {
    test.each([
      ['labels', [opens]],
      ['no labels', []],
    ])('with %s no model touches them, and the item counts as judged', async (_, given) => {
      await absorb()
      await db.store.verdicts.give(item, given, now)
      await judge('model:two', label({ direction: 'closes', score: 0.99 }), label({ idea: 'compute-cost' }))
      await judge('llm:three', label({ idea: 'institutional-support' }))
      expect(await labelsNow()).toEqual(given.map(asLabel))
      const left = (await db.store.items.toClassify('llm:three', 0, 10)).map((one) => one.id)
      expect(left).not.toContain(item)
    })

    test('the other items of the same batch are labelled', async () => {
      await absorb()
      await db.store.verdicts.give(item, [], now)
      const batch = newItems(3).map((one) => ({ item: one.id, labels: [label()] }))
      await db.store.items.label(batch, 'model:one')
      const given = (await db.store.items.list()).map((one) => [one.id, one.labels.length])
      expect(Object.fromEntries(given)).toEqual({
        [newItem(0).id]: 1,
        [item]: 0,
        [newItem(2).id]: 1,
      })
    })

    test('a model that judges at the same time does not get its labels in', async () => {
      await absorb(newItems(60))
      const other = await db.peer()
      const batch = newItems(60).map((one) => ({ item: one.id, labels: [label()] }))
      let said = false
      const judging = async () => {
        while (!said) await other.items.label(batch, 'model:one')
      }
      const saying = async () => {
        for (const one of newItems(60)) await db.store.verdicts.give(one.id, [closes], now)
        said = true
      }
      await Promise.all([judging(), saying()])
      for (const one of await db.store.items.list()) expect(one.labels, one.id).toEqual([asLabel(closes)])
    })

    test('a changed text keeps it; evidence that no longer stands in the text gives way to the title', async () => {
      await absorb()
      await db.store.verdicts.give(item, [opens, closes], now)
      await absorb([newItem(1, { revision: 'second', title: 'Post 1, again', summary: 'Other words.' })])
      expect(await labelsNow()).toEqual([asLabel(closes), asLabel({ ...opens, evidence: 'Post 1, again' })])
    })
  })

  test('the list is in the order of ids and the stamp changes with every word', async () => {
    await absorb()
    const stamps = [await db.store.verdicts.stamp()]
    const say = async (n: number, at: number) => {
      await db.store.verdicts.give(newItem(n).id, [opens], at)
      stamps.push(await db.store.verdicts.stamp())
    }
    await say(2, now)
    await say(0, now)
    await say(2, now + 1)
    expect((await db.store.verdicts.list()).map((one) => one.item.id)).toEqual([newItem(0).id, newItem(2).id])
    expect(new Set(stamps).size).toBe(stamps.length)
    expect(await db.store.verdicts.stamp()).toBe(stamps.at(-1))
  })
})
