import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { daysBefore, type Entry, type Replay, startReplay } from './replay.ts'
import { day, hour } from './way.ts'

let replay: Replay
beforeAll(async () => {
  replay = await startReplay()
})
afterAll(() => replay.close())

let [id, runs] = ['', 0]
beforeEach(() => {
  runs += 1
  id = `lab-${runs}`
  replay.follow(id)
})

const titles = [
  'Harbour Lab releases the weights of Heron',
  'Ministry of Albary funds shared compute for universities',
  'Ardmoor withdraws Petrel from its catalogue of models',
  'Fourteen libraries run Wrackline on servers of their own',
  'Brontide raises the prices of its accelerators again',
  'Court of Hollin lets a case about copyright go on',
  'Moss AI opens its training data to everybody',
  'Commons Compute Network counts its first thousand members',
  'Northfold measures how long small models remember',
  'Tideline asks readers what they want explained next',
  'Saltmarsh closes two of its oldest data centres',
  'A guide to quantisation for people with old laptops',
]

/** Article `n` of a site as its feed has it, published an hour before it is first served unless told otherwise. */
function article(n: number, changes: Partial<Entry> = {}): Entry {
  const title = titles[n % titles.length]! + (n >= titles.length ? ` (part ${n})` : '')
  return {
    title,
    guid: `tag:${id},2026:${n}`,
    url: `https://${id}.example/posts/${n}`,
    date: replay.now() - n * 60_000,
    text: `What is told of article ${n} in a few words: ${title}, and what came of it.`,
    ...changes,
  }
}

const all = (count: number, changes: (n: number) => Partial<Entry> = () => ({})) =>
  Array.from({ length: count }, (_, n) => article(n, changes(n)))
const serve = (entries: Entry[]) => replay.version(id, entries)
const titlesOf = (entries: Entry[]) => entries.map(({ title }) => title).sort()
/** Serves a version and gives what became news, in the order of the alphabet. */
const news = async (entries: Entry[]) => (await serve(entries)).sort()

describe('of a feed that is new to us', () => {
  test('the last week is news, the rest and what has no date is not', async () => {
    const ages = [0, 3, 6.9, 7.1, 20, 400]
    const entries = ages.map((age, n) => article(n, { date: daysBefore(replay.now(), age) }))
    const undated = article(6)
    delete undated.date
    expect(await news([...entries, undated])).toEqual(titlesOf(entries.slice(0, 3)))
    expect(await news([...entries, undated])).toEqual([])
  })

  test('that holds for the first that brings anything', async () => {
    expect(await news([])).toEqual([])
    const ages = [1, 8].map((age, n) => article(n, { date: daysBefore(replay.now(), age) }))
    expect(await news(ages)).toEqual([ages[0]!.title])
  })

  test('nothing is news where all dates are that of the build', async () => {
    const date = replay.now()
    expect(await news(all(11, () => ({ date })))).toEqual([])
    expect(await news([article(11), ...all(11, () => ({ date: replay.now() }))])).toEqual([article(11).title])
  })

  test('with an item for each month, what is older than maxAgeDays stays baseline though it comes later', async () => {
    await serve([article(9)])
    const old = article(0, { date: daysBefore(replay.now(), 30.1) })
    const young = article(1, { date: daysBefore(replay.now(), 29) })
    expect(await news([old, young])).toEqual([young.title])
    const strict = replay.follow(`${id}-strict`, { maxAgeDays: 3 })
    await replay.version(strict.id, [article(9, { url: 'https://strict.example/9' })])
    const ages = [2.9, 3.1].map((age, n) => article(n + 2, { date: daysBefore(replay.now(), age) }))
    expect(await replay.version(strict.id, ages)).toEqual([ages[0]!.title])
  })
})

