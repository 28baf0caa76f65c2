import { describe, expect, test } from 'vitest'
import type { Direction } from '../../src/model/index.ts'
import type { Container } from '../../src/render/discord/components.ts'
import { type AlertStory, fingerprintOf } from '../../src/render/index.ts'
import { hostile, ideas, richDigest, story } from '../fixtures/digests.ts'
import { checkMessage } from '../servers/discord-limits.ts'
import { openApiSkipped, validateBody } from '../servers/discord-openapi.ts'
import { discordTexts, renderer, site } from './reading.ts'

const role = '123456789012345678'
const wish = { ideas: [], directions: [], role }
const alert = (part: Partial<AlertStory> = {}): AlertStory => ({
  ...story({
    item: '3f9a00112233aabb',
    title: 'Meta will not release its next weights',
    direction: 'closes',
  }),
  idea: 'renewal',
  ideaName: 'Renewal',
  ...part,
})
const textOf = (one: AlertStory) => discordTexts([renderer.alert(one)])[0]!

/** Every text of a story made of the same characters. */
const lengthy = (letters: string) =>
  alert({
    title: letters.repeat(900),
    url: `https://long.example/${'(x)'.repeat(140)}`,
    evidence: `${letters.repeat(3000)}!`,
    feedTitle: letters.repeat(500),
    ideaName: letters.repeat(500),
    also: Array.from({ length: 40 }, () => ({ feedTitle: letters.repeat(90) })),
  })
const stories: [string, AlertStory][] = [
  ['usual', alert()],
  ['with nothing in it', alert({ title: '', url: null, evidence: '', feedTitle: '', publishedAt: '' })],
  ['of an idea that is gone', alert({ idea: 'gone/../x', ideaName: '' })],
  ['with an id too long for a button', alert({ item: 'x'.repeat(101) })],
  ...['[*_]', '語', '😀', '@', '://'].map((letters): [string, AlertStory] => [letters, lengthy(letters)]),
  ...Object.values(hostile).map((text): [string, AlertStory] => [
    JSON.stringify(text),
    alert({
      title: text,
      evidence: `${text}!`,
      feedTitle: text,
      ideaName: text,
      also: [{ feedTitle: text }],
    }),
  ]),
]

describe('an alert', () => {
  test.each(stories)('stays within all limits: %s', (_, one) => {
    for (const message of [renderer.alert(one), renderer.alert(one, wish)]) {
      expect(checkMessage(message)).toBeNull()
      for (const text of discordTexts([message])) expect(text.trim()).not.toBe('')
    }
  })

  test(openApiSkipped ?? 'is a body that Discord’s own description allows', () => {
    for (const [, one] of stories) {
      expect(validateBody('POST /channels/:channel/messages', renderer.alert(one, wish))).toEqual([])
    }
  })

  test('tells the story, its idea and direction, who told it and when, in one container of the idea’s colour', () => {
    const one = alert({ also: [{ feedTitle: 'The Verge' }, { feedTitle: 'heise' }] })
    expect(renderer.alert(one).components).toEqual([
      {
        type: 17,
        accent_color: 0x4c8c4a,
        components: [
          {
            type: 10,
            content: [
              '▼ **[Meta will not release its next weights](https://news.example/3f9a00112233aabb)**',
              `-# closes under [Renewal](${site}/ideas/renewal) · Example News · <t:1794996000:R> · also: The Verge, heise`,
              '> “The weights are available to download under the Apache 2.0 licence.”',
            ].join('\n'),
          },
          { type: 10, content: '-# A strong story, told ahead of the next digest.' },
          {
            type: 1,
            components: [{ type: 2, style: 2, label: 'Wrong label?', custom_id: 'label:3f9a00112233aabb' }],
          },
        ],
      },
    ])
  })

  test.each<[Direction, string]>([
    ['opens', '▲ opens'],
    ['closes', '▼ closes'],
    ['mixed', '◆ contested'],
  ])('has a mark and a word for %s', (direction, shown) => {
    const [mark, word] = shown.split(' ')
    const said = textOf(alert({ direction })).split('\n')
    expect(said[0]!.startsWith(`${mark} **`)).toBe(true)
    expect(said[1]!.startsWith(`-# ${word} under [Renewal]`)).toBe(true)
  })

  test('has the colour of its idea, as the digest has', () => {
    const ofDigest = renderer
      .discord(richDigest)
      .flatMap(({ components }) => components.filter((one): one is Container => one.type === 17))
    const ofAlerts = ideas.map(({ id }) => renderer.alert(alert({ idea: id })).components[0] as Container)
    expect(ofAlerts.map((one) => one.accent_color)).toEqual(
      ofDigest.slice(0, 5).map((one) => one.accent_color),
    )
  })

  test('leaves out what there is not: a date, a link, other publishers, a quotation that says the title again', () => {
    const bare = alert({
      title: 'So it is',
      evidence: 'So it is.',
      url: 'javascript:alert(1)',
      publishedAt: 'x',
    })
    expect(textOf(bare)).toBe(
      `▼ **So it is**\n-# closes under [Renewal](${site}/ideas/renewal) · Example News`,
    )
  })

  test('names three or four other publishers and counts the rest', () => {
    const also = ['A', 'B', 'C', 'D', 'E'].map((feedTitle) => ({ feedTitle }))
    expect(textOf(alert({ also }))).toContain('also: A, B, C and 2 more')
    expect(textOf(alert({ also: also.slice(1) }))).toContain('also: B, C, D, E\n')
    expect(textOf(alert({ also: [{ feedTitle: '\u200B' }] }))).not.toContain('also')
  })

  test('mentions its role below the story, and nobody for a title', () => {
    const message = renderer.alert(alert({ title: hostile.mention }), wish)
    expect(message.components.at(-1)).toEqual({ type: 10, content: `-# <@&${role}>` })
    expect(message.allowed_mentions).toEqual({ parse: [], roles: [role] })
    expect(renderer.alert(alert()).allowed_mentions).toEqual({ parse: [] })
    const said = textOf(alert({ title: hostile.mention, feedTitle: hostile.mention }))
    expect(said).not.toMatch(/@(everyone|here)|(?<!\\)<(@|#|:|\/)/)
  })

  test('is told from another by its words', () => {
    const both = [alert(), alert({ title: 'Another' })].map((one) => fingerprintOf(renderer.alert(one)))
    expect(both[0]).toContain('Meta will not release its next weights')
    expect(new Set(both).size).toBe(2)
  })
})
