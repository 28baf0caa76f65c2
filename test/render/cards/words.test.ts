import { describe, expect, test } from 'vitest'
import { hostile } from '../../fixtures/digests.ts'
import { cards, faults, said } from './checking.ts'

describe('help', () => {
  const commands = [
    { name: 'status', description: 'What this server gets', id: '3' },
    { name: 'ask', description: 'Asks the wiki', id: '1' },
    { name: 'new-one', description: '', id: null },
    { name: 'Explain the concepts in this message', description: '', id: '9' },
  ]

  test('groups the commands, as mentions where their ids are known', () => {
    const lines = said(cards.help({ commands })).split('\n')
    expect(lines.slice(2)).toEqual([
      '**Ask**',
      '</ask:1> Asks the wiki',
      '**For your channels**',
      '</status:3> What this server gets',
      '**And also**',
      '`/new-one`',
      '**On a message, under Apps**',
      '“Explain the concepts in this message”',
      '-# Mention Freehold with a question, and it answers too.',
    ])
  })

  test('needs no commands', () => {
    expect(faults(cards.help({ commands: [] }))).toEqual([])
  })
})

describe('a notice', () => {
  test('has a line for each sentence, and an edge when it warns', () => {
    const message = cards.notice(['It is noted.', 'Thank you.'], 'warning')
    expect(said(message)).toBe('It is noted.\nThank you.')
    expect(message.components[0]).toHaveProperty('accent_color')
    expect(cards.notice('It is noted.').components[0]).not.toHaveProperty('accent_color')
  })

  test('lets mentions, dates and names of commands act, and nothing else', () => {
    const acting = 'In <#99>, <@&42> and <@7> may use </status:5> or `/ask` from <t:1795082400:R> on.'
    expect(said(cards.notice(acting))).toBe(acting)
    expect(said(cards.notice('*x* `y` <:z:1> [a](https://evil.example) @everyone'))).toBe(
      '\\*x\\* \\`y\\` \\<:z:1\\> \\[a\\]\\(https:\u200b//evil.example\\) @\u200beveryone',
    )
  })

  test('is not led astray by what stands for a mention', () => {
    expect(said(cards.notice('\uE000 <#1> \uE000 <#2> \uE001'))).toBe('<#1> <#2> \uE001')
  })

  test('never breaks a mention', () => {
    for (let words = 100; words < 125; words += 1) {
      const text = said(cards.notice(`${'word '.repeat(words)}<#123456789012345678> ${'tail '.repeat(40)}`))
      expect(text.endsWith('…')).toBe(true)
      expect(text.replace('<#123456789012345678>', '')).not.toMatch(/[<>\d]/)
      expect(text.includes('<#')).toBe(words < 120)
    }
  })

  test('says something, whatever it is given', () => {
    for (const nothing of ['', ' \n ', []])
      expect(said(cards.notice(nothing))).toBe('There is nothing to show.')
    for (const harm of Object.values(hostile)) expect(faults(cards.notice(harm))).toEqual([])
  })
})
