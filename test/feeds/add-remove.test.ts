import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { misbehaviours } from '../servers/feed-server.ts'
import { curatingCheckout, labFeed } from './curating.ts'

describe('freehold feeds', () => {
  let at: Awaited<ReturnType<typeof curatingCheckout>>
  beforeAll(async () => {
    at = await curatingCheckout()
    at.server.set('/feed.xml', labFeed('Harbour Lab: news', 'https://harbour-lab.example/'))
    at.server.set('/other.xml', labFeed('Harbour Lab: news', 'https://harbour-lab.example/'))
    at.server.set('/nameless.xml', labFeed('', 'https://nameless.example/'))
  })
  afterAll(() => at.remove())

  test('add shows the feed and writes one hunk; remove takes it out again, byte for byte', async () => {
    const before = at.list('labs.yaml')
    const url = `${at.server.origin}/feed.xml`
    const added = await at.feeds(['add', url, '--group', 'labs', '--kind', 'lab'])
    expect(added.stderr).toBe('')
    expect(added.code).toBe(0)
    expect(added.stdout).toContain('Harbour Lab releases the weights of Heron 2 under Apache 2.0')
    expect(added.stdout).toMatch(/^ {12}\S renewal$/m)
    expect(added.stdout).toContain('1 of these 10 bears on an idea.')
    expect(added.stdout).toContain('about 2 a week')
    const block = [
      '  - id: harbour-lab-news',
      "    title: 'Harbour Lab: news'",
      `    url: ${url}`,
      '    site: https://harbour-lab.example/',
      '    kind: lab',
      '    language: en',
      '    textUse: excerpt',
      '',
    ].join('\n')
    const after = at.list('labs.yaml')
    expect(after.split(block)).toHaveLength(2)
    expect(after.replace(block, '')).toBe(before)
    const order = [...after.matchAll(/^ {2}- id: (.*)$/gm)].map((match) => match[1]!)
    expect(order).toEqual([...order].sort())
    expect((await at.feeds(['check'])).code).toBe(0)

    const line = after.split('\n').indexOf('  - id: harbour-lab-news') + 1
    const again = await at.feeds(['add', url, '--group', 'labs', '--kind', 'lab'])
    expect(again).toMatchObject({
      code: 1,
      stderr: `freehold: ${url} is followed already, at feeds/labs.yaml:${line}.\n`,
    })
    const sameId = await at.feeds([
      'add',
      `${at.server.origin}/other.xml`,
      '--group',
      'labs',
      '--kind',
      'lab',
    ])
    expect(sameId).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`feeds/labs.yaml:${line}; choose another with --id`),
    })
    const sameSite = await at.feeds([
      'add',
      `${at.server.origin}/other.xml`,
      '--group',
      'labs',
      '--kind',
      'lab',
      '--id',
      'x',
    ])
    expect(sameSite).toMatchObject({ code: 1, stderr: expect.stringContaining(`feeds/labs.yaml:${line}`) })

    const dry = await at.feeds(['remove', 'harbour-lab-news', '--dry-run', '--json'])
    expect(JSON.parse(dry.stdout)).toEqual({
      file: 'feeds/labs.yaml',
      line,
      hunk: expect.stringContaining('\n-  - id: harbour-lab-news\n'),
      written: false,
    })
    expect(at.list('labs.yaml')).toBe(after)
    const removed = await at.feeds(['remove', 'harbour-lab-news'])
    expect(removed).toMatchObject({ code: 0, stderr: '' })
    expect(at.list('labs.yaml')).toBe(before)
  })

  test('add --dry-run prints the hunk and writes nothing; --json is one document', async () => {
    const before = at.list('research.yaml')
    const url = `${at.server.origin}/nameless.xml`
    const said = [
      '--title',
      'Nameless',
      '--site',
      'https://nameless.example/blog',
      '--every',
      '12h',
      '--text-use',
      'link',
    ]
    const dry = await at.feeds(['add', url, '--kind', 'research', ...said, '--dry-run', '--json'])
    expect(dry).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(dry.stdout)).toMatchObject({
      file: 'feeds/research.yaml',
      written: false,
      hunk: expect.stringMatching(
        /^--- a\/feeds\/research\.yaml\n\+\+\+ b\/feeds\/research\.yaml\n@@ -\d+,6 \+\d+,14 @@\n/,
      ),
      entry: {
        id: 'nameless',
        site: 'https://nameless.example/blog',
        every: '12h',
        textUse: 'link',
        kind: 'research',
      },
    })
    expect(at.list('research.yaml')).toBe(before)
  })

  test.each([
    ['no group', ['--kind', 'lab'], 2, /Say with --group where it belongs: .*Model labs/],
    [
      'an unknown group',
      ['--group', 'gardening', '--kind', 'lab'],
      2,
      /There is no group gardening; the groups are: /,
    ],
    ['no kind', ['--group', 'labs'], 2, /Say with --kind what sort of publisher it is: lab, /],
    ['an unknown kind', ['--group', 'labs', '--kind', 'blog'], 2, /--kind <kind>/],
    ['no title', ['--kind', 'research'], 2, /has no title; say with --title/],
    ['a wrong id', ['--kind', 'research', '--title', 'N', '--id', 'N N'], 2, /--id must be lower-case words/],
    [
      'a wrong time',
      ['--kind', 'research', '--title', 'N', '--every', 'often'],
      2,
      /--every must be a time such as/,
    ],
  ])('add with %s asks for it', async (_, options, code, said) => {
    const result = await at.feeds(['add', `${at.server.origin}/nameless.xml`, ...options])
    expect(result.code).toBe(code)
    expect(result.stderr).toMatch(said)
    expect(result.stdout).toBe('')
  })

  test('add asks for group and kind at once, and its example can be run', async () => {
    const before = at.list('labs.yaml')
    const url = `${at.server.origin}/feed.xml`
    const asked = await at.feeds(['add', url, '--title', "The harbour's news", '--every', '2h', '--dry-run'])
    expect(asked).toMatchObject({ code: 2, stdout: '' })
    expect(asked.stderr).toMatch(/Say with --group .* Say with --kind .* For example:\n/)
    const example = asked.stderr.split('\n').find((line) => line.startsWith('npx freehold feeds '))!
    expect(example).toContain(` add ${url} --title 'The harbour'\\''s news' --every 2h --dry-run --group `)
    const words = [...example.matchAll(/(?:'[^']*'|\\'|[^\s'\\])+/g)].map(([word]) =>
      word.replace(/\\'|'/g, (quote) => quote.slice(1)),
    )
    const run = await at.feeds(words.slice(3))
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toContain("+    title: The harbour's news\n")
    expect(run.stdout).toContain('+    every: 2h\n')
    expect(at.list('labs.yaml')).toBe(before)
  })

  test.each([
    ['empty', '/empty.xml', /This feed is empty: it answers and holds no item\./],
    ['silent', '/silent.xml', /Nothing new has come in this feed since \d{4}-\d\d-\d\d\./],
  ])('add of a feed that is %s wants --anyway, and says so above the hunk', async (_, path, said) => {
    at.server.set('/empty.xml', labFeed('Quiet', 'https://quiet.example/', 0))
    at.server.set('/silent.xml', labFeed('Quiet', 'https://quiet.example/', 12, 60))
    const before = at.list('research.yaml')
    const args = ['add', `${at.server.origin}${path}`, '--kind', 'research']
    const refused = await at.feeds(args)
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(said)
    expect(refused.stderr).toContain('--anyway')
    expect(at.list('research.yaml')).toBe(before)
    const { code, stdout } = await at.feeds([...args, '--anyway', '--dry-run'])
    expect(code).toBe(0)
    expect(stdout.split('--- a/feeds')[0]).toMatch(said)
  })

  test('add of an address that has moved for good says where to', async () => {
    at.server.set('/old.xml', misbehaviours.redirectTo('/feed.xml', 301))
    const { origin } = at.server
    const { stdout } = await at.feeds(['add', `${origin}/old.xml`, '--kind', 'research', '--dry-run'])
    expect(stdout.split('--- a/feeds')[0]).toContain(
      `\n${origin}/old.xml has moved for good to ${origin}/feed.xml.\n`,
    )
    expect(stdout).toContain(`+    url: ${origin}/feed.xml\n`)
  })

  test('add refuses private addresses unless they are allowed', async () => {
    const url = `${at.server.origin}/nameless.xml`
    const { code, stderr } = await at.feeds(['add', url, '--kind', 'research'], {
      ALLOW_PRIVATE_NETWORK: 'false',
    })
    expect(code).toBe(1)
    expect(stderr).toContain('ALLOW_PRIVATE_NETWORK=true')
  })

  test('remove of an id with a slip names the one that was meant', async () => {
    const id = /^ {2}- id: (.*)$/m.exec(at.list('labs.yaml'))![1]!
    const { stderr } = await at.feeds(['remove', `${id.slice(0, -1)}${id.endsWith('x') ? 'y' : 'x'}`])
    expect(stderr).toMatch(new RegExp(`Did you mean ${id}( or |\\?)`))
  })

  test('remove of what is not there says so', async () => {
    const { code, stderr } = await at.feeds(['remove', 'no-such-feed'])
    expect(code).toBe(1)
    expect(stderr).toBe('freehold: No feed has the id no-such-feed; npx freehold feeds list shows them.\n')
  })
})