describe('an article stays the same', () => {
  let first: Entry[]
  beforeEach(async () => {
    first = all(6)
    expect(await news(first)).toEqual(titlesOf(first))
  })
  const changed = (how: (entry: Entry, n: number) => Partial<Entry>) =>
    first.map((entry, n) => ({ ...entry, ...how(entry, n) }))

  test.each<[string, (entry: Entry, n: number) => Partial<Entry>]>([
    ['its guid is renewed', (_, n) => ({ guid: `tag:${id},2027:${n}` })],
    ['its guid goes', () => ({ guid: '' })],
    ['all get one guid', () => ({ guid: 'https://one.example/' })],
    ['its link is https now', ({ url }) => ({ url: url!.replace('https:', 'http:') })],
    ['its permanent link is another one', (_, n) => ({ url: `https://${id}.example/?p=${n}` })],
    ['its link gets parameters', ({ url }, n) => ({ url: `${url}?utm_source=rss${n}&ref=site.example` })],
    ['its link gets a fragment', ({ url }, n) => ({ url: `${url}#c${n * 7}` })],
    ['its link goes', () => ({ url: '' })],
    ['its title is edited', ({ title }) => ({ title: `${title} (updated)` })],
    ['its title is another one', (_, n) => ({ title: `Wholly other words, number ${n * 31}` })],
    ['its date is bumped', ({ date }) => ({ date: date! + 5 * hour })],
    ['its date is that of the build', () => ({ date: replay.now() })],
    ['its date goes', () => ({ date: undefined as never })],
    ['its text is edited', ({ text }) => ({ text: `${text} One more sentence was added later on.` })],
    ['title and text are rewritten', (_, n) => ({ title: `Other words for ${n}`, text: `All new ${n}` })],
    ['title and date change', ({ title }) => ({ title: `${title}, again`, date: replay.now() })],
    [
      'only its link stays',
      ({ date }, n) => ({
        guid: `renewed-${n}`,
        title: `Wholly other words, number ${n * 31}`,
        text: `And another text that tells of ${n} what was not told before.`,
        date: date! + 5 * hour,
      }),
    ],
    [
      'the site moves with guids and links',
      (_, n) => ({ guid: `https://new.example/${n}`, url: `https://new.example/${id}/${n}` }),
    ],
    [
      'the site moves, and all dates are the day’s',
      (_, n) => ({
        guid: `https://new.example/${n}`,
        url: `https://new.example/${id}/${n}`,
        date: replay.now(),
      }),
    ],
    [
      'the site moves, and each date another way',
      ({ date }, n) => ({
        guid: `n${n}`,
        url: `https://new.example/${id}/${n}`,
        date: date! + (20 + 3 * n) * hour,
      }),
    ],
    [
      'the site moves to another time zone',
      ({ date }, n) => ({ guid: `n${n}`, url: `https://new.example/${id}/${n}`, date: date! + 2 * hour }),
    ],
    [
      'the site moves and puts its name after titles',
      ({ title }, n) => ({
        guid: `n${n}`,
        url: `https://new.example/${id}/${n}`,
        title: `${title} | Harbour`,
      }),
    ],
  ])('when %s, now and when all is as it was', async (_what, how) => {
    replay.pass(2 * day)
    const other = changed(how)
    expect(await news(other)).toEqual([])
    expect(await news(first)).toEqual([])
    const fresh = article(7)
    expect(await news([fresh, ...other])).toEqual([fresh.title])
    expect(await news([...other.toReversed(), fresh])).toEqual([])
  })

  test('when its guid is renewed, and later its link, and later its title', async () => {
    const guid = (n: number) => ({ guid: `new-${n}` })
    const url = (n: number) => ({ url: `https://${id}.example/2027/${n}` })
    for (const version of [
      changed((_, n) => guid(n)),
      changed((_, n) => ({ ...guid(n), ...url(n) })),
      changed((_, n) => ({ ...guid(n), ...url(n), title: `Rewritten ${n}` })),
      changed((_, n) => ({ ...url(n), guid: '' })),
      first,
    ]) {
      replay.pass(3 * day)
      expect(await news(version)).toEqual([])
    }
  })

  test('when it leaves the feed and comes back weeks later, under its guid or another', async () => {
    const rest = all(12).slice(6)
    expect(await news(rest)).toEqual(titlesOf(rest))
    replay.pass(21 * day)
    expect(await news([...rest, ...first.slice(0, 3)])).toEqual([])
    replay.pass(21 * day)
    expect(await news([...changed((_, n) => ({ guid: `again-${n}` })), ...rest])).toEqual([])
  })

  test('when the feed is empty for a while', async () => {
    expect(await news([])).toEqual([])
    replay.pass(3 * day)
    expect(await news(first)).toEqual([])
  })

  test('when the feed turns to another one and comes back', async () => {
    // The other feed counts its items as this one did.
    const strangers = first.map(({ guid }, n) => ({
      guid: guid!,
      url: `https://elsewhere.example/${id}/${n}`,
      title: `Domain number ${n * 13} is for sale at a good price`,
      text: `An offer of ${n} that has nothing to do with anything else here at all.`,
      date: daysBefore(replay.now(), 40 + n),
    }))
    expect(await news(strangers)).toEqual([])
    expect(await news(first)).toEqual([])
    expect(await news([article(9), ...first])).toEqual([article(9).title])
  })

  test('when the document has it twice, under two guids, whichever of them stays', async () => {
    const doubles = changed((_, n) => ({ guid: `double-${n}` }))
    const fresh = article(8)
    expect(await news([fresh, { ...fresh, guid: 'second' }, ...first, ...doubles])).toEqual([fresh.title])
    expect(await news([{ ...fresh, guid: 'second' }, ...doubles])).toEqual([])
    expect(await news([{ ...fresh, guid: 'second', url: `https://${id}.example/moved` }])).toEqual([])
    expect(await news([fresh, ...first])).toEqual([])
  })

  test('when guids are made up anew at each build', async () => {
    for (let build = 0; build < 12; build++) {
      expect(await news(changed((_, n) => ({ guid: `${build}-${n}` })))).toEqual([])
    }
    expect(await news([article(6, { guid: 'x' }), ...changed((_, n) => ({ guid: `z-${n}` }))])).toEqual([
      article(6).title,
    ])
  })

  test('when its guid is renewed on a page of several, and all dates are those of builds', async () => {
    const url = `https://${id}.example/changelog`
    const version = (build: number) =>
      all(5, (n) => ({
        url,
        text: '',
        guid: `p${n}${n === 3 ? build : ''}`,
        date: replay.now() - n * 61_000,
      }))
    await serve(version(0))
    replay.pass(2 * day)
    expect(await news(version(1))).toEqual([])
  })

  test('and its text is the last one', async () => {
    const text = 'The figures of the first version were wrong; these are the right ones.'
    await serve(changed((_, n) => ({ guid: `new-${n}`, text })))
    const stored = await replay.way.store.items.list()
    const own = stored.filter(({ feed }) => feed === id)
    expect(own.map(({ summary }) => summary)).toEqual(Array.from({ length: 6 }, () => text))
  })
})

