import { afterAll, describe, expect, test } from 'vitest'
import { day, effectiveDate } from '../../src/model/index.ts'
import type { TestPerson } from '../servers/discord-people.ts'
import type { StoredMessage } from '../servers/discord-server.ts'
import { answered, buttons, menus, openHouse, said } from './bot.ts'
import { checkBodies } from './checks.ts'

const house = await openHouse()
await house.start()
afterAll(() => house.close())
const { server, channel, items } = house
const anna = server.addPerson({ username: 'anna' })
const bert = server.addPerson({ username: 'bert' })

/** Turns a page and waits until it is turned. */
async function turn(person: TestPerson, list: StoredMessage, button: string): Promise<number> {
  const before = JSON.stringify(list.components)
  const pressed = person.press(list, button)
  const { type } = await pressed.answer()
  await server.until(() => JSON.stringify(list.components) !== before)
  return type
}

/** Which of the buttons can't be pressed. */
const dead = ({ components }: StoredMessage) =>
  JSON.stringify(components)
    .match(/"label":"\w+","custom_id":"[^"]+","disabled":true/g)
    ?.map((one) => /"label":"(\w+)"/.exec(one)![1])

describe('/latest', () => {
  test('is turned to its end and back by who asked, narrowed as it was', async () => {
    const list = await anna.slash(channel, 'latest', { idea: 'renewal', direction: 'opens' }).reply()
    const fitting = items
      .filter(({ labels }) =>
        labels.some(({ idea, direction }) => idea === 'renewal' && direction === 'opens'),
      )
      .sort((a, b) => effectiveDate(b) - effectiveDate(a))
      .map(({ id }) => id)
    const pages = Math.ceil(fitting.length / 5)
    expect(pages).toBeGreaterThan(1)
    const shown = () => menus(list)[0].options.map(({ value }: { value: string }) => value)
    const seen = [...shown()]
    expect(dead(list)).toEqual(['Newer'])
    for (let page = 2; page <= pages; page++) {
      expect(await turn(anna, list, 'Older')).toBe(6)
      expect(said(list)).toContain(
        `### Latest stories on Renewal\n-# only what opens space · since 23 October · page ${page} of ${pages}`,
      )
      seen.push(...shown())
    }
    expect(seen).toEqual(fitting)
    expect(dead(list)).toEqual(['Older'])
    for (let page = pages; page > 1; page--) await turn(anna, list, 'Newer')
    expect(shown()).toEqual(fitting.slice(0, 5))
    expect(server.messages(channel).filter(({ author }) => author.id === server.bot.id)).toEqual([list])
  })

  test('is not turned by others, who are told how to get their own', async () => {
    const list = await anna.slash(channel, 'latest', {}).reply()
    const before = structuredClone(list)
    const { text, hidden } = await answered(bert.press(list, 'Older'))
    expect(text).toBe('Only who asked can turn these pages. /latest gives you pages of your own.')
    expect(hidden).toBe(true)
    expect(list).toEqual(before)
  })

  test('that has become shorter ends where it ends now', async () => {
    const list = await anna.slash(channel, 'latest', { idea: 'renewal' }).reply()
    house.pass(40 * day)
    await turn(anna, list, 'Older')
    expect(said(list)).toContain('Freehold has stored no story on Renewal')
    expect(buttons(list)).toEqual([])
    house.pass(-40 * day)
  })
})

test('/sources is turned, groups and all', async () => {
  const list = await anna.slash(channel, 'sources', {}).reply()
  const first = said(list)
  await turn(anna, list, 'Next')
  expect(said(list)).toContain('-# 30 feeds · page 2 of 2')
  const names = (text: string) => [...text.matchAll(/^- \[(.+?)\]\(/gm)].map((match) => match[1]!)
  expect(new Set([...names(first), ...names(said(list))]).size).toBe(30)
  expect(dead(list)).toEqual(['Next'])
  await turn(anna, list, 'Back')
  expect(said(list)).toBe(first)
  expect(() => bert.press(list, 'Next')).toThrow('does not see')
})

checkBodies(12)
