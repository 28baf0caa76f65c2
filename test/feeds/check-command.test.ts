import { readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { readFeedLists } from '../../src/feeds/index.ts'
import { createParsePool } from '../../src/ingest/index.ts'
import { checkFeeds } from '../../src/jobs/index.ts'
import { createHttp } from '../../src/lib/http/index.ts'
import { authority } from '../servers/feed-connections.ts'
import { checkingCheckout, rss } from './checking.ts'

const pem = (name: string) => readFileSync(join(import.meta.dirname, '..', 'fixtures', 'tls', `${name}.pem`))

describe('freehold feeds check', () => {
  let at: Awaited<ReturnType<typeof checkingCheckout>>
  beforeAll(async () => {
    at = await checkingCheckout()
    at.server.set('/well', rss({ title: 'Well' }))
    at.server.set('/old', rss({ title: 'Old', age: 300 * 86_400_000, site: 'https://old.example' }))
  })
  afterAll(() => at.remove())
  const site = (id: string) => `https://${id}.example/`
  const http = (id: string, path: string) => ({ id, url: `${at.host(1)}/${path}`, site: site(id) })

  test('offline says what stands where, and ends well on warnings unless it is to be strict', async () => {
    at.list([
      { id: 'fine', url: 'https://fine.example/feed' },
      { id: 'plain', url: 'http://plain.example/feed' },
    ])
    const said = await at.check([])
    expect(said).toMatchObject({ code: 0, stderr: '' })
    expect(said.stdout).toBe(
      [
        'feeds/a.yaml:10: warning: plain: http://plain.example/feed is plain http, which',
        '  anybody on the way can read and change; use https://plain.example/feed if it',
        '  answers, as freehold feeds check --online tells.',
        '',
        '2 feeds: 1 warning.',
        '',
      ].join('\n'),
    )
    expect((await at.check(['--strict'])).code).toBe(1)
    expect(at.server.requests).toEqual([])
  })

  test('offline tells many feeds of plain http in one line, and each of them in JSON', async () => {
    at.list(['a', 'b', 'c'].map((id) => ({ id, url: `http://${id}.example/feed` })))
    expect((await at.check([])).stdout).toBe(
      'warning: plain http, which anybody on the way can read and change: 3 feeds: a\n  (feeds/a.yaml:5), b (feeds/a.yaml:10), c (feeds/a.yaml:15).\n\n3 feeds: 3 warnings.\n',
    )
    expect(JSON.parse((await at.check(['--json'])).stdout).findings).toHaveLength(3)
  })

  test('says which file could not be read and what that leaves out', async () => {
    at.list(['a', 'b'].map((id) => ({ id, url: `https://${id}.example/feed` })))
    at.list([{ id: 'c', url: 'https://c.example/feed' }], 'b.yaml')
    writeFileSync(join(at.feedsDir, 'a.yaml'), at.text().replace('title: b', 'title: b: c'))
    const { code, stdout } = await at.check([])
    expect(code).toBe(1)
    expect(stdout.split('\n\n').at(-1)).toBe(
      '1 feed: 1 error. feeds/a.yaml could not be read, so that its 2 entries are left\nout.\n',
    )
    expect(JSON.parse((await at.check(['--json'])).stdout).leftOut).toEqual([
      { file: 'feeds/a.yaml', entries: 2 },
    ])
  })

  test('warns of a feed that is to be read more often than anybody looks', async () => {
    at.list([
      { id: 'a', url: 'https://a.example/feed', more: ['every: 14m'] },
      { id: 'b', url: 'https://b.example/feed', more: ['every: 15m'] },
    ])
    const found = async (SCHEDULE_INGEST: string) =>
      JSON.parse((await at.check(['--json'], { SCHEDULE_INGEST })).stdout).findings
    expect(await found('*/15 * * * *')).toEqual([
      expect.objectContaining({
        ...{ kind: 'every', feed: 'a', line: 8, severity: 'warning' },
        message:
          'It is to be read every 14m, but SCHEDULE_INGEST looks every 15m only; write every: 15m, or have that setting look more often.',
      }),
    ])
    expect(await found('0 * * * *')).toHaveLength(2)
    expect(await found('*/5 * * * *')).toEqual([])
  })

  test('refuses hosts of private networks where they are not allowed, offline and online', async () => {
    at.list([http('inner', 'well')])
    const settings = { ALLOW_PRIVATE_NETWORK: 'false' }
    const offline = await at.check(['--json'], settings)
    expect(offline.code).toBe(1)
    expect(JSON.parse(offline.stdout)).toMatchObject({
      feeds: 1,
      problems: [
        { file: 'feeds/a.yaml', line: 5, field: 'url', message: expect.stringContaining('private host') },
      ],
      errors: 1,
      warnings: 1,
    })
    const online = await at.check(['--online', '--json'], settings)
    expect(online.code).toBe(1)
    const kinds = JSON.parse(online.stdout).findings.map((one: { kind: string }) => one.kind)
    expect(kinds).toEqual(['private', 'privateAddress'])
    expect(at.server.requests).toEqual([])
  })

  test('works in a fresh checkout, makes no database there, and says what it could not judge', async () => {
    at.list([http('well', 'well')])
    const file = join(at.dir, 'data', 'freehold.db')
    const { code, stdout } = await at.check(['--online'], { DATABASE_URL: `sqlite:${file}` })
    expect(code).toBe(0)
    expect(stdout).toBe(
      'feeds/a.yaml:5: warning: well: It is plain http, and https does not give the\n  same feed.\n\n' +
        'Not judged: There is no database here that would tell whether it has brought\n  items of any idea in 90 days, or how they did at earlier polls.\n\n' +
        '1 feed looked at: 1 warning.\n',
    )
    expect(() => readFileSync(file)).toThrow(/ENOENT/)
  })

  test('looks at one feed, also at one that is switched off', async () => {
    at.list([http('well', 'well'), { ...http('old', 'old'), more: ['enabled: false', 'reason: for now'] }])
    const { stdout } = await at.check(['--online', '--feed', 'old'])
    expect(stdout).toContain('feeds/a.yaml:10: warning: old: It answers, but nothing new has come since')
    expect(stdout).not.toContain('well')
    const none = await at.check(['--online', '--feed', 'none'])
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('No feed has the id none') })
  })

  test.each([
    [['--feed', 'well'], /--feed is for feeds that are fetched; say --online as well/],
    [['--apply'], /--apply is for feeds/],
    [['--json', '--markdown'], /--json or --markdown/],
  ])('%j is wrong usage', async (args, said) => {
    const { code, stdout, stderr } = await at.check(args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(said)
  })

  test('says so when nobody answers, and finds no fault with the feeds', async () => {
    at.list([
      { id: 'a', url: 'http://127.0.3.1:1/a' },
      { id: 'b', url: 'http://127.0.3.2:1/b' },
    ])
    const { code, stdout, stderr } = await at.check(['--online'])
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^freehold: No feed could be reached: this machine seems to be off the network/)
  })

  test('in GitHub Actions writes findings beside their lines, apart from what is to be parsed', async () => {
    at.list([http('old', 'old')])
    const actions = { GITHUB_ACTIONS: 'true' }
    const line =
      /^::warning file=feeds\/a\.yaml,line=5,title=old%3A stale::It answers, but nothing new has come since .*$/m
    const plain = await at.check(['--online'], actions)
    expect(plain.stdout).toMatch(line)
    const json = await at.check(['--online', '--json'], actions)
    expect(JSON.parse(json.stdout).warnings).toBe(2)
    expect(json.stderr).toMatch(line)
    expect((await at.check(['--online'])).stdout).not.toContain('::warning')
    at.list([{ ...http('old', 'old'), more: ['every: often'] }])
    const broken = await at.check([], actions)
    expect(broken.code).toBe(1)
    expect(broken.stdout).toContain(
      '\n::error file=feeds/a.yaml,line=8,title=list::old: every: must be a time such as 30m, 6h or 1d, not “often”\n',
    )
  })

  test('as Markdown gives tables and the edits, in which nothing of a feed acts', async () => {
    const title = 'a | b @everyone [x](http://x)&#10;::error::&#27;[31m'
    at.server.set('/odd', rss({ title, site: 'https://odd.example' }))
    at.list([http('old', 'old'), { id: 'odd', url: `${at.host(2)}/odd` }])
    const { code, stdout } = await at.check(['--online', '--markdown'])
    expect(code).toBe(0)
    const [head, ...rest] = stdout.split('\n')
    expect(head).toBe('**2 feeds looked at: 3 warnings and 1 note.**')
    const rows = rest.filter((line) => line.startsWith('| '))
    expect(rows).toHaveLength(6)
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(4)
    expect(stdout).toContain('calls itself “a \\| b @\u2060everyone \\[x\\](http://x) ::error::')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal obeys.
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]|^::/m)
    expect(stdout).toContain('```diff\n--- a/feeds/a.yaml\n+++ b/feeds/a.yaml\n')
    expect(stdout).toContain('+    enabled: false\n')
  })

  test('--since looks at the entries that a commit does not have so', { timeout: 120_000 }, async () => {
    at.list([http('well', 'well'), http('old', 'old')])
    at.list([{ id: 'other', url: `${at.host(3)}/other` }], 'b.yaml')
    at.git('init', '-q')
    at.git('add', 'feeds')
    at.git('commit', '-qm', 'first')
    const none = await at.check(['--online', '--since', 'HEAD'])
    expect(none).toMatchObject({
      code: 0,
      stdout: 'No feed was to be looked at: no enabled entry has changed.\n',
    })
    at.server.set('/other', rss({ title: 'Other', site: site('other') }))
    at.server.set('/new', rss({ title: 'New', site: site('new') }))
    at.list([{ ...http('well', 'well'), more: ['every: 1h'] }, http('old', 'old')])
    at.list(
      [
        { id: 'other', url: `${at.host(3)}/other` },
        { id: 'new', url: `${at.host(4)}/new` },
      ],
      'b.yaml',
    )
    const before = at.server.requests.length
    const { stdout } = await at.check(['--online', '--since', 'HEAD', '--json'])
    expect(
      at.server.requests
        .slice(before)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['/new', '/well'])
    expect(JSON.parse(stdout).looked).toBe(2)
    at.git('add', 'feeds')
    at.git('commit', '-qm', 'second')
    expect((await at.check(['--online', '--since', 'HEAD'])).stdout).toContain('no enabled entry has changed')
    expect(JSON.parse((await at.check(['--online', '--since', 'HEAD~1', '--json'])).stdout).looked).toBe(2)
  })

  test.each(['no-such-branch', '--output=/tmp/x'])(
    '--since %s says that git does not know it',
    async (ref) => {
      const { code, stderr } = await at.check(['--online', `--since=${ref}`])
      expect(code).toBe(1)
      expect(stderr).toContain(`What has changed since ${ref} can't be told`)
    },
  )
})

