import { describe, expect, test } from 'vitest'
import {
  afterCrash,
  type DeliveryState,
  deliveryStates,
  maxAttempts,
  media,
  nextTry,
  statesBefore,
} from '../../src/model/index.ts'

describe('the states of a delivery', () => {
  test('are the contract’s', () => {
    expect([...deliveryStates].sort()).toEqual(
      ['cancelled', 'deferred', 'failed', 'pending', 'sending', 'sent', 'suppressed', 'unknown'].sort(),
    )
  })

  const before: Record<DeliveryState, DeliveryState[]> = {
    pending: ['sending', 'failed', 'unknown'],
    sending: ['pending', 'deferred'],
    sent: ['sending', 'unknown'],
    deferred: ['sending'],
    failed: ['sending', 'deferred'],
    suppressed: ['pending', 'sending', 'deferred'],
    cancelled: ['pending', 'deferred', 'unknown'],
    unknown: ['sending'],
  }
  test.each(deliveryStates.map((to) => [to, before[to]] as const))('%s comes only after %j', (to, from) => {
    expect([...statesBefore(to)].sort()).toEqual([...from].sort())
  })

  test('a message that went out, or was not wanted, goes nowhere any more', () => {
    for (const end of ['sent', 'suppressed', 'cancelled'] as const) {
      expect(deliveryStates.filter((to) => statesBefore(to).includes(end))).toEqual([])
    }
  })

  test('a message that may have arrived is not sent again without passing pending: after a look, or by a person’s word', () => {
    expect(statesBefore('sending')).not.toContain('unknown')
    expect(statesBefore('deferred')).not.toContain('unknown')
  })
})

describe('after a crash', () => {
  test.each(media)('%s that had not begun to go out may be tried again', (medium) => {
    expect(afterCrash({ medium, bodyStartedAt: null })).toBe('pending')
  })

  test.each([0, 1_780_000_000_000])('a mail that had begun (%d) is left to a person', (bodyStartedAt) => {
    expect(afterCrash({ medium: 'email', bodyStartedAt })).toBe('unknown')
  })

  test.each([0, 1_780_000_000_000])(
    'a post that had begun (%d) can be looked for, and is',
    (bodyStartedAt) => {
      expect(afterCrash({ medium: 'discord', bodyStartedAt })).toBe('pending')
    },
  )
})

describe('a delivery that is put off', () => {
  const minute = 60_000

  test('waits longer each time, a day at most', () => {
    const waits = Array.from({ length: maxAttempts }, (_, n) => (nextTry(1000, n + 1) - 1000) / minute)
    expect(waits).toEqual([1, 5, 30, 120, 360, 720, 1440, 1440])
  })

  test('waits as long as the other side asks, and never less than it would', () => {
    expect(nextTry(1000, 1, 90_000)).toBe(1000 + 90_000)
    expect(nextTry(1000, 2, 90_000)).toBe(1000 + 5 * minute)
    expect(nextTry(1000, 0)).toBe(1000 + minute)
  })
})
