import { expect, test } from 'vitest'
import { nameTable } from '../../src/classify/name-table.ts'

const names = ['weights', 'open+weights', 'weight', 'naïve', '开源', '\ud83e', '~price', 'x']

test('a name is found at its place, and its place gives the name, whatever its letters', () => {
  const table = nameTable(names)
  expect(names.map((name) => table.indexOf(name))).toEqual(names.map((_, i) => i))
  expect(names.map((_, i) => table.at(i))).toEqual(names)
  expect(table.toArray()).toEqual(names)
})

test('what is not in the list has no place, and behind its end there is no name', () => {
  const table = nameTable(names)
  for (const other of ['weigh', 'weightss', 'naive', '开', '']) expect(table.indexOf(other)).toBeUndefined()
  expect(table.at(names.length)).toBeUndefined()
  expect(nameTable([]).indexOf('weights')).toBeUndefined()
})
