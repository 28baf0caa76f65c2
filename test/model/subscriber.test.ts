import { describe, expect, test } from 'vitest'
import { normalEmail } from '../../src/model/index.ts'

describe('an address', () => {
  test.each([
    ['Reader@Example.ORG', 'reader@example.org'],
    ['  reader@example.org\n', 'reader@example.org'],
    ['reader+news@example.org', 'reader+news@example.org'],
    ["o'hara@example.org", "o'hara@example.org"],
    ['r.e.a.d@mail.example.co.uk', 'r.e.a.d@mail.example.co.uk'],
    ['Jörg@bücher.example', 'jörg@bücher.example'],
    [`${'a'.repeat(64)}@example.org`, `${'a'.repeat(64)}@example.org`],
  ])('%j is found again as %s', (raw, normal) => {
    expect(normalEmail(raw)).toBe(normal)
    expect(normalEmail(normal)).toBe(normal)
  })

  test.each([
    '',
    'reader',
    '@example.org',
    'reader@',
    'reader@localhost',
    'reader@example..org',
    'reader@.example.org',
    'reader@example.org.',
    'reader@-example.org',
    'rea der@example.org',
    'a@b@example.org',
    'Reader <reader@example.org>',
    'reader@example.org, other@example.org',
    'reader@example.org\r\nBcc: other@example.org',
    'reader\0@example.org',
    'reader\x7f@example.org',
    '"reader"@example.org',
    `${'a'.repeat(65)}@example.org`,
    `reader@${'a'.repeat(250)}.org`,
  ])('%j is none', (raw) => {
    expect(normalEmail(raw)).toBeNull()
  })
})
