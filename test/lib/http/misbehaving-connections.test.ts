import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createParsePool, createReader } from '../../../src/ingest/index.ts'
import { createHttp } from '../../../src/lib/http/index.ts'
import { authority, connectionMisbehaviours } from '../../servers/feed-connections.ts'
import { type Case, expectOutcome, now } from './misbehaving.ts'

const parser = createParsePool()

beforeAll(() => setDefaultCACertificates([...getCACertificates('default'), authority()]))
afterAll(() => parser.close())

/** Every name is this machine, which passes for a public one. */
const open = ({ connectMs = 5_000 }: { connectMs?: number } = {}) =>
  createHttp({
    userAgent: 'test/1',
    allowPrivateNetwork: true,
    hostGapMs: 0,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    connectMs,
  })
const read = (http: ReturnType<typeof open>, url: string) =>
  createReader({ http, parser, now: () => now }).read({ url, etag: null, lastModified: null, bodyHash: null })

interface Fault extends Case {
  /** Without the port. */
  url?: string
  connectMs?: number
  connections?: number
}

const whole: Fault = { titles: ['First', 'Größe & Maß'] }
const failing = (reason: string, says: string, url?: string): Fault => ({
  comes: { kind: 'failed', reason, status: null, retryAfterMs: null },
  says,
  ...(url ? { url } : {}),
})
const tls = (says: string, url?: string) => failing('tls', says, url)
const plain = 'http://feeds.example'

const cases: Record<keyof typeof connectionMisbehaviours, Fault> = {
  trusted: whole,
  manyNames: whole,
  selfSigned: tls('vouches for its certificate itself'),
  expired: tls('its certificate has expired'),
  wrongName: tls('made out to another name', 'https://other.example'),
  oldTls: tls('no version or cipher of TLS that is still safe'),
  // Feeds are public and nothing secret is sent, so the step is taken; it is no address to propose.
  stepsDown: {
    ...whole,
    comes: { finalUrl: expect.stringMatching(/^http:.*plain$/), permanentUrl: null },
    connections: 2,
  },
  plainOnTlsPort: tls('does not speak TLS'),
  silentHandshake: { ...failing('timeout', 'could not be connected to in time'), connectMs: 150 },
  handshakeReset: failing('network', 'closed the connection'),
  cutOverTls: failing('network', 'closed the connection before its answer was whole'),
  answersFirst: { ...whole, url: plain },
  banner: failing('badAnswer', 'not HTTP', plain),
  hangsUp: failing('network', 'closed the connection', plain),
}

test.each(Object.entries(cases))('%s', async (name, expected) => {
  const server = await connectionMisbehaviours[name as keyof typeof cases]()
  const http = open(expected)
  const outcome = await read(http, `${expected.url ?? 'https://feeds.example'}:${server.port}/feed`)
  expectOutcome(outcome, expected, /\b(?:feeds|other)\.example\b/)
  await server.closed()
  expect(server.connections()).toBe(expected.connections ?? 1)
  expect(server.sent()).toBeLessThan(10_000)
  await http.close()
  await server.close()
})

test('closes the connection of a handshake that outlasts the deadline', async () => {
  const server = await connectionMisbehaviours.silentHandshake()
  const http = open()
  const outcome = await http.get(`https://feeds.example:${server.port}/`, { deadlineMs: 100 })
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'timeout' })
  await server.closed()
  await http.close()
  await server.close()
})

test('checks a certificate anew at every fetch', async () => {
  const server = await connectionMisbehaviours.trusted()
  const http = open()
  const ask = (host: string) => http.get(`https://${host}:${server.port}/`)
  expect((await ask('feeds.example')).kind).toBe('response')
  expect(await ask('other.example')).toMatchObject({ reason: 'tls' })
  expect((await ask('feeds.example')).kind).toBe('response')
  expect(server.connections()).toBe(3)
  await http.close()
  await server.close()
})
