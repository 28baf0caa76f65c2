import { describe, expect, test } from 'vitest'
import type { Digest } from '../../src/model/index.ts'
import { hugeDigest, quietDigest, richDigest } from '../fixtures/digests.ts'
import { renderer, titles, unsubscribeUrl } from './reading.ts'

const inOrder = (digest: Digest) =>
  digest.sections.flatMap(({ stories }) => stories.map(({ title }) => title))

describe('every form tells the same stories in the same order', () => {
  const expected = inOrder(richDigest)
  const { html, text } = renderer.email(richDigest, { unsubscribeUrl })

  test.each([
    ['mail', titles.html(html)],
    ['mail as text', titles.text(text)],
    ['terminal', titles.text(renderer.text(richDigest))],
    ['Discord', titles.discord(renderer.discord(richDigest))],
    ['web page', titles.html(renderer.digestPage(richDigest))],
    ['JSON', renderer.json(richDigest).sections.flatMap(({ stories }) => stories.map(({ title }) => title))],
  ])('%s', (_, told) => {
    expect(told).toEqual(expected)
  })

  test('and where a form is cut, each idea keeps its first stories', () => {
    const told = titles.discord(renderer.discord(hugeDigest))
    for (const { stories } of hugeDigest.sections) {
      const all = stories.map(({ title }) => title)
      const here = told.filter((title) => all.includes(title))
      expect(here.length).toBeGreaterThan(0)
      expect(here).toEqual(all.slice(0, here.length))
    }
    expect(told).toEqual(inOrder(hugeDigest).filter((title) => told.includes(title)))
  })

  test('and the web page and JSON are never cut', () => {
    expect(titles.html(renderer.digestPage(hugeDigest))).toEqual(inOrder(hugeDigest))
    expect(renderer.json(hugeDigest).sections.flatMap(({ stories }) => stories)).toHaveLength(200)
  })
})

describe('JSON', () => {
  test('has the shape of the contract', () => {
    const json = renderer.json(richDigest)
    expect(Object.keys(json)).toEqual([
      'number',
      'since',
      'until',
      'lead',
      'sections',
      'coverage',
      'read',
      'leftOut',
    ])
    expect(json.sections[0]).toMatchObject({ idea: 'renewal', balance: expect.arrayContaining([]) })
    expect(json.sections[0]!.balance[0]).toEqual({
      week: '2026-08-31',
      opens: expect.any(Number),
      closes: expect.any(Number),
      mixed: expect.any(Number),
    })
    expect(json.sections[0]!.stories[1]).toMatchObject({
      title: 'Meta says its next large model will not be released as open weights',
      url: 'https://news.example/a2',
      feed: 'example-news',
      publishedAt: '2026-11-19T15:20:00.000Z',
      direction: 'closes',
      evidence:
        'The company confirmed that the successor will be “available only through its API” at launch.',
      update: 'Ten days ago the company had still called the release “planned”.',
      also: [{ feed: 'the-verge', url: 'https://verge.example/meta' }],
    })
  })

  test('has null as the number of a preview', () => {
    expect(renderer.json({ ...quietDigest, number: null }).number).toBeNull()
  })
})
