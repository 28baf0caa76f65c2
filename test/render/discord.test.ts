import { describe, expect, test } from 'vitest'
import type { Digest, Direction } from '../../src/model/index.ts'
import { type Container, messageLimits, sizeOf } from '../../src/render/discord/components.ts'
import { discordText, maskedLink } from '../../src/render/discord/markdown.ts'
import { type DiscordMessage, type DiscordWish, fingerprintOf } from '../../src/render/index.ts'
import {
  hostile,
  hostileDigest,
  hugeDigest,
  ideas,
  quietDigest,
  richDigest,
  section,
  story,
} from '../fixtures/digests.ts'
import { checkMessage } from '../servers/discord-limits.ts'
import { openApiSkipped, validateBody } from '../servers/discord-openapi.ts'
import { discordTexts, renderer, site, titles } from './reading.ts'

const role = '123456789012345678'
const wish = (part: Partial<DiscordWish>): DiscordWish => ({ ideas: [], directions: [], role: null, ...part })
const everything = (messages: DiscordMessage[]) => discordTexts(messages).join('\n')
const containers = (messages: DiscordMessage[]) =>
  messages.flatMap(({ components }) => components.filter((one): one is Container => one.type === 17))
const textsOf = (container: Container) =>
  container.components.flatMap((one) => (one.type === 10 ? [one.content] : []))
