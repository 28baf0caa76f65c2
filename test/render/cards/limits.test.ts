import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  channelKinds,
  channelModes,
  type Direction,
  directions,
  feedKinds,
  type Label,
} from '../../../src/model/index.ts'
import type { DiscordMessage } from '../../../src/render/index.ts'
import { hostile, ideas, twelveWeeks } from '../../fixtures/digests.ts'
import { openApiSkipped } from '../../servers/discord-openapi.ts'
import { anItem, cards, faults } from './checking.ts'

/** Feeds and people write anything: nothing, harm, other scripts, halves of characters, and far too much of it. */
const words = fc.oneof(
  fc.constantFrom('', ' ', '\u200b', '\n\n', '\ud83d', ...Object.values(hostile)),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .tuple(
      fc.constantFrom('*_~`|', '字', '😀', '<#1> ', '@everyone ', '- a\n', 'word. ', '://', 'a'),
      fc.nat(9000),
    )
    .map(([unit, times]) => unit.repeat(times)),
)
const url = fc.oneof(
  fc.constantFrom('', 'javascript:alert(1)', 'https://news.example/a_(b)', 'http://localhost/'),
  fc.nat(2000).map((length) => `https://long.example/${'(x)'.repeat(length / 3)}`),
)
const id = fc.oneof(fc.constantFrom('', '1', '123456789012345678', 'renewal', 'a:b%'), words)
const time = fc.oneof(fc.constantFrom(0, Number.NaN, 1e300, -5), fc.nat(2e12))
const direction = fc.constantFrom<Direction>(...directions)

