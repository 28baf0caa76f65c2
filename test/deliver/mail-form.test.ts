import fc from 'fast-check'
import { simpleParser } from 'mailparser'
import { describe, expect, test } from 'vitest'
import { buildMail, mailForm, slotOf } from '../../src/deliver/index.ts'

const mail = {
  from: 'Freehold <digest@freehold.example>',
  subject: 'Freehold 12',
  html: '<p>Hello</p>',
  text: 'Hello',
  date: Date.UTC(2026, 10, 23, 9),
}
const ada = { to: 'ada@example.org', messageId: '<a@freehold.example>' }
const [leave, choose] = [slotOf('leave', 59), slotOf('choose', 59)]
/** A value of the right length that no other reader has. */
const value = (letter: string) => `${letter}-_.`.repeat(15).slice(0, 59)

/** Both parts of a mail as a mail program shows them. */
async function read(raw: Buffer) {
  const { text, html, headers } = await simpleParser(raw, {
    skipTextToHtml: true,
    skipHtmlToText: true,
    skipTextLinks: true,
  })
  return { text: text ?? '', html: html || '', headers }
}

/** Quoted-printable can't tell how lines ended, and mail programs drop blanks and lines at the very end. */
const lines = (text: string) => text.replace(/\r\n?/g, '\n').replace(/\n+$/, '')

