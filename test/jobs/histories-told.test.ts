import { expect, test } from 'vitest'
import type { Classifier } from '../../src/classify/index.ts'
import { writeAlerts } from '../../src/jobs/alerts.ts'
import { classify } from '../../src/jobs/classify.ts'
import { createDigest } from '../../src/jobs/index.ts'
import { type Entry, start, startReplay } from './replay.ts'
import { day, hour, said, startWay } from './way.ts'

/** Everything is about renewal, and surely. */
const sure: Classifier = {
  by: 'model:sure',
  classify: ({ id, title }) => ({
    id,
    labels: [{ idea: 'renewal', direction: 'opens', score: 0.97, evidence: title }],
  }),
}

const events = [
  'Harbour Lab releases the weights of Heron',
  'Ministry of Albary funds shared compute at nine universities',
  'Ardmoor withdraws Petrel from its catalogue',
  'Fourteen libraries run Wrackline on their own servers',
  'Brontide raises accelerator prices by a quarter',
  'Court of Hollin lets the copyright case against Corvane go on',
  'Moss AI opens its training data to everybody',
  'Commons Compute Network greets its thousandth member',
  'Northfold measures how long small models remember',
  'Saltmarsh closes two of its oldest data centres',
  'Quayside translators publish a dictionary of dialects',
  'Lantern Institute proposes a licence for public archives',
  'Packhorse insures couriers against outages of maps',
  'Gradient Hall teaches evening classes in statistics',
]

/** What stood in a feed before we knew it. */
const older = (id: string): Entry => ({
  title: `${id} opens its doors`,
  guid: 'first',
  url: `https://${id}.example/hello`,
  date: start - 300 * day,
})

/** Three publishers of the same news, and an aggregator that quotes the first of them. */
async function startHouse() {
  const setting = await startWay()
  const { way, server, pass } = setting
  const replay = await startReplay({ store: way.store, now: way.now, pass })
  way.feeds = replay.way.feeds
  const full = { ...way, classifier: async () => sure }
  for (const id of ['lab', 'press', 'post', 'aggregator']) replay.follow(id)
  const channel = server.addChannel()
  await setting.subscribe(channel, { mode: 'alerts', alertsADay: 100 })

  /** The way of each hour: what the feeds have is read, judged, and told if it is strong. */
  const look = async (versions: Record<string, Entry[]>) => {
    for (const [id, entries] of Object.entries(versions)) await replay.version(id, entries)
    await classify(full)
    await writeAlerts(way)
    await setting.send()
  }
  return {
    ...setting,
    replay,
    look,
    /** The titles that the next issue tells of, and those it names besides. */
    async issue(): Promise<string[]> {
      const { digest } = await createDigest(full, { release: true })
      const stories = digest.sections.flatMap((section) => section.stories)
      const items = await way.store.items.byIds(stories.flatMap((story) => story.items ?? []))
      const titles = items.map(({ title }) => title)
      return events.filter((event) => titles.some((title) => title.startsWith(event)))
    },
    alerts: () =>
      server.messages(channel).flatMap((message) => events.filter((event) => said(message).includes(event))),
    close: () => replay.close(),
  }
}

test('each article stands in one issue and in one alert at most, whatever its feeds do to it', async () => {
  const house = await startHouse()
  const { replay } = house
  const served: { event: number; date: number }[] = []
  const told: string[][] = []
  /** What a publisher has by now, written as it writes in that week. */
  const write = (id: string, week: number): Entry[] =>
    served.map(({ event, date }) => {
      const moved = week >= 2 ? `${week}/` : ''
      const marks = [`?utm_source=w${week}`, `#w${week}`, ''][week % 3]
      return {
        title: `${events[event]}${week === 3 ? ' (updated)' : ''}`,
        text: `${id} tells that ${events[event]}, in so many words of its own for ${event}.`,
        guid: week % 2 ? `${id}-${event}` : `tag:${id},${week}:${event}`,
        url: `https://${id}.example/${week === 4 ? moved : ''}${event}${marks}`,
        date: week === 5 ? replay.now() : date,
      }
    })
  for (const id of ['lab', 'press', 'post', 'aggregator']) await replay.version(id, [older(id)])
  for (let week = 0; week < 7; week++) {
    for (let part = 0; part < 2; part++) {
      replay.pass(3 * day)
      served.unshift({ event: served.length, date: replay.now() - 2 * hour })
      await house.look({ lab: write('lab', week), press: write('press', week), post: write('post', week) })
    }
    replay.pass(day)
    // The aggregator comes last, with all of the lab's that is at least two weeks old, as if it were new.
    const late = write('lab', week).slice(4)
    await house.look({
      aggregator: late.map((entry, n) => ({ ...entry, guid: `a${week}-${n}`, date: replay.now() })),
    })
    told.push(await house.issue())
  }
  const [inIssues, inAlerts] = [told.flat().sort(), house.alerts().sort()]
  expect(inIssues).toEqual(events.toSorted())
  expect(inAlerts).toEqual(events.toSorted())
  await house.close()
})

test('what another feed brings months later under the same URL is told by no issue again, nor by an alert', async () => {
  const house = await startHouse()
  const { replay } = house
  for (const id of ['lab', 'press', 'post', 'aggregator']) await replay.version(id, [older(id)])
  const entry = (id: string, changes: Partial<Entry> = {}): Entry => ({
    title: events[0]!,
    guid: `${id}-0`,
    url: `https://${id}.example/0`,
    date: replay.now(),
    ...changes,
  })
  const first = { lab: [entry('lab')], press: [entry('press')], post: [entry('post')] }
  await house.look(first)
  replay.pass(day)
  expect(await house.issue()).toEqual([events[0]])
  expect(house.alerts()).toEqual([events[0]])
  for (let week = 0; week < 20; week++) {
    replay.pass(7 * day)
    await house.issue()
  }
  // The publishers' own feeds have let go of it; others bring it by its address, under a title of their own.
  const again = ['lab', 'press', 'post'].map((id) =>
    entry(id, { title: `Quayside looks back at a spring that nobody forgets (${id})`, guid: `again-${id}` }),
  )
  for (const [n, id] of ['one', 'two', 'three'].entries()) {
    replay.follow(id, { maxAgeDays: 1000 })
    await replay.version(id, [older(id)])
    await replay.version(id, [again[n]!])
  }
  const stored = await house.way.store.items.list({ since: replay.now() - day, newsOnly: true })
  expect(stored.map(({ feed }) => feed).sort()).toEqual(['one', 'three', 'two'])
  await house.look({})
  expect(house.alerts()).toEqual([events[0]])
  replay.pass(day)
  const { digest } = (await house.way.store.digests.last())!
  expect(digest.sections.flatMap((section) => section.stories)).toEqual([])
  expect(await house.issue()).toEqual([])
  const last = (await house.way.store.digests.last())!.digest
  expect(last.sections.flatMap((section) => section.stories)).toEqual([])
  await house.close()
})
