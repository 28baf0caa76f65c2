import { afterAll, expect, test } from 'vitest'
import { createParsePool, createReader, type ReadOutcome, type Source } from '../../../src/ingest/index.ts'
import { createHttp, type HttpOptions } from '../../../src/lib/http/index.ts'
import { type FeedServer, type Responder, startFeedServer } from '../../servers/feed-server.ts'

type Kept = 'etag' | 'lastModified' | 'finalUrl' | 'permanentUrl'

/** What must come out when a feed is read from a server that misbehaves. */
export interface Case {
  /** What `/feed` answers, where the misbehaviour has to be told something. */
  answer?: (server: FeedServer) => Responder
  /** Titles of the items, when it is read all the same. */
  titles?: string[]
  /** Fields of the outcome. */
  comes?: Partial<Record<'kind' | 'reason' | 'status' | 'retryAfterMs' | Kept, unknown>>
  /** Words of the message. */
  says?: string
  http?: Partial<HttpOptions> | ((server: FeedServer) => Partial<HttpOptions>)
  known?: Partial<Source>
  /** Paths that are asked for, in order. */
  asked?: string[]
  /** The most bytes the server may get rid of, socket buffers included. */
  atMost?: number
}

/** A case for every name: a name without one is an error of types. */
export type Cases<Names> = {
  [Name in keyof Names]: Names[Name] extends () => Responder ? Case : Case & Required<Pick<Case, 'answer'>>
}

export const now = Date.UTC(2026, 1, 10, 12)
/** More bytes than that are neither HTTP's overhead nor what the sockets of both sides hold. */
const usualBytes = 16 * 1024 * 1024
/** What a maintainer may do; every message says one of these. */
const remedies = /\b(?:tell|ask|check|look|try|use|open|set|remove|compare|names this feed)\b/i

/** Checks that an outcome is what was expected, and its message a sentence somebody can act on. */
export function expectOutcome(outcome: ReadOutcome, { titles, comes = {}, says }: Case, hosts: RegExp): void {
  if (titles) {
    expect(outcome).toMatchObject({ kind: 'items', ...comes })
    expect(outcome.kind === 'items' && outcome.items.map(({ title }) => title)).toEqual(titles)
    return
  }
  expect(outcome).toMatchObject(comes)
  if (outcome.kind !== 'failed') return
  expect(outcome.message).toMatch(/^["A-Z\d][^\n]{20,400}\.$|^[a-z.]+\.example [^\n]{20,400}\.$/)
  expect(outcome.message).toMatch(hosts)
  expect(outcome.message).toMatch(remedies)
  expect(outcome.message).not.toMatch(/undefined|null|NaN|UND_ERR|HPE_|ERR_/)
  expect(says).toBeTypeOf('string')
  expect(outcome.message).toContain(says)
}

/** One test for each name, through the real client and the real reader. */
export function testEach<Names extends Record<string, (...args: never[]) => Responder>>(
  misbehaviours: Names,
  cases: Cases<Names>,
): void {
  const parser = createParsePool()
  afterAll(() => parser.close())

  test.each(Object.keys(misbehaviours))('%s', async (name) => {
    const expected: Case = cases[name]!
    const server = await startFeedServer()
    const http = createHttp({
      userAgent: 'test/1',
      allowPrivateNetwork: true,
      hostGapMs: 0,
      deadlineMs: 20_000,
      ...(typeof expected.http === 'function' ? expected.http(server) : expected.http),
    })
    const make = misbehaviours[name] as () => Responder
    server.set('/feed', expected.answer ? expected.answer(server) : make())
    const source = { url: `${server.origin}/feed`, etag: null, lastModified: null, bodyHash: null }
    const outcome = await createReader({ http, parser, now: () => now }).read({
      ...source,
      ...expected.known,
    })
    expectOutcome(outcome, expected, /127\.0\.0\.1/)
    await server.closed('/feed')
    expect(server.sent('/feed')).toBeLessThan(expected.atMost ?? usualBytes)
    expect(server.requests.map(({ path }) => path)).toEqual(expected.asked ?? ['/feed'])
    await http.close()
    await server.close()
  })
}
