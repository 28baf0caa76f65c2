import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSigner } from '../../../src/lib/sign/index.ts'

const signer = createSigner('a secret of some length')
const other = createSigner('another secret, as long')

describe('a token', () => {
  test('gives its payload back, for its purpose and under its secret only', () => {
    const token = signer.token('unsubscribe', 'reader-1')
    expect(token).toMatch(/^reader-1\.[\w-]{22}$/)
    expect(signer.read('unsubscribe', token)).toBe('reader-1')
    expect(signer.read('preferences', token)).toBeNull()
    expect(other.read('unsubscribe', token)).toBeNull()
  })

  test('is no token once anything of it is changed', () => {
    const token = signer.token('unsubscribe', 'reader-1')
    for (let i = 0; i < token.length; i++) {
      for (const letter of ['A', 'b', '0', '-', '.']) {
        if (token[i] === letter) continue
        expect(signer.read('unsubscribe', token.slice(0, i) + letter + token.slice(i + 1))).toBeNull()
      }
    }
  })

  test('is refused for a payload that would not survive a link', () => {
    for (const payload of ['', 'a.b', 'a b', 'ü', 'a/b']) {
      expect(() => signer.token('unsubscribe', payload)).toThrow('payload')
    }
  })

  test('nothing else is one', () => {
    fc.assert(fc.property(fc.string(), (text) => signer.read('unsubscribe', text) === null))
  })
})

describe('the address that bounces go to', () => {
  test('gives its id back, in upper case too', () => {
    const local = signer.bounceAddress('0123456789abcdef01234567')
    expect(local.length).toBeLessThanOrEqual(64)
    expect(signer.readBounceAddress(local)).toBe('0123456789abcdef01234567')
    expect(signer.readBounceAddress(local.toUpperCase())).toBe('0123456789abcdef01234567')
  })

  test('is refused when it was forged', () => {
    const local = signer.bounceAddress('0123456789abcdef01234567')
    const last = local.at(-1) === '0' ? '1' : '0'
    expect(signer.readBounceAddress(local.slice(0, -1) + last)).toBeNull()
    expect(other.readBounceAddress(local)).toBeNull()
    expect(signer.readBounceAddress('bounce-0123456789abcdef01234567-00000000000000000000')).toBeNull()
    expect(signer.readBounceAddress('info')).toBeNull()
  })

  test('has room for the longest id', () => {
    const local = signer.bounceAddress('a'.repeat(34))
    expect(local.length).toBeLessThanOrEqual(64)
    expect(signer.readBounceAddress(local)).toBe('a'.repeat(34))
    expect(() => signer.bounceAddress('a'.repeat(35))).toThrow('bounce address')
  })
})

test('a hash depends on secret, purpose and text', () => {
  const hash = signer.hash('address', 'a@example.org')
  expect(hash).toMatch(/^[0-9a-f]{64}$/)
  expect(signer.hash('address', 'a@example.org')).toBe(hash)
  expect(signer.hash('network', 'a@example.org')).not.toBe(hash)
  expect(other.hash('address', 'a@example.org')).not.toBe(hash)
})