test('where https gives the same feed as http, the edit says so; the certificate counts', async () => {
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, authority()])
  const served = rss({ title: 'Feeds', site: 'https://feeds.example' })
  const plain = createHttpServer((_, response) => response.end(served))
  const secure = createTlsServer({ key: pem('server-key'), cert: pem('trusted') }, (socket) =>
    plain.emit('connection', socket),
  )
  // Both at one port, as the first byte of a connection tells.
  const both = createTcpServer((socket) =>
    socket.once('data', (first) => {
      socket.pause()
      socket.unshift(first)
      if (first[0] === 22) return secure.emit('connection', socket)
      plain.emit('connection', socket)
      return socket.resume()
    }),
  )
  await new Promise<void>((resolve) => both.listen(0, '127.0.0.1', resolve))
  const { port } = both.address() as AddressInfo
  const parser = createParsePool()
  const at = await checkingCheckout()
  const http = createHttp({
    userAgent: 'test',
    hostGapMs: 0,
    allowPrivateNetwork: true,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  })
  onTestFinished(async () => {
    setDefaultCACertificates(before)
    await Promise.all([http.close(), parser.close(), at.remove()])
    both.close()
  })
  at.list([
    { id: 'feeds', url: `http://feeds.example:${port}/`, site: 'https://feeds.example/' },
    { id: 'other', url: `http://other.example:${port}/x`, site: 'https://other.example/' },
  ])
  const { files, feeds } = await readFeedLists(at.feedsDir, 'feeds')
  const finder = { http, parser, now: Date.now }
  const told = async (id: string) => {
    const one = feeds.filter((feed) => feed.id === id)
    const report = await checkFeeds({ finder, files, followed: one, feeds: one, store: null })
    return report.findings.map(({ kind, suggestion }) => [kind, suggestion])
  }
  expect(await told('feeds')).toEqual([['https', { change: { url: `https://feeds.example:${port}/` } }]])
  expect(await told('other')).toEqual([['http', null]])
})
