import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { housekeeping } from '../../src/jobs/housekeeping.ts'
import { answerReasons, day, minute } from '../../src/model/index.ts'
import type { TestPerson } from '../servers/discord-people.ts'
import { answered, buttons, openHouse, pageOf, site } from './bot.ts'
import { checkBodies } from './checks.ts'

const house = await openHouse()
await house.start()
afterAll(() => house.close())
const { server, store, channel } = house
const anna = server.addPerson({ username: 'anna-of-the-tests' })
const bert = server.addPerson({ username: 'bert-of-the-tests' })
const question = 'What is a captive economy?'

/** An answer of its own, and what is said about it. */
async function asked(options = {}, person = anna) {
  house.pass(minute)
  const answer = await answered(person.slash(channel, 'ask', { question, ...options }))
  const id = buttons(answer.message)
    .find(([, one]) => /^(helpful|gap):/.test(one))![1]
    .split(':')[1]!
  const words = async () => {
    const all = await store.feedback.list({ kind: 'answer' })
    return all.filter(({ subject }) => subject === id)
  }
  return { ...answer, id, words }
}

/** Presses Not helpful, fills in what opens, and gives what is said to that. */
async function object(
  person: TestPerson,
  answer: Awaited<ReturnType<typeof asked>>,
  values: Record<string, string | string[]>,
) {
  const pressed = person.press(answer.message, 'Not helpful')
  await pressed.modal()
  return answered(pressed.submit(values))
}

describe('what people think of an answer', () => {
  test('Helpful is stored with the question and nobody’s name', async () => {
    const answer = await asked()
    const thanks = await answered(anna.press(answer.message, 'Helpful'))
    expect([thanks.text, thanks.hidden]).toEqual(['Thank you. That is noted, without your name.', true])
    expect(await answer.words()).toEqual([
      {
        ...{
          kind: 'answer',
          subject: answer.id,
          about: question,
          vote: 'helpful',
          reason: null,
          comment: '',
        },
        givenAt: house.way.now(),
      },
    ])
  })

  test('Not helpful asks why at once, and stores the reason with what else is said', async () => {
    const answer = await asked()
    const pressed = anna.press(answer.message, 'Not helpful')
    expect((await pressed.answer()).type).toBe(9)
    const [select, input] = (await pressed.modal()).components
    expect(select.component.options.map(({ value }: { value: string }) => value)).toEqual([...answerReasons])
    expect(input.component).toMatchObject({ required: false, max_length: 500 })
    const comment = `  The second sentence\n\nis not in the source. ${'x'.repeat(400)}`
    const thanks = await answered(pressed.submit({ reason: ['unsupported'], comment }))
    expect([thanks.first, thanks.hidden]).toEqual([5, true])
    expect(thanks.text).toBe('Thank you. Those who keep the wiki read these, without your name.')
    expect(await answer.words()).toMatchObject([
      {
        vote: 'unhelpful',
        reason: 'unsupported',
        comment: `The second sentence is not in the source. ${'x'.repeat(400)}`,
      },
    ])
  })

  test('of one person counts once, the last word; of two twice', async () => {
    const answer = await asked()
    await answered(anna.press(answer.message, 'Helpful'))
    await answered(anna.press(answer.message, 'Helpful'))
    await object(anna, answer, { reason: ['outdated'] })
    expect(await answer.words()).toMatchObject([{ vote: 'unhelpful', reason: 'outdated', comment: '' }])
    await answered(bert.press(answer.message, 'Helpful'))
    expect((await answer.words()).map((word) => word.kind === 'answer' && word.vote).sort()).toEqual([
      'helpful',
      'unhelpful',
    ])
  })

  test('can’t be laid to anybody: the database holds no id of theirs', async () => {
    const answer = await asked()
    await answered(anna.press(answer.message, 'Helpful'))
    await object(bert, answer, { reason: ['wrong'], comment: 'No.' })
    await answered(anna.slash(channel, 'suggest-feed', { url: 'https://lab.example.org/' }))
    server.addMessage(channel, `<@${server.bot.id}> What does xyzzy cost in Lisbon?`, anna)
    await server.until(() => server.messages(channel).some(({ message_reference }) => message_reference))
    const why = await answered(bert.slash(channel, 'why', { item: house.items[0]!.id }))
    const pressed = bert.press(why.message, 'Wrong label?')
    await pressed.modal()
    await answered(pressed.submit({ labels: ['renewal=opens'], comment: 'I think so.' }))
    const all = house.dump()
    for (const there of [answer.id, 'I think so.', 'lab.example.org', 'xyzzy']) expect(all).toContain(there)
    for (const { id, username, dm } of [anna, bert]) {
      for (const theirs of [id, username, dm]) expect(all).not.toContain(theirs)
    }
  })

  test('shows only to who said it', async () => {
    const answer = await asked()
    const before = server.messages(channel).length
    await answered(bert.press(answer.message, 'Helpful'))
    await object(bert, answer, { reason: ['wrong'] })
    expect(server.messages(channel)).toHaveLength(before)
  })
})