/** Every card with contents made of such texts; its lists are as long as `fill` says. */
function cardsOf(
  words: fc.Arbitrary<string>,
  url: fc.Arbitrary<string>,
  id: fc.Arbitrary<string>,
  fill: 'any' | 'full',
): Record<string, fc.Arbitrary<DiscordMessage>> {
  const some = <T>(one: fc.Arbitrary<T>, most = 12) =>
    fc.array(one, { minLength: fill === 'full' ? most : 0, maxLength: most })
  const idea = fc.oneof(fc.constantFrom(...ideas.map((one) => one.id)), id)
  const concept = fc.record({ id, title: words, url, text: words })
  const label: fc.Arbitrary<Label> = fc.record({
    idea,
    direction,
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    evidence: words,
    by: fc.constantFrom('maintainer', 'model:1'),
  })
  const item = fc
    .record({
      id,
      title: words,
      url: fc.option(url),
      publishedAt: fc.option(fc.nat(2e12)),
      labels: some(label),
    })
    .map(anItem)
  const story = fc.record({ item, feedTitle: words })
  const pages = fc.record({ page: fc.integer({ min: 1, max: 9 }), pages: fc.integer({ min: 0, max: 9 }) })
  const subscription = fc.record({
    channel: id,
    guild: id,
    kind: fc.constantFrom(...channelKinds),
    mode: fc.constantFrom(...channelModes),
    ideas: some(idea, 40),
    directions: fc.uniqueArray(direction),
    role: fc.option(id),
    discuss: fc.boolean(),
    publish: fc.boolean(),
    alertsADay: fc.nat(10),
    madeBy: id,
    madeAt: time,
    failures: fc.nat(5),
    lastError: fc.option(words),
    pausedAt: fc.option(time),
  })
  const feed = fc.record({
    id,
    title: words,
    url,
    site: url,
    publisher: words,
    kind: fc.constantFrom(...feedKinds),
    group: words,
    language: fc.constant(null),
    official: fc.boolean(),
    textUse: fc.constant('link' as const),
    everyMs: fc.constant(null),
    keep: fc.constant<string[]>([]),
    block: fc.constant<string[]>([]),
    maxAgeDays: fc.constant(null),
    enabled: fc.boolean(),
    reason: fc.option(words),
  })
  const anyIdea = fc
    .record({ id, title: words, name: words, definition: words })
    .map((part) => ({ ...ideas[0]!, ...part }))
  const answer = fc.record({
    question: words,
    answered: fc.boolean(),
    kind: fc.constantFrom('concept' as const, 'news' as const, 'declined' as const),
    answer: words,
    citations: some(fc.record({ page: id, title: words, section: words, quote: words, url }), 20),
    items: some(
      fc.record({
        title: words,
        url,
        idea,
        direction,
        publishedAt: fc.option(fc.oneof(fc.constant('2026-11-18'), words)),
      }),
    ),
    concepts: some(concept),
    by: fc.option(
      words.map((name) => `llm:${name}`),
      { nil: undefined },
    ),
  })
  const page = fc.record({
    id,
    title: words,
    aliases: fc.constant<string[]>([]),
    related: fc.constant<string[]>([]),
    idea: fc.option(anyIdea),
    markdown: some(words, 4).map((parts) => parts.join('\n\n')),
    file: fc.constant('x.md'),
  })

  return {
    answer: fc.record({ id, answer, mayShare: fc.boolean() }).map(cards.answer),
    passages: answer.map(cards.passages),
    concept: fc.record({ page, related: some(concept) }).map(cards.concept),
    concepts: fc.record({ found: some(concept) }).map(cards.concepts),
    ideas: fc
      .record({
        ideas: some(fc.record({ idea: anyIdea, balance: fc.constantFrom([], twelveWeeks('renewal')) }), 40),
      })
      .map(cards.ideas),
    latest: fc
      .tuple(
        fc.record({
          stories: some(story),
          idea: fc.option(idea),
          direction: fc.option(direction),
          since: words,
        }),
        pages,
      )
      .map(([content, turn]) => cards.latest({ ...content, ...turn })),
    sources: fc
      .tuple(some(fc.record({ feed, lastSuccessAt: fc.option(time), error: fc.option(words) }), 40), pages)
      .map(([feeds, turn]) => cards.sources({ feeds, ...turn })),
    why: fc.tuple(story, words).map(([content, reason]) => cards.why({ ...content, reason })),
    subscribed: fc
      .record({ subscription, warnings: some(words), changed: fc.boolean(), schedule: words })
      .map(cards.subscribed),
    status: fc
      .record({
        subscriptions: some(subscription, 60),
        lastIssue: fc.option(fc.record({ number: fc.nat(), at: time })),
        nextIssueAt: fc.option(time),
        feeds: fc.record({ total: fc.nat(200), failing: fc.nat(200) }),
      })
      .map(cards.status),
    help: fc
      .record({ commands: some(fc.record({ name: words, description: words, id: fc.option(id) }), 130) })
      .map(cards.help),
    notice: fc.oneof(words, some(words, 30)).map((sentences) => cards.notice(sentences)),
    trouble: fc
      .record({ subscription, error: words, paused: fc.boolean(), retryAt: fc.option(time) })
      .map(cards.trouble),
  }
}

const anything = cardsOf(words, url, id, 'any')
/** The most that Markdown, bytes and links can make of a text, in every place at once. */
const utmost = cardsOf(
  fc.constantFrom(
    '*_'.repeat(5000),
    '字'.repeat(9000),
    '字 <#123456789012345678> '.repeat(900),
    '@ :// '.repeat(2000),
  ),
  fc.constantFrom(`https://long.example/${'(x)'.repeat(80)}`, `https://long.example/${'x'.repeat(570)}`),
  fc.stringMatching(/^[1-9]\d{19}$/),
  'full',
)

describe(openApiSkipped ?? 'Discord takes, by its limits and its OpenAPI description,', () => {
  test.each(Object.keys(anything))('the card “%s”, whatever comes in', (name) => {
    fc.assert(
      fc.property(anything[name]!, (message) => {
        expect(faults(message)).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test.each(Object.keys(utmost))('the card “%s”, however much comes in', (name) => {
    fc.assert(
      fc.property(utmost[name]!, (message) => {
        expect(faults(message)).toEqual([])
      }),
      { numRuns: 5 },
    )
  })
})
