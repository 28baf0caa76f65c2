import { beforeAll, describe, expect, test } from 'vitest'
import type { Asker } from '../../src/ask/index.ts'
import type { Page, Passage } from '../../src/model/index.ts'
import { ask, item, now, readWiki, stored } from './wiki.ts'

let asker: Asker
let pages: Page[]
let passages: Passage[]
beforeAll(async () => {
  ;({ asker, pages, passages } = await readWiki())
})

describe('a page asked for by name', () => {
  test('is told from its opening, whatever its name', async () => {
    for (const { id, title, aliases, idea } of pages.filter((page) => page.id !== 'debates')) {
      const [opening] = passages.filter((one) => one.page === id)
      for (const name of [title, ...aliases, ...(idea ? [idea.name] : [])]) {
        const answer = await ask(asker, `what is ${name}?`)
        expect(answer.answer.startsWith(`${opening!.sentences[0]} [1]`), name).toBe(true)
      }
    }
  })

  test.each([
    'define renewal',
    'explain renewal',
    'Renewal',
    "what's renewal?",
    'can you explain renewal please',
  ])('begins with what it is: %s', async (question) => {
    const { answer, citations } = await ask(asker, question)
    expect(answer).toMatch(/^Renewal is /)
    expect(citations[0]).toMatchObject({ page: 'renewal', section: '' })
  })

  test.each(['what are the five ideas', 'list the key ideas', 'what are the 5 key ideas of open source AI?'])(
    'is told whole where it is a list: %s',
    async (question) => {
      const { answer } = await ask(asker, question)
      const entries = [...answer.matchAll(/^- (.+?):/gm)].map(([, name]) => name)
      expect(entries).toEqual([
        'Renewal',
        'Disciplinary effect',
        'Compute cost',
        'Institutional support',
        'Economic function',
      ])
    },
  )
})

describe('a debate', () => {
  test.each([
    ['give me both sides of the investment debate', 'Investment'],
    ['summarise the safety debate', 'Safety'],
    ['what are the arguments about safety', 'Safety'],
    ['does open source AI make the world less safe?', 'Safety'],
    ['both sides on dependence?', 'Dependence'],
  ])('is told from both sides: %s', async (question, section) => {
    const answer = await ask(asker, question)
    expect(answer.citations).toMatchObject([
      { page: 'debates', section },
      { page: 'debates', section },
    ])
    for (const { sentences } of passages.filter((one) => one.page === 'debates' && one.section === section)) {
      expect(answer.answer).toContain(sentences[0])
      expect(answer.answer).toContain(sentences[1])
    }
  })
})

describe('a date or a case that one sentence holds', () => {
  test.each([
    ['when was Elinor Ostrom born', '1933'],
    ['What year did the Nobel go to Ostrom', '2009'],
    ['is apache 2.0 an open source licence', 'Apache 2.0'],
    ['is MIT an open source licence', 'MIT'],
  ])('is told: %s', async (question, value) => {
    const answer = await ask(asker, question)
    expect(answer.answered).toBe(true)
    expect(answer.answer).toContain(value)
  })
})

