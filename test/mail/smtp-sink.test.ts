import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { messageIdFor } from '../../src/deliver/index.ts'
import type { DeliverReport } from '../../src/jobs/index.ts'
import { quietDigest, richDigest } from '../fixtures/digests.ts'
import { startPost } from './post-office.ts'
import { smtpSink, startSink, titleWith } from './sink.ts'

const readers = 12
const none: DeliverReport = { sent: 0, deferred: 0, failed: 0, unknown: 0, suppressed: 0 }

/** Sends an issue to twelve readers by way of a sink that has these switches. */
async function sendThrough(...switches: string[]) {
  const sink = await startSink(...switches)
  const setting = await startPost({ SMTP_URL: sink.url })
  const { reader, release, send, way } = setting
  for (let n = 0; n < readers; n++) await reader(`reader${n}@example${n % 3}.org`)
  const number = await release(quietDigest)
  const report = await send()
  await way.post.smtp!.close()
  await sink.stop()
  const rows = await way.store.deliveries.list({ digest: number, medium: 'email' })
  return { ...setting, sink, report, rows, dumped: sink.dumped() }
}

describe.skipIf(!smtpSink)(
  titleWith('into Postfix’s smtp-sink', smtpSink, 'smtp-sink, of the package postfix,'),
  () => {
    test.each([
      ['as it comes', []],
      ['without pipelining', ['-p']],
      ['that knows no ESMTP', ['-e']],
      ['that knows no 8BITMIME and no status codes', ['-8', '-E', '-N']],
      ['behind a firewall that rewrites its greeting', ['-P']],
    ])('%s every mail goes once, and the report is what the sink has', async (_, switches) => {
      const { report, rows, dumped, way } = await sendThrough(...switches)
      expect(report).toEqual({ ...none, sent: readers })
      expect(rows.every(({ state, receipt }) => state === 'sent' && receipt?.startsWith('250'))).toBe(true)
      expect(dumped.map(({ messageId }) => messageId).toSorted()).toEqual(
        rows.map(({ id }) => messageIdFor(id, 'freehold.example')).toSorted(),
      )
      expect(dumped.map(({ from }) => from).toSorted()).toEqual(
        rows.map(({ id }) => `${way.post.signer.bounceAddress(id)}@news.freehold.example`).toSorted(),
      )
      expect(new Set(dumped.map(({ to }) => to)).size).toBe(readers)
    })

    test.each<[string, string[], Partial<DeliverReport>, string]>([
      ['refuses the recipient', ['-f', 'RCPT'], { failed: readers }, 'refused the message'],
      ['refuses the sender', ['-f', 'MAIL'], { failed: readers }, 'refused the message'],
      ['refuses the body before it comes', ['-f', 'DATA'], { failed: readers }, 'refused the message'],
      ['refuses the body when it is there', ['-f', '.'], { failed: readers }, 'refused the message'],
      [
        'refuses in words of its own',
        ['-f', 'RCPT', '-B', '550 5.1.1 No such user here'],
        { failed: readers },
        '550 5.1.1 No such user here',
      ],
      ['puts the recipient off', ['-r', 'RCPT'], { deferred: readers }, 'put the message off'],
      ['puts the body off before it comes', ['-r', 'DATA'], { deferred: readers }, 'put the message off'],
      [
        'puts the body off when it is there',
        ['-r', '.', '-b', '451 4.7.1 Greylisted'],
        { deferred: readers },
        '451 4.7.1 Greylisted',
      ],
      ['hangs up with 421 at the recipient', ['-Q', 'RCPT'], { deferred: readers }, 'put the message off'],
      ['hangs up with 421 at the body', ['-Q', 'DATA'], { deferred: readers }, 'put the message off'],
      ['hangs up with 421 when the body is there', ['-Q', '.'], { deferred: readers }, 'put the message off'],
      [
        'drops the connection at the recipient',
        ['-q', 'RCPT'],
        { deferred: readers },
        'was lost before the message went out',
      ],
      [
        'drops the connection at the body',
        ['-q', 'DATA'],
        { deferred: readers },
        'was lost before the message went out',
      ],
      [
        'drops the connection when the body is there',
        ['-q', '.'],
        { unknown: readers },
        'nobody can say whether it arrived',
      ],
      ['turns us away', ['-f', 'CONNECT'], { deferred: readers }, 'turned us away'],
      ['drops us at once', ['-q', 'CONNECT'], { deferred: readers }, ''],
      ['drops us at our name', ['-q', 'EHLO,HELO'], { deferred: readers }, ''],
    ])('that %s: the report says so, and nothing is sent twice', async (_, switches, expected, words) => {
      const { report, rows, dumped } = await sendThrough(...switches)
      expect(report).toEqual({ ...none, ...expected })
      const [state] = Object.keys(expected)
      expect(rows.map((row) => row.state)).toEqual(Array(readers).fill(state))
      expect(rows.map(({ error }) => error!.includes(words))).toEqual(Array(readers).fill(true))
      expect(rows.map(({ attempts }) => attempts)).toEqual(Array(readers).fill(1))
      const ids = dumped.map(({ messageId }) => messageId)
      expect(new Set(ids).size).toBe(ids.length)
      // The sink writes down what it has read, whatever it answers.
      expect(ids.length).toBe(switches[1] === '.' ? readers : 0)
    })

    test('that says no in the midst of the body has nothing, and nobody believes it has', async () => {
      const { report, rows, dumped } = await sendThrough('-A', '0')
      expect(dumped).toEqual([])
      expect(report.sent).toBe(0)
      expect(rows.every(({ state, error }) => state !== 'sent' && error !== null)).toBe(true)
      expect(report.deferred + report.failed + report.unknown).toBe(readers)
    })

    test('a whole issue arrives byte for byte as it was signed and sent', async () => {
      const sink = await startSink()
      const { reader, release, send, way } = await startPost({ SMTP_URL: sink.url })
      const sent: Buffer[] = []
      way.post.sign = async (message) => {
        sent.push(message)
        return message
      }
      await reader('ada@example.org')
      await release(richDigest)
      expect(await send()).toMatchObject({ sent: 1 })
      await way.post.smtp!.close()
      await sink.stop()
      const dump = readFileSync(sink.files()[0]!, 'latin1')
      const arrived = dump.slice(dump.indexOf('\nAuto-Submitted: ') + 1).replace(/\n+$/, '')
      expect(arrived).toBe(sent[0]!.toString('latin1').replaceAll('\r\n', '\n').replace(/\n+$/, ''))
    })
  },
)
