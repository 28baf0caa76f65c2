import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { customId, parseCustomId } from '../../../src/render/index.ts'

describe('a custom id', () => {
  test('says what is asked for, and of what', () => {
    expect(customId('concept', 'cheap-space')).toBe('concept:cheap-space')
    expect(customId('page', '2', '', 'opens')).toBe('page:2::opens')
    expect(customId('label')).toBe('label')
  })

  test('is read again as it was made, whatever its arguments', () => {
    const args = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 4 })
    fc.assert(
      fc.property(args, (given) => {
        const id = customId('page', ...given)
        fc.pre(id !== null)
        expect(id.length).toBeLessThanOrEqual(100)
        expect(parseCustomId(id)).toEqual({ action: 'page', args: given })
      }),
    )
  })

  test('keeps arguments apart that hold what parts them', () => {
    expect(customId('page', 'a:b')).not.toBe(customId('page', 'a', 'b'))
    expect(customId('page', 'a%3Ab')).not.toBe(customId('page', 'a:b'))
  })

  test('is none where Discord would not take it', () => {
    expect(customId('gap', 'x'.repeat(96))).toHaveLength(100)
    expect(customId('gap', 'x'.repeat(97))).toBeNull()
    expect(customId('gap', '\ud83d')).toBeNull()
  })

  test.each([[''], ['nonsense:1'], ['helpfulness'], ['constructor:1'], [':helpful']])(
    'of somebody else is not read: %j',
    (raw) => {
      expect(parseCustomId(raw)).toBeNull()
    },
  )

  test('that was tampered with harms nobody', () => {
    expect(parseCustomId('label:%ZZ:%')).toEqual({ action: 'label', args: ['%ZZ', '%'] })
  })
})