describe('the buttons of an answer', () => {
  test('Show passages gives the words it rests on, as they stand in the wiki', async () => {
    const answer = await asked()
    const { text, hidden, first } = await answered(bert.press(answer.message, 'Show passages'))
    expect([hidden, first]).toEqual([true, 5])
    const { citations } = (await store.answers.get(answer.id))!
    expect(citations.length).toBeGreaterThan(0)
    expect(text).toMatch(
      /^\*\*What the answer rests on, as it stands in the wiki\*\*\n\\\[1\\\] \[Captive economy/,
    )
    expect(text.match(/^> .+$/gm)).toHaveLength(citations.length)
    const page = pageOf('captive-economy')
      .markdown.replace(/[*[\]]|\(\S+\.md\)/g, '')
      .replace(/\s+/g, ' ')
    const quote = /^> (.{40})/m.exec(text)![1]!
    expect(page).toContain(quote)
  })

  test('Share puts a private answer into the channel, where others can judge it', async () => {
    const answer = await asked({ private: true })
    expect(server.messages(channel)).not.toContain(answer.message)
    const shared = await answered(anna.press(answer.message, 'Share'))
    expect(shared.hidden).toBe(false)
    expect(server.messages(channel)).toContain(shared.message)
    expect(shared.text).toBe(answer.text)
    expect(shared.buttons).toEqual(answer.buttons.slice(0, -1))
    await answered(bert.press(shared.message, 'Helpful'))
    expect(await answer.words()).toMatchObject([{ vote: 'helpful' }])
    expect(() => bert.press(answer.message, 'Share')).toThrow('does not see')
  })

  test('a concept opens its page', async () => {
    const answer = await asked()
    const [label, id] = answer.buttons.find(([, one]) => one.startsWith('concept:'))!
    const { text, hidden } = await answered(bert.press(answer.message, label))
    expect(hidden).toBe(true)
    expect(text).toContain(`](${site}/wiki/${id.split(':')[1]})`)
  })

  test('a gap is voted for, once by each', async () => {
    const answer = await asked({ question: 'Who won the football world cup of 1998?' })
    const button = 'Tell the maintainers it is missing'
    for (const person of [anna, anna, bert]) {
      const { text, hidden } = await answered(person.press(answer.message, button))
      expect(text).toBe('Thank you. Those who write the wiki’s pages will see that this was asked for.')
      expect(hidden).toBe(true)
    }
    expect(await answer.words()).toMatchObject([{ vote: 'missing' }, { vote: 'missing' }])
  })
})

test('after a restart the buttons of old messages still work', async () => {
  const other = await openHouse()
  onTestFinished(other.close)
  const first = await other.start()
  const carl = other.server.addPerson({ username: 'carl' })
  const answer = await carl.slash(other.channel, 'ask', { question, private: true }).reply()
  const list = await carl.slash(other.channel, 'latest', {}).reply()
  const before = buttons(list)
  await first.stop()
  await other.start()
  await answered(carl.press(answer, 'Helpful'))
  expect(await other.store.feedback.list()).toMatchObject([{ vote: 'helpful', about: question }])
  expect((await answered(carl.press(answer, 'Share'))).text).toContain('A captive economy is')
  expect((await answered(carl.press(answer, 'Show passages'))).text).toContain('What the answer rests on')
  carl.press(list, 'Older')
  await other.server.until(() => JSON.stringify(buttons(list)) !== JSON.stringify(before))
})

test('of an answer that housekeeping has deleted all buttons say that it is too old', async () => {
  const answer = await asked({ private: true })
  const declined = await asked({ question: 'Who won the football world cup of 1998?' })
  house.pass(91 * day)
  expect((await housekeeping(house.way)).answers).toBeGreaterThan(1)
  const tooOld = 'That answer is too old to react to. Ask again, and the new one will do.'
  for (const label of ['Helpful', 'Show passages', 'Share']) {
    expect((await answered(anna.press(answer.message, label))).text).toBe(tooOld)
  }
  expect((await object(anna, answer, { reason: ['wrong'] })).text).toBe(tooOld)
  const gap = anna.press(declined.message, 'Tell the maintainers it is missing')
  expect((await answered(gap)).text).toBe(tooOld)
  expect(await answer.words()).toEqual([])
})

describe('what an earlier version left behind', () => {
  const gone = 'That button is from an earlier version of Freehold and does nothing any more.'
  const old = (custom_id: string) => {
    const message = server.addMessage(channel, 'An old post', server.bot)
    const options = [{ label: 'One', value: '1' }]
    message.components = [
      { type: 1, components: [{ type: 2, style: 1, label: 'Old', custom_id }] },
      { type: 1, components: [{ type: 3, custom_id: `${custom_id}-menu`, options }] },
    ]
    return message
  }

  test.each(['vote', 'vote:1', 'Helpful:1', ':', 'x'.repeat(100)])('a button %s says so', async (id) => {
    const { text, hidden, first } = await answered(bert.press(old(id), 'Old'))
    expect([text, hidden, first]).toEqual([gone, true, 5])
  })

  test('a menu too', async () => {
    const { text, hidden } = await answered(bert.select(old('vote'), 'vote-menu', ['1']))
    expect([text, hidden]).toEqual([gone, true])
  })

  test('and a modal', async () => {
    const { message } = await asked()
    const pressed = bert.press(message, 'Not helpful')
    const modal = await pressed.modal()
    modal.custom_id = 'why:1'
    const { text, hidden } = await answered(pressed.submit({ reason: ['wrong'] }))
    expect([text, hidden]).toEqual([gone, true])
  })

  test.each([
    ['helpful', 'too old'],
    ['helpful:no-such-answer', 'too old'],
    ['passages:', 'too old'],
    ['share:1:2:3', 'too old'],
    ['concept:a-page-that-went', 'No concept of the wiki is called that.'],
    ['label:0123456789abcdef', 'no longer stored'],
    ['label', 'no longer stored'],
    ['resume:123', 'Only who subscribed'],
  ])('a button %s whose subject is gone says that', async (id, said) => {
    const { text, hidden } = await answered(bert.press(old(id), 'Old'))
    expect(text).toContain(said)
    if (!id.startsWith('share')) expect(hidden).toBe(true)
  })
})

checkBodies(80)
