import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fixture, fixtures } from './fixtures.ts'

const tests = ['bounces', 'complaints', 'people'].map((name) =>
  readFileSync(join(import.meta.dirname, `${name}.test.ts`), 'utf8'),
)

test('every fixture is read by a test', () => {
  expect(fixtures.filter((name) => !tests.some((source) => source.includes(`'${name}'`)))).toEqual([])
  expect(fixtures.length).toBeGreaterThan(60)
})

test('fixtures name no real domains', () => {
  const hosts = fixtures.flatMap(
    (name) =>
      fixture(name)
        .toString('latin1')
        .match(/(?<=@)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/gi) ?? [],
  )
  expect(hosts.length).toBeGreaterThan(300)
  expect(hosts.filter((host) => !/\.example$|(?:^|\.)example\.(?:com|net|org)$/i.test(host))).toEqual([])
})
