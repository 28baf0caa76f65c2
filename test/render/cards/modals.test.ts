import { describe, expect, test } from 'vitest'
import { answerReasons } from '../../../src/model/index.ts'
import type { Modal } from '../../../src/render/index.ts'
import { ideas } from '../../fixtures/digests.ts'
import { cards, cardsWith, modalFaults } from './checking.ts'

const item = { id: '3f9a', title: 'OLMo 4 is out' }

function choice(modal: Modal) {
  const { component } = modal.components[0]!
  if (component.type !== 3) throw new Error('The first field is not a choice.')
  return component
}

describe('the modal for labels', () => {
  test('offers every idea with every direction, and none; what it has is chosen', () => {
    const current = [{ idea: 'renewal', direction: 'opens' as const }]
    const modal = cards.labelModal({ item, ideas, current })
    const { options, min_values, max_values } = choice(modal)
    expect(modal.custom_id).toBe('label:3f9a')
    expect(modal.components[0]!.description).toBe('OLMo 4 is out')
    expect(options).toHaveLength(16)
    expect(options[0]).toEqual({ label: 'Renewal · opens', value: 'renewal=opens', default: true })
    expect(options[2]).toEqual({ label: 'Renewal · contested', value: 'renewal=mixed' })
    expect(options.at(-1)).toMatchObject({ label: 'No key idea', value: 'none' })
    expect(options.filter((option) => option.default)).toHaveLength(1)
    expect([min_values, max_values]).toEqual([1, 5])
    expect(modal.components[1]!.component).toMatchObject({
      type: 4,
      custom_id: 'comment',
      style: 2,
      required: false,
    })
    expect(modalFaults(modal)).toEqual([])
  })

  test.each([0, 1, 8, 9, 12, 13, 40])('is valid with %i ideas, and keeps what the item has', (count) => {
    const { ideas: many } = cardsWith(count)
    const current = many.slice(-1).map(({ id }) => ({ idea: id, direction: 'mixed' as const }))
    const modal = cards.labelModal({ item, ideas: many, current })
    const { options } = choice(modal)
    expect(modalFaults(modal)).toEqual([])
    expect(options.length).toBeLessThanOrEqual(25)
    expect(options.filter((option) => option.default)).toHaveLength(current.length)
    const offered = new Set(options.map(({ value }) => value.split('=')[0]))
    if (count <= 12) for (const { id } of many) expect(offered).toContain(id)
    const mixed = options.filter(({ value }) => value.endsWith('=mixed'))
    expect(mixed).toHaveLength(count <= 8 ? count : 1)
  })

  test('chooses no more than can be chosen, and nothing that is not offered', () => {
    const { ideas: many } = cardsWith(8)
    const current = [...many, { id: 'gone' }].map(({ id }) => ({ idea: id, direction: 'opens' as const }))
    const modal = cards.labelModal({ item, ideas: many, current })
    expect(choice(modal).options.filter((option) => option.default)).toHaveLength(5)
    expect(modalFaults(modal)).toEqual([])
  })

  test.each([
    [{ id: 'x'.repeat(200), title: '' }],
    [{ id: '', title: '*'.repeat(5000) }],
    [{ id: '\ud800', title: '\u200b' }],
    [{ id: 'a', title: '😀'.repeat(400) }],
  ])('is valid whatever the item is called', (odd) => {
    const long = ideas.map((idea) => ({ ...idea, name: '字'.repeat(300) }))
    expect(modalFaults(cards.labelModal({ item: odd, ideas: long, current: [] }))).toEqual([])
  })
})

describe('the modal for reasons', () => {
  test('offers every reason once', () => {
    const modal = cards.reasonModal({ id: 'a1' })
    expect(modal.custom_id).toBe('unhelpful:a1')
    expect(choice(modal).options.map(({ value }) => value)).toEqual([...answerReasons])
    expect(modalFaults(modal)).toEqual([])
    expect(modalFaults(cards.reasonModal({ id: 'x'.repeat(300) }))).toEqual([])
  })
})