describe('articles are told apart', () => {
  /** Each version has the newest `size` of all articles so far; each must be news when it is first in one. */
  async function oneByOne(size: number, write: (n: number) => Partial<Entry>): Promise<void> {
    // Days apart, as what a slow feed has.
    const date = replay.now()
    for (let newest = 0; newest < 8; newest++) {
      replay.pass(2 * day)
      const numbers = Array.from({ length: Math.min(size, newest + 1) }, (_, i) => newest - i)
      const entries = numbers.map((n) => {
        const entry = { ...article(n, { date: date + 2 * day * (n + 1), ...write(n) }) }
        for (const key of Object.keys(entry) as (keyof Entry)[])
          if (entry[key] === undefined) delete entry[key]
        return entry
      })
      expect(await news(entries)).toEqual([entries[0]!.title])
      expect(await news(entries.toReversed())).toEqual([])
    }
  }
  const page = () => `https://${id}.example/changelog`

  describe.each([1, 3, 20])('in a feed of %i', (size) => {
    test.each<[string, (n: number) => Partial<Entry>]>([
      ['that all have one guid', () => ({ guid: 'https://harbour.example/feed' })],
      ['without guids', () => ({ guid: '' })],
      ['without links', () => ({ url: '' })],
      ['that have neither', () => ({ guid: '', url: '' })],
      ['that have neither, nor a text', () => ({ guid: '', url: '', text: '' })],
      ['that lead to the home page', () => ({ url: `https://${id}.example/` })],
      ['that lead to the home page and have no guids', () => ({ url: `https://${id}.example/`, guid: '' })],
      ['that are parts of a page', (n) => ({ url: `${page()}#v${n}`, guid: '' })],
      ['of routes behind a fragment', (n) => ({ url: `https://${id}.example/#/posts/${n}`, guid: '' })],
      ['with a guid each and one page', () => ({ url: page() })],
      ['with short titles that say which version', (n) => ({ title: `v1.${n}.0`, guid: 'releases' })],
    ])('%s', async (_what, write) => {
      await oneByOne(size, write)
    })
  })

  test('in a feed of several that lead to one page, though they have no guids and short titles', async () => {
    await oneByOne(3, (n) => ({ url: page(), guid: '', title: `v1.${n}` }))
  })

  test('when all have one title and one page, by day and text', async () => {
    await oneByOne(3, () => ({ url: page(), guid: '', title: 'Update' }))
  })

  test('when guids are numbers of places in the document', async () => {
    const entries = all(12, (n) => ({ date: daysBefore(replay.now(), n + 1) })).toReversed()
    let known: Entry[] = []
    for (let newest = 3; newest < entries.length; newest++) {
      const places = entries
        .slice(newest - 3, newest + 1)
        .toReversed()
        .map((entry, place) => ({ ...entry, guid: String(place) }))
      const told = await news(places)
      expect(told).toEqual(
        titlesOf(
          places
            .filter(({ title }) => !known.some((one) => one.title === title))
            .filter(({ date }) => newest > 3 || date! > daysBefore(replay.now(), 7)),
        ),
      )
      known = [...known, ...places]
    }
  })

  test('when a column has the same title each week', async () => {
    const title = 'What happened in machine learning this week'
    const weekly = (n: number) =>
      article(n, { title, date: replay.now(), text: `Week ${n}: ${titles[n]}, and more besides.` })
    const known: Entry[] = []
    for (let n = 0; n < 5; n++) {
      known.unshift(weekly(n))
      expect(await news(known.slice(0, 2))).toEqual([title])
      replay.pass(7 * day)
    }
  })

  test('when notices of one day share their titles', async () => {
    const title = 'Agency Information Collection Activities; Comment Request'
    const notice = (n: number) => article(n, { title, date: Math.floor(replay.now() / day) * day })
    expect(await news([notice(0), notice(1)])).toEqual([title, title])
    expect(await news([notice(2), notice(0), notice(1)])).toEqual([title])
    expect(await news([notice(3), notice(2)])).toEqual([title])
  })
})