const headings = (messages: DiscordMessage[]) =>
  containers(messages).map((one) => /^### (.*)$/m.exec(textsOf(one)[0]!)![1]!)

/** An issue in which every text and link is as long as feeds can make it, out of so many of the same characters. */
function lengthy(letters: string): Digest {
  const long = (times: number) => letters.repeat(times)
  const feeds = Array.from({ length: 90 }, () => ({ feed: 'f', title: long(200) }))
  return {
    ...richDigest,
    lead: Array.from({ length: 20 }, () => ({ text: long(400), backing: [] })),
    sections: richDigest.sections.map(({ idea }) => ({
      ...section(
        idea,
        Array.from({ length: 30 }, (_, index) =>
          story({
            item: `${idea}-${index}`,
            title: long(500),
            url: `https://long.example/${'(x)'.repeat(140)}`,
            evidence: `${long(3000)}!`,
            feedTitle: long(500),
            update: `${long(400)}?`,
            updates: 3,
            also: Array.from({ length: 30 }, () => ({ feed: 'f', feedTitle: long(100), url: null })),
          }),
        ),
        long(2000),
      ),
      title: long(500),
    })),
    concept: { id: 'long', title: long(900), text: long(9000), story: 'renewal-0' },
    debate: {
      axis: long(900),
      page: 'debates',
      sides: Array.from({ length: 40 }, () => ({ claim: long(900), text: long(9000) })),
      story: 'renewal-0',
    },
    coverage: {
      feeds: 99,
      answered: 1,
      failing: feeds.map((feed) => ({ ...feed, error: '' })),
      silent: feeds.map((feed) => ({ ...feed, days: 100_000 })),
      added: feeds,
    },
  }
}

const issues: [string, Digest][] = [
  ['rich', richDigest],
  ['quiet', quietDigest],
  ['huge', hugeDigest],
  ['hostile', hostileDigest],
  ['without anything', { ...quietDigest, sections: [], number: null, since: '', until: '' }],
  ...['[*_]', '語', '😀', '@', '://'].map((letters): [string, Digest] => [letters, lengthy(letters)]),
]
const wishes = [
  wish({}),
  wish({ role }),
  wish({ ideas: ['renewal'], role }),
  wish({ directions: ['closes'] }),
  wish({ ideas: ['compute-cost', 'no-such-idea'], directions: ['mixed', 'opens'] }),
]

describe('the Discord messages of an issue', () => {
  test.each(issues)('stay within all limits, whatever a channel follows: %s', (_, digest) => {
    for (const one of wishes) {
      const messages = renderer.discord(digest, one)
      expect(messages.length).toBeGreaterThan(0)
      for (const message of messages) {
        expect(checkMessage(message)).toBeNull()
        const size = sizeOf(message.components)
        expect(size.components).toBeLessThanOrEqual(messageLimits.components)
        expect(size.characters).toBeLessThanOrEqual(messageLimits.characters)
        expect(size.bytes).toBeLessThanOrEqual(messageLimits.bytes)
        for (const text of discordTexts([message])) expect(text.trim()).not.toBe('')
      }
      const { name } = renderer.discordPost(digest, one)
      expect(name.length).toBeGreaterThan(0)
      expect(name.length).toBeLessThanOrEqual(100)
    }
  })

  const asDiscordTakesThem = () => {
    for (const [, digest] of issues) {
      const messages = renderer.discord(digest, wish({ role }))
      for (const message of messages)
        expect(validateBody('POST /channels/:channel/messages', message)).toEqual([])
      const { name } = renderer.discordPost(digest)
      const post = { name, message: messages[0] }
      expect(validateBody('POST /channels/:channel/threads', post)).toEqual([])
    }
  }
  test(openApiSkipped ?? 'are bodies that Discord’s own description allows', asDiscordTakesThem)

  test('are two for a usual issue, and three with all of its stories under one idea', () => {
    expect(renderer.discord(richDigest)).toHaveLength(2)
    const stories = richDigest.sections.flatMap((one) => one.stories).slice(0, 10)
    const alone = renderer.discord({ ...richDigest, sections: [section('renewal', stories)] })
    expect(alone.length).toBeLessThanOrEqual(3)
    expect(titles.discord(alone)).toHaveLength(10)
    expect(everything(alone)).not.toContain('more on the web')
  })

  test('are three for the longest of issues, and more only where single stories are long', () => {
    expect(renderer.discord(hugeDigest)).toHaveLength(3)
    expect(titles.discord(renderer.discord(hugeDigest)).length).toBeGreaterThan(15)
    expect(titles.discord(renderer.discord(lengthy('語')))).toHaveLength(5)
  })

  test('show at least one story of every idea, however long', () => {
    for (const digest of [hugeDigest, lengthy('[*_]'), lengthy('語')]) {
      const messages = renderer.discord(digest)
      expect(headings(messages).slice(0, 5)).toEqual(digest.sections.map(({ name }) => name))
      for (const one of containers(messages).slice(0, 5)) expect(textsOf(one)[1]).toMatch(/^[▲▼◆] \*\*/)
    }
  })

  test('clip a story that is too long for a message at its quotation', () => {
    const one = (title: string) => {
      const long = story({
        item: 'x',
        title,
        url: `https://long.example/${'x'.repeat(550)}`,
        feedTitle: '_'.repeat(60),
        evidence: 'word '.repeat(60),
        update: '_'.repeat(230),
        updates: 3,
        also: Array.from({ length: 3 }, () => ({ feed: 'f', feedTitle: '~'.repeat(40), url: null })),
      })
      return everything(renderer.discord({ ...quietDigest, sections: [section('renewal', [long])] }))
    }
    expect(one('Short')).toMatch(/^> “(word ){46}word…”$/m)
    expect(one('*'.repeat(200))).toMatch(/^> “(word ){10,25}word…”$/m)
  })

  test('give each idea a container of its own colour', () => {
    const all = containers(renderer.discord(richDigest))
    expect(headings(renderer.discord(richDigest)).slice(0, 5)).toEqual(
      richDigest.sections.map(({ name }) => name),
    )
    expect(new Set(all.map((one) => one.accent_color)).size).toBe(6)
  })

  test('begin with the issue, its days and how its stories lean', () => {
    const [head] = discordTexts(renderer.discord(richDigest))
    expect(head!.replaceAll('\u00A0', ' ')).toBe(
      '## Freehold 12\n-# 16 to 22 November 2026 · 13 stories: 6 open, 4 close, 3 contested',
    )
  })

  test('end with how many stories are shown of how many, and a button to the web page', () => {
    const messages = renderer.discord(richDigest)
    expect(discordTexts(messages).at(-1)).toMatch(
      /^-# All 13 stories of this issue stand here\. Freehold read/,
    )
    expect(discordTexts(messages).at(-1)).toContain('62 of 64 feeds answered.')
    expect(messages.at(-1)!.components.at(-1)).toEqual({
      type: 1,
      components: [{ type: 2, style: 5, label: 'Read the whole issue', url: `${site}/digests/12` }],
    })

    const huge = renderer.discord(hugeDigest)
    const shown = titles.discord(huge).length
    expect(discordTexts(huge).at(-1)).toContain(`${shown} of this issue’s 200 stories stand here.`)
  })

  test('tell the concept of the week and the two claims of a debate in one container', () => {
    const [concept, debate] = textsOf(containers(renderer.discord(richDigest))[5]!)
    expect(concept).toContain('### Concept of the week: Zoning codes\nA zoning code decides')
    expect(concept).toContain(`[Read on in the wiki](${site}/wiki/zoning-codes)`)
    expect(debate).toMatch(/^### A debate: Investment\n- Frontier capability .*\n- It can be/)
    expect(debate).toContain(`[From the wiki](${site}/wiki/debates#investment)`)
    expect(debate).not.toContain('Training at the frontier')

    const { concept: _, ...debateOnly } = richDigest
    expect(textsOf(containers(renderer.discord(debateOnly))[5]!)[0]).toMatch(/^### A debate: Investment/)
  })

  test('say so when lead sentences are left out', () => {
    const long = discordTexts(renderer.discord(lengthy('*_~`|')))
    expect(long.slice(0, 8)).toContain('… The rest is on the web.')
    expect(everything(renderer.discord(richDigest))).not.toContain('The rest is on the web')
  })

  test('draw the balance under each idea, with its numbers, and no row of noughts', () => {
    const head = (digest: Digest) => textsOf(containers(renderer.discord(digest))[0]!)[0]!
    const bars = '`[·▁▂▃▄▅▆▇█]{12}`'
    expect(head(richDigest).replaceAll('\u00A0', ' ')).toMatch(
      new RegExp(
        `\n-# ▲ ${bars} ▼ ${bars} ◆ ${bars}\n` +
          '-# In this issue: 2 open, 1 closes, 1 contested · 12 weeks: 22 open, 15 close, 16 contested\n-# 2 stories open',
      ),
    )
    const balance = [{ week: '2026-11-16', opens: 0, closes: 2, mixed: 0 }]
    const [first] = richDigest.sections
    expect(head({ ...richDigest, sections: [{ ...first!, balance }] })).toContain('\n-# ▼\u00A0`▄`\n')
  })

  test('say under each idea how many more it has on the web', () => {
    for (const one of containers(renderer.discord(hugeDigest)).slice(0, 5)) {
      const shown = textsOf(one).filter((text) => /^[▲▼◆] \*\*/.test(text)).length
      expect(textsOf(one).at(-1)).toContain(`[${40 - shown} more on the web](${site}/digests/14#`)
    }
  })

  test('say that a week was quiet, in one message, whatever a channel follows', () => {
    const messages = renderer.discord(quietDigest)
    expect(messages).toHaveLength(1)
    expect(containers(messages)).toEqual([])
    expect(everything(messages)).toContain('\nA quiet week. None of the 412 items')
    expect(renderer.discord(quietDigest, wish({ ideas: ['renewal'] }))).toEqual(messages)
  })
})

describe('a channel that follows something', () => {
  const told = (part: Partial<DiscordWish>, digest = richDigest) =>
    titles.discord(renderer.discord(digest, wish(part)))
  const titlesOf = (digest: Digest, direction?: Direction) =>
    digest.sections
      .flatMap(({ stories }) => stories)
      .filter((one) => direction === undefined || one.direction === direction)
      .map(({ title }) => title)

  test('gets those stories only, and no section without one', () => {
    const messages = renderer.discord(
      richDigest,
      wish({ ideas: ['economic-function', 'disciplinary-floor'] }),
    )
    expect(headings(messages)).toEqual(['Disciplinary floor', 'Economic function'])
    const [, floor, , , function_] = richDigest.sections
    expect(titles.discord(messages)).toEqual(titlesOf({ ...richDigest, sections: [floor!, function_!] }))
    expect(told({ directions: ['closes'] })).toEqual(titlesOf(richDigest, 'closes'))
    expect(told({ ideas: ['renewal'], directions: ['closes'] })).toEqual([
      'Meta says its next large model will not be released as open weights',
    ])
  })

  test('gets the whole issue where it follows all there is', () => {
    const all = wish({ ideas: ideas.map(({ id }) => id), directions: ['mixed', 'closes', 'opens'] })
    expect(renderer.discord(richDigest, all)).toEqual(renderer.discord(richDigest))
    expect(renderer.discord(richDigest, wish({}))).toEqual(renderer.discord(richDigest))
    expect(renderer.discord(richDigest, null)).toEqual(renderer.discord(richDigest))
  })

  test.each<[Partial<DiscordWish>, string]>([
    [{ ideas: ['compute-cost'] }, 'Compute cost only'],
    [{ ideas: ['compute-cost', 'renewal', 'renewal'] }, 'Renewal and compute cost only'],
    [{ directions: ['opens'] }, 'What opens space'],
    [{ directions: ['mixed'] }, 'What is contested'],
    [{ directions: ['mixed', 'closes'] }, 'What closes space or is contested'],
    [{ directions: ['closes', 'opens'] }, 'What opens or closes space'],
    [
      { directions: ['closes'], ideas: ['compute-cost', 'renewal'] },
      'What closes space, on renewal and compute cost',
    ],
    [{ ideas: ['renewal', '*gone*'] }, 'Renewal and \\*gone\\* only'],
  ])('reads in one line what that is: %j', (part, line) => {
    expect(discordTexts(renderer.discord(richDigest, wish(part)))[0]!.split('\n')[2]).toBe(`-# ${line}`)
  })

  test('reads no more than five names of what it follows', () => {
    const many = Array.from({ length: 9 }, (_, i) => `idea-${i}`)
    const [head] = discordTexts(renderer.discord(richDigest, wish({ ideas: ['renewal', ...many] })))
    expect(head).toContain('\n-# Renewal, idea-0, idea-1, idea-2 and 6 more only')
  })

  test('reads how many of the issue’s stories those are, and how the whole idea leans', () => {
    const messages = renderer.discord(richDigest, wish({ ideas: ['renewal'], directions: ['closes'] }))
    const said = everything(messages).replaceAll('\u00A0', ' ')
    expect(said).toContain('16 to 22 November 2026 · 1 of 13 stories: 1 closes\n')
    expect(said).toContain('In this issue: 2 open, 1 closes, 1 contested')
    expect(said).toContain('1 of this issue’s 13 stories stand')
  })

  const count = (idea: string, direction: Direction) => [
    { kind: 'count' as const, of: `last week: ${idea} ${direction}`, value: 3 },
    { kind: 'count' as const, of: `weeks before: ${idea} ${direction}`, value: 1 },
  ]
  const backed: Digest = {
    ...richDigest,
    lead: [
      { text: 'Of c2 alone.', backing: [{ kind: 'item', item: 'c2', quote: 'Frontier' }] },
      { text: 'Of a1 under two.', backing: [{ kind: 'item', item: 'a1', quote: 'OLMo' }] },
      { text: 'Of a count.', backing: count('compute-cost', 'opens') },
      { text: 'Of another.', backing: count('renewal', 'opens') },
      { text: 'Of reading.', backing: [{ kind: 'count', of: 'items read', value: 1204 }] },
      { text: 'Of nothing.', backing: [] },
    ],
  }
  test.each<[Partial<DiscordWish>, string[]]>([
    [{ ideas: ['compute-cost'] }, ['c2 alone', 'a count']],
    [{ ideas: ['compute-cost', 'renewal'] }, ['c2 alone', 'a1 under two', 'a count', 'another']],
    [{ directions: ['closes'] }, ['c2 alone']],
    [{ directions: ['opens'], ideas: ['compute-cost'] }, ['a count']],
    [{ ideas: ['economic-function'] }, []],
  ])('reads the lead’s sentences that are sure to be about it: %j', (part, kept) => {
    const lead = discordTexts(renderer.discord(backed, wish(part))).filter((text) => text.startsWith('Of '))
    expect(lead).toEqual(kept.map((what) => `Of ${what}.`))
  })

  test('reads what moved an idea, unless that is a direction it does not follow', () => {
    const [first, ...others] = richDigest.sections
    const moved = { text: 'Three stories open.', backing: count('renewal', 'opens') }
    const digest = { ...richDigest, sections: [{ ...first!, moved }, ...others] }
    const said = (part: Partial<DiscordWish>) => everything(renderer.discord(digest, wish(part)))
    expect(said({ ideas: ['renewal'] })).toContain(moved.text)
    expect(said({ ideas: ['renewal'], directions: ['opens'] })).toContain(moved.text)
    expect(said({ ideas: ['renewal'], directions: ['closes'] })).not.toContain(moved.text)
  })

  test('reads of the wiki what its own stories call for', () => {
    const said = (part: Partial<DiscordWish>) => everything(renderer.discord(richDigest, wish(part)))
    expect(said({ ideas: ['renewal'] })).toMatch(/Concept of the week[\s\S]*A debate/)
    expect(said({ ideas: ['compute-cost'] })).toContain('Concept of the week')
    expect(said({ ideas: ['compute-cost'] })).not.toContain('A debate')
    expect(said({ ideas: ['economic-function'] })).not.toMatch(/Concept of the week|A debate/)
  })

  test('is told shortly and honestly when an issue has none of it', () => {
    const messages = renderer.discord(
      richDigest,
      wish({ ideas: ['economic-function'], directions: ['mixed'] }),
    )
    expect(messages).toHaveLength(1)
    expect(messages[0]!.components).toEqual([
      { type: 10, content: '## Freehold 12\n-# 16 to 22 November 2026' },
      {
        type: 10,
        content:
          'This channel follows what is contested, on economic function. None of this issue’s 13 stories is about that.',
      },
      {
        type: 1,
        components: [{ type: 2, style: 5, label: 'Read the whole issue', url: `${site}/digests/12` }],
      },
    ])
    const one = { ...quietDigest, sections: [section('renewal', [story({ item: 'o', title: 'One' })])] }
    expect(everything(renderer.discord(one, wish({ ideas: ['compute-cost'] })))).toContain(
      'This channel follows compute cost. The one story of this issue is about something else.',
    )
  })
})

describe('a role', () => {
  test('is mentioned at the end of the first message, and nobody else is', () => {
    for (const digest of [richDigest, hugeDigest]) {
      const [first, ...others] = renderer.discord(digest, wish({ role }))
      expect(first!.components.at(-1)).toEqual({ type: 10, content: `-# <@&${role}>` })
      expect(first!.allowed_mentions).toEqual({ parse: [], roles: [role] })
      for (const message of others) expect(message.allowed_mentions).toEqual({ parse: [] })
      expect(everything(others)).not.toContain('<@')
    }
  })

  test('is not called to an issue that has nothing for its channel', () => {
    const nothing = [
      renderer.discord(quietDigest, wish({ role })),
      renderer.discord(richDigest, wish({ ideas: ['no-such-idea'], role })),
    ]
    for (const messages of nothing) {
      expect(everything(messages)).not.toContain('<@')
      for (const message of messages) expect(message.allowed_mentions).toEqual({ parse: [] })
    }
  })

  test.each([null, '', '0', 'everyone', '1> <@2', `${role}${role}`])('is not mentioned for %j', (no) => {
    expect(renderer.discord(richDigest, wish({ role: no }))).toEqual(renderer.discord(richDigest))
    for (const message of renderer.discord(richDigest))
      expect(message.allowed_mentions).toEqual({ parse: [] })
  })
})

describe('the forum post of an issue', () => {
  test('is named after the issue and its days', () => {
    const name = (part: Partial<Digest>) => renderer.discordPost({ ...richDigest, ...part }).name
    expect(name({})).toBe('Freehold 12 · 16 to 22 November')
    expect(name({ until: '2026-12-04T09:00:00.000Z' })).toBe('Freehold 12 · 16 November to 4 December')
    expect(name({ since: '2026-12-28T09:00:00.000Z', until: '2027-01-04T09:00:00.000Z' })).toBe(
      'Freehold 12 · 28 December 2026 to 4 January 2027',
    )
    expect(name({ number: null, since: 'x', until: 'y' })).toBe('Freehold preview')
  })

  test('has the tags of the ideas that have stories in it', () => {
    const ideasOf = (digest: Digest, part: Partial<DiscordWish>) =>
      renderer.discordPost(digest, wish(part)).ideas
    expect(ideasOf(richDigest, {})).toEqual(ideas.map(({ id }) => id))
    expect(ideasOf(richDigest, { directions: ['mixed'] })).toEqual([
      'renewal',
      'disciplinary-floor',
      'institutional-support',
    ])
    expect(ideasOf(richDigest, { ideas: ['renewal'] })).toEqual(['renewal'])
    expect(ideasOf(quietDigest, {})).toEqual([])
  })
})

describe('a posted message', () => {
  let id = 0
  const withIds = (part: object): object => ({
    ...part,
    id: id++,
    ...('components' in part ? { components: (part.components as object[]).map(withIds) } : {}),
  })
  const posted = (message: DiscordMessage) => ({
    content: '',
    components: message.components.map(withIds),
  })

  test('is known again as Discord gives it back', () => {
    for (const message of renderer.discord(richDigest)) {
      expect(posted(message).components).not.toEqual(message.components)
      expect(fingerprintOf(posted(message))).toBe(fingerprintOf(message))
    }
  })

  test('is known though white space was trimmed', () => {
    const text = (content: string) => ({ components: [{ type: 10, content }] })
    expect(fingerprintOf(text(' a\u00A0b \n c '))).toBe(fingerprintOf(text('a b\nc')))
    expect(fingerprintOf(text('a b c'))).not.toBe(fingerprintOf(text('ab c')))
  })

  test('is not taken for another', () => {
    const all = [richDigest, hugeDigest]
      .flatMap((digest) => [
        renderer.discord(digest),
        renderer.discord(digest, wish({ ideas: ['renewal'], role })),
      ])
      .concat([renderer.discord(quietDigest)])
      .flat()
      .map(fingerprintOf)
    expect(new Set(all).size).toBe(all.length)
  })

  test('of somebody else may hold anything', () => {
    const odd = [
      null,
      7,
      'x',
      {},
      { type: 9, accessory: { type: 2 }, components: [{ type: 10, content: 'y' }] },
    ]
    expect(fingerprintOf({ content: 'hello', components: odd })).toBe('hello\ny')
    expect(fingerprintOf({})).toBe('')
  })
})

describe('foreign text', () => {
  test('puts nobody’s title behind another address', () => {
    const link = maskedLink('A [trick](https://evil.example) title', 'https://good.example/a_(b)', 200)
    expect(link).toBe('[A \\[trick\\]\\(https:\u200b//evil.example\\) title](https://good.example/a_%28b%29)')
    expect(maskedLink('t', 'javascript:alert(1)', 200)).toBe('t')
    expect(maskedLink('t', null, 200)).toBe('t')
  })

  test('mentions nobody', () => {
    const said = everything(renderer.discord(hostileDigest))
    expect(said).not.toMatch(/@(everyone|here)/)
    expect(said).not.toMatch(/(?<!\\)<(@|#|:|\/|t:)/)
  })

  test('stands as it was written, whatever Markdown is in it', () => {
    expect(discordText('# big', 99)).toBe('\\# big')
    expect(discordText('-# small', 99)).toBe('\\-\\# small')
    expect(discordText('- list', 99)).toBe('\\- list')
    expect(discordText('1. list', 99)).toBe('1\\. list')
    const shown = discordText(hostile.markdown, 999)
    for (const mark of ['**', '](', '`', '||', '~~', '__']) {
      expect(shown.replaceAll(/\\./g, '')).not.toContain(mark)
    }
  })

  test('leaves no Markdown but ours, whatever the lead, the balance, the wiki or an update says', () => {
    const messages = renderer.discord(hostileDigest)
    expect(containers(messages)).toHaveLength(6)
    for (const text of discordTexts(messages)) {
      const rest = text
        .replaceAll(/\\./g, '')
        .replaceAll(/\[([^[\]]*)\]\(https:\/\/[^()\s]*\)/g, '$1')
        .replaceAll(/`[·▁▂▃▄▅▆▇█]{12}`/g, '')
        .replaceAll(/^(.) \*\*(.*)\*\*$/gm, '$1 $2')
        .replaceAll(/^(?:-# |#{2,3} |> |- )/gm, '')
      expect(rest).not.toMatch(/[*_~`|[\]<>#]/)
    }
  })

  test('links only to http(s), and by itself not at all', () => {
    const said = everything(renderer.discord(hostileDigest))
    const targets = [...said.matchAll(/(?<!\\)\]\(([^)]*)\)/g)].map(([, target]) => target!)
    expect(targets.length).toBeGreaterThan(3)
    for (const target of targets) expect(target).toMatch(/^https:\/\//)
    expect(said.replaceAll(/(?<!\\)\]\(https:\/\/[^)]*\)/g, '')).not.toMatch(/https?:\/\//)
  })
})
