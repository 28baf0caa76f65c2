import { describe, expect, test } from 'vitest'
import { afterCrash, type DeliveryState, deliveryStates, statesBefore } from '../../src/model/index.ts'

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

  test('a message that may have arrived is not sent again without passing pending, by a person’s word', () => {
    expect(statesBefore('sending')).not.toContain('unknown')
    expect(statesBefore('deferred')).not.toContain('unknown')
  })
})

test('a delivery whose process died may be tried again only if its body had not begun', () => {
  expect(afterCrash({ bodyStartedAt: null })).toBe('pending')
  expect(afterCrash({ bodyStartedAt: 0 })).toBe('unknown')
  expect(afterCrash({ bodyStartedAt: 1_780_000_000_000 })).toBe('unknown')
})
