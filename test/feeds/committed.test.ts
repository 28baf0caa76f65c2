import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { feedListSchema, readFeedLists } from '../../src/feeds/index.ts'
import { problemLine } from '../../src/lib/text/index.ts'
import { feedKinds, textUses } from '../../src/model/index.ts'

const folder = join(import.meta.dirname, '..', '..', 'feeds')

describe('the committed lists', () => {
  test('are in order and hold at least 60 feeds of every kind', async () => {
    const { feeds, problems } = await readFeedLists(folder)
    expect(problems.map(problemLine)).toEqual([])
    expect(feeds.length).toBeGreaterThanOrEqual(60)
    expect(new Set(feeds.map((feed) => feed.kind))).toEqual(new Set(feedKinds))
  })

  test('give the sample its own list', async () => {
    const { feeds, problems } = await readFeedLists(join(folder, 'sample'))
    expect(problems.map(problemLine)).toEqual([])
    expect(feeds.length).toBeGreaterThan(5)
  })

  test('name the schema for editors', async () => {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml'))
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) {
      expect(await readFile(join(folder, name), 'utf8')).toMatch(
        /^# yaml-language-server: \$schema=\.\/feeds\.schema\.json\n/,
      )
    }
  })
})

/** As much of a JSON Schema as is compared. */
interface Schema {
  properties: Record<string, { enum?: string[]; default?: unknown; pattern?: string; type?: string }>
  required: string[]
  additionalProperties: boolean
}

describe('the schema for editors', () => {
  let written: Schema & { $defs: { feed: Schema; rules: { items: { pattern: string } } } }
  let ofReader: Schema & { properties: { feeds: { items: Schema } } }
  beforeAll(async () => {
    written = JSON.parse(await readFile(join(folder, 'feeds.schema.json'), 'utf8'))
    ofReader = z.toJSONSchema(feedListSchema, { io: 'input' }) as unknown as typeof ofReader
  })

  test('names just the fields that the reader takes, and needs those it needs', () => {
    for (const [one, other] of [
      [written, ofReader],
      [written.$defs.feed, ofReader.properties.feeds.items],
    ] as const) {
      expect(Object.keys(one.properties).sort()).toEqual(Object.keys(other.properties).sort())
      expect([...one.required].sort()).toEqual([...other.required].sort())
      expect(one.additionalProperties).toBe(false)
      expect(other.additionalProperties).toBe(false)
    }
  })

  test('has the reader’s kinds, uses of text, types and defaults', () => {
    const [one, other] = [written.$defs.feed.properties, ofReader.properties.feeds.items.properties]
    expect(one.kind?.enum).toEqual([...feedKinds])
    expect(one.textUse?.enum).toEqual([...textUses])
    for (const name of ['official', 'textUse', 'enabled'])
      expect(one[name]?.default).toEqual(other[name]?.default)
    for (const name of [
      'id',
      'title',
      'url',
      'site',
      'language',
      'official',
      'every',
      'maxAgeDays',
      'enabled',
      'reason',
    ]) {
      expect(one[name]?.type, name).toBe(other[name]?.type)
    }
  })

  const samples = {
    id: ['a', 'harbour-lab-2', '-a', 'Harbour', 'a b', ''],
    url: ['https://a.example/x', 'http://a.example', 'a.example', 'ftp://a.example'],
    language: ['en', 'pt-BR', 'zh-Hant-TW', 'EN', 'english', 'e', 'en_GB'],
    every: ['30m', '6h', '1d', '0m', '30', '30s', '1.5h'],
  }
  test.each(Object.entries(samples))('takes the same %s as the reader', (field, values) => {
    const pattern = new RegExp(written.$defs.feed.properties[field]!.pattern!, 'u')
    expect(values.filter((value) => pattern.test(value))).toEqual(
      values.filter((value) => accepts({ [field]: value })),
    )
  })

  test('takes the same rules as the reader, except for what only an engine can tell', () => {
    const rules = ['open', 'open weights', '/pric(e|ing)/', '/hiring/i', '/open', '//', '']
    const pattern = new RegExp(written.$defs.rules.items.pattern, 'u')
    expect(rules.filter((rule) => pattern.test(rule))).toEqual(
      rules.filter((rule) => accepts({ keep: [rule] })),
    )
  })
})

/** Whether the reader takes a feed with these fields. */
function accepts(fields: object): boolean {
  const feed = {
    id: 'a',
    title: 'A',
    url: 'https://a.example/feed',
    site: 'https://a.example',
    kind: 'lab',
    ...fields,
  }
  return feedListSchema.safeParse({ group: 'A', feeds: [feed] }).success
}
