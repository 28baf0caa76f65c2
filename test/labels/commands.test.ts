import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { freehold } from '../service/freehold.ts'
import { entries, labellingCheckout } from './checkout.ts'

interface Shown {
  id: string
  feed: string
  title: string
  labels: { idea: string; direction: string; score: number; evidence: string; by: string }[]
}

let checkout: Awaited<ReturnType<typeof labellingCheckout>>
/** Ids of the stored items, by title. */
let ids: Map<string, string>

const run = (args: string[], more: { env?: Record<string, string>; stdin?: string } = {}) =>
  freehold(checkout.dir, args, { ...more, env: { ...checkout.env, ...more.env } })

async function stored(): Promise<Shown[]> {
  const { stdout } = await run(['items', '--json'])
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

beforeAll(async () => {
  checkout = await labellingCheckout()
  const { code, stderr } = await run(['ingest', '--all'])
  expect(stderr).toBe('')
  expect(code).toBe(0)
  ids = new Map((await stored()).map((item) => [item.title, item.id]))
}, 120_000)
afterAll(() => checkout.remove())

const heron = entries.link[0]!.title
const hall = entries.excerpt[0]!.title
const garden = entries.excerpt[1]!.title
const agency = entries.full[0]!.title
const german = entries.full[1]!.title

describe('freehold items', () => {
  it('says once, below the items, what the marks mean', async () => {
    const { stdout } = await run(['items'])
    expect(stdout).toMatch(/\n {18}[▲▼◆] \w/)
    expect(stdout).toMatch(/\n\n▲.opens: .*\n▼.closes: .*\n◆.contested: .*\n$/)
    expect(stdout.match(/opens: /g)).toHaveLength(1)
  })

  it('refuses an idea that does not exist, and names those that do', async () => {
    const { code, stdout, stderr } = await run(['items', '--idea', 'foo'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(
      /^freehold: There is no idea foo; the ideas are (?:[\w-]+, ){3}[\w-]+ and [\w-]+\.\n$/,
    )
    const ideas = stderr.replace(/^.* are |\.\n$/g, '').split(/, | and /)
    for (const idea of ideas) expect((await run(['items', '--idea', idea])).code).toBe(0)
  }, 20_000)
})

describe('freehold label', () => {
  it('shows what the classifier is least sure of first, with every score', async () => {
    const { code, stdout } = await run(['label', '--json'])
    expect(code).toBe(0)
    type Score = { score: number; threshold: number; directions: Record<string, number> }
    const shown: { title: string; margin: number; scores: Score[] }[] = JSON.parse(stdout)
    // As near to another verdict as its nearest score or, of an idea that is given, its next direction.
    const distances = ({ score, threshold, directions }: Score) => {
      const [first, second] = Object.values(directions).sort((a, b) => b - a) as [number, number]
      return [Math.abs(score - threshold), score >= threshold ? (first - second) / 2 : 1]
    }
    expect(shown.map((one) => one.title).sort()).toEqual([heron, hall, garden, agency].sort())
    for (const { scores, margin } of shown) {
      expect(scores).toHaveLength(5)
      expect(margin).toBeCloseTo(Math.min(...scores.flatMap(distances)), 2)
    }
    expect(shown.map((one) => one.margin)).toEqual(shown.map((one) => one.margin).sort((a, b) => a - b))

    const text = await run(['label', '--limit', '2'])
    expect(text.stdout).toContain(`  ${shown[0]!.title}\n`)
    expect(text.stdout).toContain(`  ${shown[1]!.title}\n`)
    expect(text.stdout).not.toContain(shown[2]!.title)
    expect(text.stdout).toMatch(/renewal \d\.\d\d\/\d\.\d\d/)
  })

  it('stores a verdict by the beginning of an id, with evidence of the classifier’s or else the title', async () => {
    const id = ids.get(heron)!
    const given = await run(['label', id.slice(0, 8), 'renewal=mixed', 'compute-cost=closes'])
    expect(given).toMatchObject({ code: 0 })
    expect(given.stdout).toContain(heron)
    const { labels } = (await stored()).find((item) => item.id === id)!
    expect(labels).toEqual([
      { idea: 'compute-cost', direction: 'closes', score: 1, evidence: heron, by: 'maintainer' },
      { idea: 'renewal', direction: 'mixed', score: 1, evidence: heron, by: 'maintainer' },
    ])

    // Its own words, which the classifier finds the stronger evidence of the two.
    const more = 'The open weights of Heron 3 are free to download and reuse.'
    const store = await openStore(checkout.env.DATABASE_URL!)
    const item = (await store.items.list()).find((one) => one.title === garden)!
    const state = (await store.feedStates.get(item.feed))!
    const changed = { ...item, title: 'News', summary: `Tulips, then lunch. ${more}` }
    await store.items.absorb([{ ...changed, identity: 'x', revision: 'second' }], state, Date.now())
    await store.close()
    const { stdout } = await run(['label', item.id, 'renewal=opens', '--json'])
    expect(JSON.parse(stdout)).toEqual({
      item: item.id,
      labels: [{ idea: 'renewal', direction: 'opens', evidence: more }],
    })
  })

  it('outranks the classifier from then on, and a verdict of none stays none', async () => {
    await run(['label', ids.get(hall)!, 'none'])
    const before = await stored()
    // Trained anew, with the verdicts: every item of the open period is judged again.
    const { code, stdout } = await run(['jobs', 'run', 'classify'])
    expect(code).toBe(0)
    expect(stdout).toContain(`judged ${before.length}`)
    const after = await stored()
    for (const title of [heron, hall, 'News']) {
      const labels = (items: Shown[]) => items.find((item) => item.title === title)!.labels
      expect(labels(after)).toEqual(labels(before))
      expect(labels(after).every((label) => label.by === 'maintainer')).toBe(true)
    }
    const waiting: Shown[] = JSON.parse((await run(['label', '--json'])).stdout)
    expect(waiting.map((one) => one.title)).toEqual([agency])
  })

  it('takes a verdict on an item in a language that it cannot read', async () => {
    expect((await run(['label', ids.get(german)!])).stdout).toContain('no language the classifier reads')
    const { code, stdout } = await run(['label', ids.get(german)!, 'renewal=opens'])
    expect(code).toBe(0)
    expect(stdout).toContain(`▲ renewal opens: “${german}”`)
  })

  it('refuses what is no label with one sentence that says what exists, and stores nothing', async () => {
    const before = await stored()
    const wrong: [string[], RegExp][] = [
      [['rent=opens'], /no idea rent; it has renewal, disciplinary-floor, .*economic-function/],
      [['renewal=up'], /no direction up; write renewal=opens or renewal=closes or renewal=mixed/],
      [['renewal'], /renewal needs a direction/],
      [['none', 'renewal=opens'], /none stands alone/],
      [['renewal=opens', 'renewal=closes'], /renewal is given twice/],
    ]
    for (const [words, message] of wrong) {
      const { code, stdout, stderr } = await run(['label', ids.get(agency)!, ...words])
      expect(code).toBe(1)
      expect(stdout).toBe('')
      expect(stderr.trim().split('\n')).toHaveLength(1)
      expect(stderr).toMatch(message)
    }
    expect(await stored()).toEqual(before)
  })

  it('refuses an id that fits no item or several, and a limit that is no number', async () => {
    expect((await run(['label', 'zz', 'none'])).stderr).toContain('freehold items lists them')
    const several = await run(['label', '', 'none'])
    expect(several.code).toBe(1)
    expect(several.stderr).toContain('More than one item')
    expect((await run(['label', '--limit', 'ten'])).code).toBe(2)
  })
})

describe('freehold labels export', () => {
  const linesOf = (text: string) =>
    new Map(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
        .map((one) => [one.title, one]),
    )

  it('prints every verdict as a line for the label files, with as much text as its feed allows', async () => {
    await run(['label', ids.get(agency)!, 'institutional-support=opens'])
    const { code, stdout, stderr } = await run(['labels', 'export'])
    expect(code).toBe(0)
    expect(stderr).toContain('1 left out: in a language')
    const lines = linesOf(stdout)
    expect([...lines.keys()].sort()).toEqual(['News', hall, heron, agency].sort())
    expect(Object.keys(lines.get(heron))).toEqual(['id', 'kind', 'title', 'publishedAt', 'labels'])
    expect(lines.get(heron)).toMatchObject({
      id: `item-${ids.get(heron)}`,
      kind: 'press',
      publishedAt: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      labels: { renewal: 'mixed', 'compute-cost': 'closes' },
    })
    const cut: string = lines.get(hall).summary
    expect(cut.length).toBeLessThanOrEqual(300)
    expect(entries.excerpt[0]!.text.startsWith(cut.slice(0, -1))).toBe(true)
    expect(lines.get(hall).labels).toEqual({})
    expect(lines.get(agency).summary).toBe(entries.full[0]!.text)
  })

  it('writes a file, keeping its lines about other items, that passes the check once it is committed', async () => {
    const file = join(checkout.dir, 'wiki', 'labels', 'maintainers.jsonl')
    const other = { id: 'item-0000', kind: 'lab', title: 'Older word of another maintainer', labels: {} }
    const stale = { id: `item-${ids.get(heron)}`, kind: 'lab', title: heron, labels: {} }
    writeFileSync(file, `${JSON.stringify(other)}\n${JSON.stringify(stale)}\n`)
    const { code, stdout } = await run(['labels', 'export', '--out', file])
    expect(code).toBe(0)
    expect(stdout).toContain('4 verdicts written')
    const lines = linesOf(readFileSync(file, 'utf8'))
    expect(lines.size).toBe(5)
    expect(lines.get(other.title)).toEqual(other)
    expect(lines.get(heron).labels).toEqual({ renewal: 'mixed', 'compute-cost': 'closes' })
    expect(await run(['labels', 'check'])).toMatchObject({ code: 0 })
    expect(await run(['classify'], { stdin: '{"id":"a","title":"A"}\n' })).toMatchObject({ code: 0 })

    const broken = join(checkout.dir, 'broken.jsonl')
    writeFileSync(broken, 'no JSON\n')
    const refused = await run(['labels', 'export', '--out', broken])
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('broken.jsonl:1: is not JSON')
    expect(readFileSync(broken, 'utf8')).toBe('no JSON\n')
  })
})

describe('freehold labels check', () => {
  it('shows what the labels are made of and exits with 0 while all is in order', async () => {
    const { code, stdout } = await run(['labels', 'check'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^renewal +\d+ +\d+ +\d+ +\d+$/m)
    expect(stdout).toMatch(/^wiki\/held-out\.jsonl +400 +\d+ % +\d+ %$/m)
    expect(stdout).toContain('All in order.')
    const { stdout: json } = await run(['labels', 'check', '--json'])
    expect(JSON.parse(json)).toMatchObject({ heldOut: 400, problems: [] })
  })

  it('refuses what is wrong with file and line, and freehold wiki check says the same', async () => {
    const file = join(checkout.dir, 'wiki', 'labels', 'zz.jsonl')
    const taken = JSON.parse(
      readFileSync(join(checkout.dir, 'wiki', 'held-out.jsonl'), 'utf8').split('\n')[1]!,
    )
    writeFileSync(file, `${JSON.stringify({ ...taken, id: 'zz-1' })}\n`)
    appendFileSync(file, '{"id":"zz-2","title":"Another thing","labels":{"rent":"opens"}}\n')
    try {
      for (const command of ['labels', 'wiki']) {
        const { code, stdout } = await run([command, 'check'])
        expect(code, command).toBe(1)
        expect(stdout).toContain('wiki/labels/zz.jsonl:2: labels.rent: the wiki has no idea "rent"')
        expect(stdout).toContain(
          `wiki/held-out.jsonl:2: "${taken.id}" says the same as "zz-1" at wiki/labels/zz.jsonl:1`,
        )
      }
      const { stdout } = await run(['labels', 'check', '--json'])
      expect(JSON.parse(stdout).problems).toHaveLength(2)
    } finally {
      writeFileSync(file, '')
    }
  })
})

describe('freehold evaluate', () => {
  it('gives figures with intervals beside those of a keyword search, as JSON and as tables', async () => {
    const file = join(checkout.dir, 'wiki', 'held-out.jsonl')
    const { code, stdout } = await run(['evaluate', file, '--json'])
    expect(code).toBe(0)
    const found = JSON.parse(stdout)
    expect(found).toMatchObject({
      items: 400,
      by: expect.stringMatching(/^model:/),
      ideas: { renewal: { support: expect.any(Number) } },
      falseAlarmRate: expect.any(Number),
      directionAccuracy: expect.any(Number),
      sampling: { resamples: 1000, seed: 1 },
      alsoTrainedOn: 0,
      baseline: { by: 'keywords' },
    })
    const [low, high] = found.intervals.macroF1
    expect(low).toBeLessThan(found.macroF1)
    expect(high).toBeGreaterThan(found.macroF1)
    expect(found.baseline.macroF1).toBeLessThan(low)
    expect(found.reliability.scores).toBe(2000)
    expect(found.reliability.bins).toHaveLength(10)

    const text = await run(['evaluate', file])
    expect(text.stdout).toMatch(/^renewal +\d+ +\d\.\d\d \((0|1)?\.\d\d–(0|1)?\.\d\d\)/m)
    expect(text.stdout).toContain('1,000 samples of the 400 items, drawn with replacement (seed 1)')
    for (const line of text.stdout.split('\n'))
      if (/\d\.\d\d/.test(line)) expect(line.length).toBeLessThan(90)
  })

  it('shows a learning curve and evidence when asked, and says when it was trained on the items', async () => {
    const taught = readFileSync(join(checkout.dir, 'wiki', 'labels', 'press.jsonl'), 'utf8')
      .trim()
      .split('\n')
    const file = join(checkout.dir, 'seen.jsonl')
    writeFileSync(file, `${taught.slice(0, 5).join('\n')}\n`)
    const evidence = join(checkout.dir, 'evidence.jsonl')
    const one = { id: 'e', title: heron, summary: 'It rained.', idea: 'renewal' }
    writeFileSync(evidence, `${JSON.stringify({ ...one, evidence: ['releases the weights of Heron 2'] })}\n`)
    const { code, stdout } = await run([
      'evaluate',
      file,
      '--learning-curve',
      '--evidence',
      evidence,
      '--json',
    ])
    expect(code).toBe(0)
    const found = JSON.parse(stdout)
    expect(found.alsoTrainedOn).toBe(5)
    expect(found.learningCurve.map((point: { share: number }) => point.share)).toEqual([0.125, 0.25, 0.5, 1])
    expect(found.learningCurve[3].macroF1).toBe(found.macroF1)
    expect(found.evidence).toEqual({
      items: 1,
      given: 1,
      agrees: 1,
      title: 1,
      agreesWhereGiven: 1,
      titleWhereGiven: 1,
    })
    const text = await run(['evaluate', file, '--evidence', evidence])
    expect(text.stdout).toContain('5 of the items were also trained on')
    expect(text.stdout).toMatch(/^items given the idea +1 +1\.00 +1\.00$/m)
  })

  it('refuses a file with a wrong line, of items or of evidence, with file and line', async () => {
    const file = join(checkout.dir, 'wrong.jsonl')
    const sound = join(checkout.dir, 'sound.jsonl')
    writeFileSync(file, `{"id":"a","title":"A","idea":"renewal","evidence":["B"]}\n{"id":"b","title":"A"}\n`)
    writeFileSync(sound, '{"id":"a","title":"A","labels":{}}\n')
    const items = await run(['evaluate', file])
    expect(items.code).toBe(2)
    expect(items.stderr).toContain('wrong.jsonl:1: ')
    const evidence = await run(['evaluate', sound, '--evidence', file])
    expect(evidence.code).toBe(2)
    expect(evidence.stderr).toContain('wrong.jsonl:1: evidence: "B" does not stand in the item')
    expect(evidence.stderr).toContain('wrong.jsonl:2: idea: ')
    const missing = await run(['evaluate', join(checkout.dir, 'nowhere.jsonl')])
    expect(missing.code).toBe(1)
    expect(missing.stderr).toContain('nowhere.jsonl can')
  })
})

it('freehold classify and evaluate ask no database', async () => {
  const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }
  const { code, stdout } = await run(['classify'], { env, stdin: '{"id":"a","title":"A"}\n' })
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toHaveProperty('labels')
  const file = join(checkout.dir, 'one.jsonl')
  writeFileSync(file, '{"id":"a","title":"A","labels":{}}\n')
  expect(await run(['evaluate', file], { env })).toMatchObject({ code: 0 })
  expect((await run(['label'], { env })).code).toBe(1)
})

it.each(['label', 'labels', 'evaluate'])('freehold %s has help', async (name) => {
  const { code, stdout } = await run([name, '--help'])
  expect(code).toBe(0)
  expect(stdout).toContain(`Usage: freehold ${name}`)
})
