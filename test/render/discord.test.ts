import { describe, expect, test } from 'vitest'
import type { Digest } from '../../src/model/index.ts'
import { discordText, maskedLink } from '../../src/render/discord/markdown.ts'
import {
  hostile,
  hostileDigest,
  hugeDigest,
  quietDigest,
  richDigest,
  section,
  story,
} from '../fixtures/digests.ts'
import { renderer, site, titles } from './reading.ts'

const everything = (digest: Digest) => JSON.stringify(renderer.discord(digest))

/** An issue in which every text and link is as long as feeds can make it. */
const lengthy: Digest = {
  ...richDigest,
  lead: Array.from({ length: 20 }, () => ({ text: '*_~`|'.repeat(400), backing: [] })),
  sections: richDigest.sections.map(({ idea }) =>
    section(
      idea,
      Array.from({ length: 30 }, (_, index) =>
        story({
          item: `${idea}-${index}`,
          title: '[*_]'.repeat(500),
          url: `https://long.example/${'(x)'.repeat(300)}`,
          evidence: '||'.repeat(3000),
          feedTitle: '~~'.repeat(500),
          update: '``'.repeat(400),
          updates: 3,
          also: Array.from({ length: 30 }, () => ({ feed: 'f', feedTitle: '__'.repeat(100), url: null })),
        }),
      ),
      '*_'.repeat(2000),
    ),
  ),
  concept: { id: 'long', title: '*'.repeat(900), text: '_'.repeat(9000), story: 'renewal-0' },
  debate: {
    axis: '~'.repeat(900),
    page: 'debates',
    sides: Array.from({ length: 40 }, () => ({ claim: '|'.repeat(900), text: '|'.repeat(9000) })),
    story: 'renewal-0',
  },
  coverage: {
    feeds: 99,
    answered: 1,
    failing: Array.from({ length: 90 }, () => ({ feed: 'f', title: '_'.repeat(200), error: '' })),
    silent: Array.from({ length: 90 }, () => ({ feed: 'f', title: '_'.repeat(200), days: 100_000 })),
    added: Array.from({ length: 90 }, () => ({ feed: 'f', title: '_'.repeat(200) })),
  },
}

