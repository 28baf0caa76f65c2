import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createHostGate } from '../../../src/lib/http/host-gate.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('leaves the gap between the end of one task and the beginning of the next', async () => {
  const gate = createHostGate(1_000)
  const begun: string[] = []
  const first = Promise.withResolvers<void>()
  void gate.run('a', async () => {
    begun.push('first')
    await first.promise
  })
  const second = gate.run('a', async () => begun.push('second'))
  await vi.advanceTimersByTimeAsync(5_000)
  expect(begun).toEqual(['first'])
  first.resolve()
  await vi.advanceTimersByTimeAsync(999)
  expect(begun).toEqual(['first'])
  await vi.advanceTimersByTimeAsync(1)
  await second
  expect(begun).toEqual(['first', 'second'])
})

test('does not make one host wait for another', async () => {
  const gate = createHostGate(1_000)
  void gate.run('a', () => new Promise(() => undefined))
  expect(await gate.run('b', async () => 'b ran')).toBe('b ran')
})

test('keeps the gap for a task that comes after the queue was empty', async () => {
  const gate = createHostGate(1_000)
  await gate.run('a', async () => undefined)
  const begun: string[] = []
  void gate.run('a', async () => begun.push('late'))
  await vi.advanceTimersByTimeAsync(999)
  expect(begun).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(begun).toEqual(['late'])
})

test('pauses no more once it is closed', async () => {
  const gate = createHostGate(1_000)
  await gate.run('a', async () => undefined)
  const second = gate.run('a', async () => 'ran')
  gate.close()
  expect(await second).toBe('ran')
})