describe('what comes all at once', () => {
  test('is news as far as it is young, and what has no date is not', async () => {
    const known = all(5)
    await serve(known)
    const archive = Array.from({ length: 200 }, (_, n) => {
      const entry = article(n + 5, { date: daysBefore(replay.now(), 31 + n * 3) })
      if (n % 4 === 0) delete entry.date
      return entry
    })
    const fresh = [article(300), article(301, { date: daysBefore(replay.now(), 12) })]
    expect(await news([...fresh, ...known, ...archive])).toEqual(titlesOf(fresh))
    expect(await news([...archive, ...known])).toEqual([])
  })

  test('of a feed without dates is news when it is little', async () => {
    const bare = (n: number) => {
      const entry = article(n)
      delete entry.date
      return entry
    }
    const known = Array.from({ length: 30 }, (_, n) => bare(n))
    expect(await news(known)).toEqual([])
    expect(await news([bare(30), bare(31), ...known])).toEqual(titlesOf([bare(30), bare(31)]))
    const flood = Array.from({ length: 40 }, (_, n) => bare(n + 50))
    expect(await news([...flood, ...known])).toEqual([])
  })
})

describe('when we come back to a feed', () => {
  test('after a silence of ours, what is younger than its limit is news, and nothing without a date', async () => {
    await serve(all(3))
    replay.pass(60 * day)
    const ages = [1, 20, 29, 31, 50]
    const missed = ages.map((age, n) => article(n + 3, { date: daysBefore(replay.now(), age) }))
    const bare = article(9)
    delete bare.date
    expect(await news([...missed, bare])).toEqual(titlesOf(missed.slice(0, 3)))
  })

  test('at another address, what came since the old one answered is news, and at least the last week', async () => {
    const known = all(3)
    await serve(known)
    const move = (path: string) => {
      const feed = replay.way.feeds.find((one) => one.id === id)!
      feed.url = feed.url.replace(/[^/]*$/, path)
    }
    replay.pass(2 * day)
    move(`${id}-moved`)
    const ages = [1, 6, 8, 20]
    const others = ages.map((age, n) => article(n + 3, { date: daysBefore(replay.now(), age) }))
    expect(await news([...known, ...others])).toEqual(titlesOf(others.slice(0, 2)))
    replay.pass(20 * day)
    move(`${id}-moved-again`)
    const later = [5, 15].map((age, n) => article(n + 7, { date: daysBefore(replay.now(), age) }))
    expect(await news([...known, ...later])).toEqual(titlesOf(later))
  })

  test('taken off the list and put on again, it is known', async () => {
    const known = all(4)
    await serve(known)
    const { feeds } = replay.way
    const entry = feeds.splice(
      feeds.findIndex((feed) => feed.id === id),
      1,
    )[0]!
    replay.pass(10 * day)
    await replay.read().catch(() => undefined)
    feeds.push(entry)
    expect(await news([article(5), ...known])).toEqual([article(5).title])
  })
})

test('what another feed brings late is as old as it was where it came first', async () => {
  const old = all(3, (n) => ({ date: daysBefore(replay.now(), 20 + n) }))
  await serve(old)
  const aggregator = replay.follow(`${id}-aggregator`)
  await replay.version(aggregator.id, [article(9, { url: 'https://aggregator.example/9' })])
  replay.pass(15 * day)
  const quoted = old.map((entry, n) => ({
    ...entry,
    guid: `q${n}`,
    url: `${entry.url}?utm_source=agg`,
    date: replay.now(),
  }))
  const own = article(7, { guid: 'own' })
  expect(await replay.version(aggregator.id, [...quoted, own])).toEqual([own.title])
})