describe('the Discord messages of an issue', () => {
  test.each([
    ['rich', richDigest],
    ['quiet', quietDigest],
    ['huge', hugeDigest],
    ['hostile', hostileDigest],
    ['lengthy', lengthy],
  ])('stay within all limits: %s', (_, digest) => {
    for (const message of renderer.discord(digest)) {
      const { content = '', embeds = [], allowed_mentions } = message
      expect(content.length).toBeLessThanOrEqual(2000)
      expect(content.length + embeds.length).toBeGreaterThan(0)
      expect(embeds.length).toBeLessThanOrEqual(10)
      for (const { title = '', description } of embeds) {
        expect(title.length).toBeLessThanOrEqual(256)
        expect(description.length).toBeLessThanOrEqual(4096)
        expect(description.trim().length).toBeGreaterThan(0)
      }
      const sum = embeds.reduce(
        (all, { title = '', description }) => all + title.length + description.length,
        0,
      )
      expect(sum).toBeLessThanOrEqual(6000)
      expect(allowed_mentions).toEqual({ parse: [] })
    }
  })

  test('show at least one story of every idea, however long', () => {
    for (const digest of [hugeDigest, lengthy]) {
      const embeds = renderer.discord(digest).flatMap(({ embeds = [] }) => embeds)
      expect(embeds.slice(0, 5).map(({ title }) => title)).toEqual(digest.sections.map(({ name }) => name))
      for (const { description } of embeds.slice(0, 5)) expect(description).toMatch(/\n[▲▼◆] \*\*/)
    }
  })

  test('give each idea an embed of its own colour', () => {
    const embeds = renderer.discord(richDigest).flatMap(({ embeds = [] }) => embeds)
    expect(embeds.slice(0, 5).map(({ title }) => title)).toEqual(richDigest.sections.map(({ name }) => name))
    expect(new Set(embeds.slice(0, 5).map(({ color }) => color)).size).toBe(5)
  })

  test('end with how many stories are shown of how many, and the web page', () => {
    const last = renderer.discord(richDigest).at(-1)!.embeds!.at(-1)!
    expect(last.description).toContain('13 of 13 stories shown.')
    expect(last.description).toContain(`(${site}/digests/12)`)
    expect(last.description).toContain('62 of 64 feeds answered.')

    const messages = renderer.discord(hugeDigest)
    const shown = titles.discord(messages).length
    expect(shown).toBeLessThan(200)
    expect(messages.at(-1)!.embeds!.at(-1)!.description).toContain(`${shown} of 200 stories shown.`)
  })

  test('tell the concept of the week and the two claims of a debate in one embed', () => {
    const wiki = renderer.discord(richDigest).flatMap(({ embeds = [] }) => embeds)[5]!
    expect(wiki.title).toBe('Concept of the week: Zoning codes')
    expect(wiki.description).toContain(`[Read on in the wiki](${site}/wiki/zoning-codes)`)
    expect(wiki.description).toMatch(/\*\*A debate: Investment\*\*\n• Frontier capability .*\n• It can be/)
    expect(wiki.description).toContain(`[From the wiki](${site}/wiki/debates#investment)`)
    expect(wiki.description).not.toContain('Training at the frontier')

    const { concept: _, ...debateOnly } = richDigest
    const alone = renderer.discord(debateOnly).flatMap(({ embeds = [] }) => embeds)[5]!
    expect(alone.title).toBe('A debate: Investment')
    expect(alone.description).toMatch(/^• Frontier capability/)
  })

  test('say so when lead sentences are left out', () => {
    expect(renderer.discord(lengthy)[0]!.content).toContain('\n… The rest is on the web.\n-# ▲')
    expect(renderer.discord(richDigest)[0]!.content).not.toContain('The rest is on the web')
  })

  test('draw the balance under each idea, with its numbers', () => {
    const [first] = renderer.discord(richDigest)[0]!.embeds!
    const bars = '`[·▁▂▃▄▅▆▇█]{12}`'
    expect(first!.description).toMatch(
      new RegExp(
        `\n▲ ${bars} ▼ ${bars} ◆ ${bars}\n12 weeks: 22 open, 15 close, 16 contested\n2 stories open`,
      ),
    )
  })

  test('say under each idea how many more it has on the web', () => {
    const embeds = renderer.discord(hugeDigest).flatMap(({ embeds = [] }) => embeds)
    for (const { description } of embeds.slice(0, 5)) {
      const shown = description.split('\n').filter((line) => /^[▲▼◆] \*\*/.test(line)).length
      expect(description).toContain(`[${40 - shown} more on the web](${site}/digests/14#`)
    }
  })

  test('say that a week was quiet, in one message', () => {
    const messages = renderer.discord(quietDigest)
    expect(messages).toHaveLength(1)
    expect(messages[0]!.content).toContain('A quiet week. None of the 412 items')
    expect(messages[0]!.embeds).toHaveLength(1)
  })

  test('put nobody’s title behind another address', () => {
    const link = maskedLink('A [trick](https://evil.example) title', 'https://good.example/a_(b)', 200)
    expect(link).toBe('[A \\[trick\\]\\(https:\u200b//evil.example\\) title](https://good.example/a_%28b%29)')
    expect(maskedLink('t', 'javascript:alert(1)', 200)).toBe('t')
    expect(maskedLink('t', null, 200)).toBe('t')
  })

  test('mention nobody', () => {
    expect(everything(hostileDigest)).not.toMatch(/@(everyone|here)/)
    const bare = /(?<!\\)<(@|#|:|\/|t:)/
    for (const message of renderer.discord(hostileDigest)) {
      expect(message.content ?? '').not.toMatch(bare)
      for (const { description } of message.embeds ?? []) expect(description).not.toMatch(bare)
    }
  })

  test('show Markdown in feed text as it was written', () => {
    expect(discordText('# big', 99)).toBe('\\# big')
    expect(discordText('- list', 99)).toBe('\\- list')
    expect(discordText('1. list', 99)).toBe('1\\. list')
    const shown = discordText(hostile.markdown, 999)
    for (const mark of ['**', '](', '`', '||', '~~', '__']) {
      expect(shown.replaceAll(/\\./g, '')).not.toContain(mark)
    }
  })

  test('hold no Markdown but their own, whatever the balance, the wiki or an update says', () => {
    const embeds = renderer.discord(hostileDigest).flatMap(({ embeds = [] }) => embeds)
    expect(embeds).toHaveLength(7)
    for (const { title = '', description } of embeds) {
      const rest = `${title}\n${description}`
        .replaceAll(/\\./g, '')
        .replaceAll(/\[([^[\]]*)\]\(https:\/\/[^()\s]*\)/g, '$1')
        .replaceAll(/`[·▁▂▃▄▅▆▇█]{12}`/g, '')
        .replaceAll(/^(.) \*\*(.*)\*\*$/gm, '$1 $2')
        .replaceAll(/^\*\*(A debate: .*)\*\*$/gm, '$1')
        .replaceAll(/^\*([^*]*)\*$/gm, '$1')
        .replaceAll(/^> /gm, '')
      expect(rest).not.toMatch(/[*_~`|[\]<>#]/)
    }
  })

  test('link only to http(s), and feed text not at all', () => {
    const text = everything(hostileDigest)
    const targets = [...text.matchAll(/\]\(([^)]*)\)/g)].map(([, target]) => target!)
    expect(targets.length).toBeGreaterThan(3)
    for (const target of targets.filter((target) => !target.includes('\u200b'))) {
      if (!target.endsWith('\\\\')) expect(target).toMatch(/^https:\/\//)
    }
    expect(text.replaceAll(/\]\(https:\/\/[^)]*\)/g, '')).not.toMatch(/https?:\/\//)
  })
})