describe('news of somebody', () => {
  const { news } = stored([
    item('Heron Labs ships a model', 'renewal', 'opens', 2),
    item('Something of Egret', 'economic-function', 'closes', 3),
  ])

  test.each([
    'any news about Heron Labs',
    'latest on Heron Labs',
    'what did Heron Labs announce this week',
    'what did Heron do?',
  ])('are the items that name it: %s', async (question) => {
    const answer = await asker.answer(question, { news, now })
    expect(answer).toMatchObject({ kind: 'news', answered: true })
    expect(answer.items.map(({ title }) => title)).toEqual(['Heron Labs ships a model'])
  })

  test.each([
    ['any news about DeepSeek', 'DeepSeek', 31],
    ['latest on mistral', 'mistral', 31],
    ["news about Meta's licences", 'Meta', 31],
    ['what did OpenAI announce today', 'OpenAI', 1],
    ['any news about the EU AI Act this week', 'EU AI Act', 7],
  ])('are none where none names it: %s', async (question, name, days) => {
    const answer = await asker.answer(question, { news, now })
    expect(answer).toMatchObject({ kind: 'news', answered: false, items: [] })
    expect(answer.answer).toBe(
      `Freehold has stored nothing from or about ${name} in the last ${days === 1 ? 'day' : `${days} days`} that bears on the key ideas.`,
    )
  })

  test.each([
    [
      ['Heron halves price of its Egret 4 API', 'press'],
      ['Heron halves the price of the Egret 4 API', 'heron'],
      1,
    ],
    [
      ['Heron halves price of its Egret 4 API', 'press'],
      ['Heron halves the price of the Egret 5 API', 'heron'],
      2,
    ],
    [['Heron: notes of the week', 'heron'], ['Heron: notes of the week', 'heron'], 2],
    [['Heron news', 'press'], ['Heron news', 'heron'], 2],
  ] as const)('tell a story once: %j, %j', async ([title, feed], [other, otherFeed], told) => {
    const both = [
      { ...item(title, 'disciplinary-floor', 'opens', 2), feed },
      {
        ...item(other, 'disciplinary-floor', 'opens', 3),
        feed: otherFeed,
        canonicalUrl: 'https://b.example/1',
      },
    ]
    const answer = await asker.answer('any news about Heron?', { news: async () => both, now })
    expect(answer.items).toHaveLength(told)
    expect(answer.items[0]!.title).toBe(title)
  })

  test.each([
    ["news about Heron's licences", ' from or about Heron, though nothing that says “licences”:'],
    ['news about Heron models', ' from or about Heron:'],
    ["what's the latest drama around Heron", ' from or about Heron:'],
  ])('say what of the question they do not tell: %s', async (question, words) => {
    const { answer } = await asker.answer(question, { news, now })
    expect(answer.split('\n')[0]).toBe(`Stored in the last 31 days${words}`)
  })

  test('look far enough back among what is stored', async () => {
    const { news: many } = stored([
      ...Array.from({ length: 40 }, (_, i) => item(`Other ${i}`, 'renewal', 'opens', 1)),
      item('Heron at last', 'renewal', 'opens', 9),
    ])
    const answer = await asker.answer('any news about Heron?', {
      news: async (wish) => (await many(wish)).slice(0, wish.limit),
      now,
    })
    expect(answer.items.map(({ title }) => title)).toEqual(['Heron at last'])
  })
})

describe('language', () => {
  test.each(['vendor lock-in', 'define renewal', 'openwashing', 'captive economy', 'commons', 'Benkler'])(
    'of %j is English',
    async (question) => {
      const answer = await ask(asker, question)
      expect(answer.language).toBeUndefined()
      expect(answer.answer).not.toContain('Answers are in English')
    },
  )

  test.each(['Was ist ein Apfelkuchen', 'Pourquoi les chats dorment-ils beaucoup ?'])(
    'of %j is not, and it is not understood',
    async (question) => {
      const { answer, language } = await ask(asker, question)
      expect(language).toBe('unsupported')
      expect(answer).toMatch(
        /^Answers are in English only, and this question was not understood\.(?:$|\n\nThe nearest)/,
      )
    },
  )
})

test.each(['what is constructor', 'define __proto__', '{{toString}}', 'any news about constructor'])(
  'a word that JavaScript knows breaks nothing: %s',
  async (question) => {
    expect(await ask(asker, question)).toMatchObject({ question })
  },
)

test.each(['best pizza in town', "what's the weather in Paris", 'asdf qwer', '???'])(
  'nothing is near to %j',
  async (question) => {
    const answer = await ask(asker, question)
    expect(answer).toMatchObject({ answer: 'The wiki does not cover this.', concepts: [] })
  },
)

describe('sentences', () => {
  const questions = [
    'why does renewal matter',
    'what is structural about support',
    'how do prices stay low',
    'who pays for training',
    'what are the signs of captivity',
    'why do old buildings matter',
    'what are the kinds of institutional support',
    'how does a landlord raise the rent',
  ]

  test.each(questions)('are whole, and point at nothing that is not told: %s', async (question) => {
    const { answer, answered, citations } = await ask(asker, question)
    expect(answered).toBe(true)
    const told = [...answer.matchAll(/(?:^|\s)(?:- )?(\S.*?) \[(\d+)\]/g)].map(([, text, n]) => ({
      text: text!,
      n,
    }))
    expect(told.length).toBeGreaterThan(0)
    for (const [i, { text, n }] of told.entries()) {
      expect(text).not.toMatch(/^See\b/)
      const { page, section } = citations[Number(n) - 1]!
      const own = passages.find(
        (one) => one.page === page && one.section === section && one.sentences.includes(text),
      )!
      if (own.kind === 'list') continue
      expect(text.split(' ').length).toBeGreaterThan(3)
      if (/^(?:That|These|This|Those)\b/.test(text)) {
        expect(told[i - 1]?.text).toBe(own.sentences[own.sentences.indexOf(text) - 1])
      }
    }
  })
})