describe('a form', () => {
  /** Text as feeds have it, with slots anywhere: beside “=”, other scripts, line ends, and each other. */
  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(leave.placeholder, choose.placeholder) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        '=',
        '=\n',
        '\n',
        '\r\n',
        ' ',
        '.',
        '\n.\n',
        '--',
        'From ',
        '=3D',
        '\t',
        '?',
      ),
    },
    {
      weight: 2,
      arbitrary: fc.string({ maxLength: 90 }).map((text) => text.replace(/(?![\t\r\n])\p{Cc}/gu, '')),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '用四分之一的算力训练同等规模的开放模型'.repeat(4),
        'é',
        '🏚️',
        'x'.repeat(200),
        'Zoë – “old” buildings',
      ),
    },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 80 }).map((length) => 'a'.repeat(length)) },
  )
  const text = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''))

  test('filled in says the same as the text it was made of, with the reader’s values in place', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, async (one, two) => {
        const listUnsubscribe = `<https://freehold.example/unsubscribe/${leave.placeholder}>, <mailto:leave@freehold.example?subject=${choose.placeholder}>`
        const form = await mailForm({ ...mail, text: `a${one}b`, html: `<p>a${two}b</p>`, listUnsubscribe }, [
          leave,
          choose,
        ])
        for (const [reader, values] of [
          [ada, { leave: value('L'), choose: value('C') }],
          [
            { to: 'bob@example.org', messageId: '<b@freehold.example>' },
            { leave: value('M'), choose: value('D') },
          ],
        ] as const) {
          const filledIn = (whole: string) =>
            lines(
              whole.replaceAll(leave.placeholder, values.leave).replaceAll(choose.placeholder, values.choose),
            )
          const raw = form.fill({ ...reader, values })
          const got = await read(raw)
          expect(lines(got.text)).toBe(filledIn(`a${one}b`))
          expect(lines(got.html)).toBe(filledIn(`<p>a${two}b</p>`))
          expect(got.headers.get('message-id')).toBe(reader.messageId)
          expect(raw.toString('latin1')).toMatch(/^[\t\r\n\x20-\x7e]*$/)
          expect(
            raw
              .toString('latin1')
              .split('\r\n')
              .every((line) => line.length <= 998 && !/[\r\n]/.test(line)),
          ).toBe(true)
        }
      }),
      { numRuns: 400 },
    )
  })

  test('filled in is the mail that would have been built for the reader alone', async () => {
    const link = (token: string) => `https://freehold.example/unsubscribe/${token}`
    const whole = (token: string) => ({
      ...mail,
      text: `Leave:\n${link(token)}\nGrüße`,
      html: `<a href="${link(token)}">Leave</a> `.repeat(5),
      listUnsubscribe: `<${link(token)}>`,
    })
    const form = await mailForm(whole(leave.placeholder), [leave])
    const filled = form.fill({ ...ada, values: { leave: value('L') } }).toString()
    const built = (await buildMail({ ...whole(value('L')), ...ada })).toString()
    // Boundaries are made of the Message-ID, and a form has one for all.
    const boundary = (raw: string) => /boundary="([^"]+)"/.exec(raw)![1]!
    const unbroken = (raw: string) => raw.replaceAll(boundary(raw), 'BOUNDARY').replaceAll('=\r\n', '')
    expect(unbroken(filled)).toBe(unbroken(built))
  })

  test('gives the same bytes in another process, whose placeholders are others', async () => {
    const filled = async () => {
      const slots = [slotOf('leave', 59), slotOf('choose', 59)]
      const [one, two] = slots.map(({ placeholder }) => placeholder)
      const parts = {
        text: `Grüße\n${one}\n${two}`,
        html: `<p>${`<a href="https://a.example/${one}">“x”</a>`.repeat(9)}</p>`,
      }
      const form = await mailForm({ ...mail, ...parts, listUnsubscribe: `<https://a.example/${one}>` }, slots)
      return form.fill({ ...ada, values: { leave: value('L'), choose: value('C') } })
    }
    expect((await filled()).equals(await filled())).toBe(true)
  })

  test('has another boundary for another text, which nobody can have written into it', async () => {
    const boundary = async (text: string) => {
      const form = await mailForm({ ...mail, text }, [])
      return /boundary="([^"]+)"/.exec(form.fill({ ...ada, values: {} }).toString())![1]!
    }
    const first = await boundary('Hello')
    const raw = (await mailForm({ ...mail, text: `Hello\n--${first}--\nBye` }, [])).fill({
      ...ada,
      values: {},
    })
    expect((await read(raw)).text).toContain('Bye')
    expect(await boundary(`Hello\n--${first}`)).not.toBe(first)
  })

  test('is not spoiled by one reader for the next', async () => {
    const form = await mailForm({ ...mail, text: leave.placeholder }, [leave])
    const first = form.fill({ ...ada, values: { leave: value('L') } })
    const copy = Buffer.from(first)
    form.fill({ ...ada, values: { leave: value('M') } })
    expect(first).toEqual(copy)
    expect(form.fill({ ...ada, values: { leave: value('L') } })).toEqual(copy)
  })

  test('is refused when there is no place for what belongs in it', async () => {
    await expect(mailForm({ ...mail, text: leave.placeholder }, [leave, choose])).rejects.toThrow(
      'no place for “choose”',
    )
  })

  test.each([
    ['too short', value('L').slice(1)],
    ['too long', `${value('L')}x`],
    ['of signs that have to be encoded', `${value('L').slice(1)}=`],
    ['with a line break', `${value('L').slice(2)}\r\n`],
    ['missing', undefined],
  ])('takes no value that is %s', async (_, wrong) => {
    const form = await mailForm({ ...mail, text: leave.placeholder }, [leave])
    const values = (wrong === undefined ? {} : { leave: wrong }) as Record<string, string>
    expect(() => form.fill({ ...ada, values })).toThrow('The slot “leave” takes 59 letters')
  })

  test.each([
    'ada@example.org\r\nBcc: bob@example.org',
    'ada@example.org, bob@example.org',
    'Ada <ada@example.org>',
    'ada @example.org',
    '"ada"@example.org',
    'ada@',
    '@example.org',
    'ada@exa mple.org',
    'ada',
    '',
  ])('takes no recipient such as %j', async (to) => {
    const form = await mailForm(mail, [])
    expect(() => form.fill({ ...ada, to, values: {} })).toThrow("can't be written into a mail header")
  })

  test('takes no Message-ID that begins another header', async () => {
    const form = await mailForm(mail, [])
    expect(() => form.fill({ ...ada, messageId: '<a@b>\r\nBcc: bob@example.org', values: {} })).toThrow(
      'Message-ID',
    )
  })

  test('writes a domain of other scripts in ASCII', async () => {
    const form = await mailForm(mail, [])
    const raw = form.fill({ ...ada, to: 'ada@bücher.example', values: {} }).toString()
    expect(raw).toMatch(/^To: ada@xn--bcher-kva\.example\r$/m)
  })

  test('is not upset by a subject that says what a recipient would', async () => {
    for (const subject of [
      'to@slot.invalid',
      '<id@slot.invalid>',
      'To: bob@example.org',
      leave.placeholder,
    ]) {
      const form = await mailForm({ ...mail, subject, text: leave.placeholder }, [leave])
      const { headers } = await read(form.fill({ ...ada, values: { leave: value('L') } }))
      expect(headers.get('to')).toMatchObject({ text: ada.to })
      expect(headers.get('message-id')).toBe(ada.messageId)
    }
  })
})

describe('a slot', () => {
  test('can’t be guessed by who writes what stands round it', () => {
    const placeholders = Array.from({ length: 100 }, () => slotOf('leave', 59).placeholder)
    expect(new Set(placeholders).size).toBe(100)
    for (const one of placeholders) expect(one).toMatch(/^[A-Za-z0-9]{59}$/)
  })

  test('needs room for its name', () => {
    expect(() => slotOf('leave', 30)).toThrow('A slot named “leave” needs values of')
  })
})
