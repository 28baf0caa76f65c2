import { describe, expect, test } from 'vitest'
import { createSmtp, readSmtpUrl } from '../../src/deliver/index.ts'

describe('SMTP_URL', () => {
  test.each([
    [
      'smtp://mail.example',
      { host: 'mail.example', port: 587, secure: false, user: null, requireTls: false, ignoreTls: false },
    ],
    ['smtps://mail.example', { port: 465, secure: true }],
    ['smtp://mail.example:25/?requireTls=true', { port: 25, requireTls: true, ignoreTls: false }],
    ['smtp://localhost:1025?ignoreTls=true', { port: 1025, ignoreTls: true }],
    ['smtp://u%40x:p%2Fw%3A%23@mail.example', { user: 'u@x', pass: 'p/w:#' }],
    ['smtp://[::1]:2525', { host: '::1', port: 2525 }],
  ])('reads %s', (url, expected) => {
    expect(readSmtpUrl(url)).toEqual({ ok: true, server: expect.objectContaining(expected) })
  })

  test.each([
    ['mail.example:25', 'must begin with smtp://'],
    ['nonsense', 'is not a URL'],
    ['http://mail.example', 'must begin with smtp://'],
    ['smtp://', 'names no host'],
    ['smtp://mail.example/path', 'has a path'],
    ['smtp://mail.example?requiretls=true', 'unknown option “requiretls”'],
    ['smtp://mail.example?requireTls=yes', 'requireTls=true or requireTls=false'],
    ['smtp://mail.example?requireTls=true&ignoreTls=true', 'both asks for TLS'],
    ['smtps://mail.example?ignoreTls=true', 'both asks for TLS'],
    ['smtp://user:50%@mail.example', 'stray %'],
    ['smtp://:secret@mail.example', 'a password but no user'],
  ])('refuses %s with a sentence that names the variable', (url, what) => {
    const read = readSmtpUrl(url)
    expect(read).toEqual({ ok: false, error: expect.stringContaining(what) })
    expect(read).toEqual({ ok: false, error: expect.stringMatching(/^SMTP_URL .*Write it as smtp:\/\/user/) })
    expect(() => createSmtp({ url })).toThrow(/^SMTP_URL /)
  })

  test('never repeats the password', () => {
    for (const url of [
      'smtp://u:hunter2@h/x',
      'smtp://u:hunter2@h?x=1',
      'xmtp://u:hunter2@h',
      'smtp://u:hunter2@',
    ]) {
      const read = readSmtpUrl(url)
      expect(read.ok).toBe(false)
      expect(JSON.stringify(read)).not.toContain('hunter2')
    }
  })
})
