import { describe, expect, test } from 'vitest'
import { type Direction, isChosen } from '../../src/model/index.ts'

describe('a choice of stories', () => {
  const opens: Direction[] = ['opens']

  test.each(['opens', 'closes', 'mixed'] as const)(
    'without ideas and directions is of all: %s',
    (direction) => {
      expect(isChosen({ ideas: [], directions: [] }, 'renewal', direction)).toBe(true)
    },
  )

  test('of ideas takes those, in any direction', () => {
    const choice = { ideas: ['renewal', 'compute-cost'], directions: [] }
    expect(isChosen(choice, 'compute-cost', 'closes')).toBe(true)
    expect(isChosen(choice, 'renewal', 'opens')).toBe(true)
    expect(isChosen(choice, 'economic-function', 'opens')).toBe(false)
  })

  test('of directions takes those, under any idea', () => {
    const choice = { ideas: [], directions: opens }
    expect(isChosen(choice, 'renewal', 'opens')).toBe(true)
    expect(isChosen(choice, 'renewal', 'mixed')).toBe(false)
  })

  test('of both takes only what is of both', () => {
    const choice = { ideas: ['renewal'], directions: opens }
    expect(isChosen(choice, 'renewal', 'opens')).toBe(true)
    expect(isChosen(choice, 'renewal', 'closes')).toBe(false)
    expect(isChosen(choice, 'compute-cost', 'opens')).toBe(false)
  })

  test('of an idea that is gone takes nothing', () => {
    expect(isChosen({ ideas: ['gone'], directions: [] }, 'renewal', 'opens')).toBe(false)
  })
})
