import { expect, onTestFinished, test } from 'vitest'
import { answered, callbacks, edits, type House, openHouse, said } from './bot.ts'
import { checkBodies } from './checks.ts'

async function open(): Promise<House> {
  const house = await openHouse({ items: [] })
  onTestFinished(house.close)
  return house
}

/** The bot has said goodbye to the gateway. */
const isGone = ({ server }: House) => server.gateway.closes.length > 0

test('an answer under way arrives before the bot leaves', async () => {
  const house = await open()
  const { server, channel } = house
  const bot = await house.start()
  const anna = server.addPerson({ username: 'anna' })
  server.fault(edits, { retryAfter: 0.3 }, { times: 1 })
  const sent = anna.slash(channel, 'concept', { name: 'cheap-space' })
  await sent.answer()
  const stopped = bot.stop()
  expect(isGone(house)).toBe(false)
  const reply = await sent.reply()
  expect(said(reply)).toContain('Cheap space')
  expect(isGone(house)).toBe(false)
  await stopped
  expect(server.gateway.closes).toEqual([1000])
  expect(house.log.filter(({ level }) => level !== 'info')).toEqual([])
})

test('a mention under way is answered, which needs the token', async () => {
  const house = await open()
  const { server, channel } = house
  const bot = await house.start()
  server.fault(channel, { retryAfter: 0.3, global: true }, { times: 1 })
  server.addMessage(channel, `<@${server.bot.id}> What is cheap space?`)
  await server.until(() => server.requests.some(({ route }) => route === 'POST /channels/:channel/messages'))
  await bot.stop()
  expect(server.messages(channel)).toHaveLength(2)
  expect(said(server.messages(channel)[1]!)).toContain('heap space')
  expect(server.gateway.closes).toEqual([1000])
})

test('an answer that does not get through is waited for only so long, and given up', async () => {
  const house = await open()
  const { server, channel } = house
  const bot = await house.start({ graceMs: 50 })
  server.fault(edits, 'stall before')
  const sent = server.addPerson().slash(channel, 'help', {})
  await server.until(() => server.requests.some(({ route }) => route === edits))
  await bot.stop()
  expect(house.log.at(-1)).toMatchObject({
    level: 'warn',
    message: 'answers under way were given up',
    facts: { answers: 1 },
  })
  expect(server.gateway.closes).toEqual([1000])
  expect(sent.refusals()).toEqual([])
})

test('stopped twice, or again later, it does not hang', async () => {
  const house = await open()
  const { server } = house
  const bot = await house.start()
  await Promise.all([bot.stop(), bot.stop()])
  await bot.stop()
  expect(server.gateway.closes).toEqual([1000])
})

test('what is asked after the stop is not taken', async () => {
  const house = await open()
  const { server, channel } = house
  const bot = await house.start()
  const anna = server.addPerson({ username: 'anna' })
  server.fault(edits, { retryAfter: 0.3 }, { times: 1 })
  const before = anna.slash(channel, 'ideas', {})
  await before.answer()
  const stopped = bot.stop()
  // The gateway is still there, as an answer is under way.
  expect(server.gateway.connected()).toBe(1)
  const after = anna.slash(channel, 'concept', { name: 'cheap-space' })
  server.addMessage(channel, `<@${server.bot.id}>`, anna)
  expect(said(await before.reply())).toContain('What Freehold watches for')
  await stopped
  expect(server.requests.filter(({ route, path }) => route === callbacks && path.includes(after.id))).toEqual(
    [],
  )
  expect(server.messages(channel).filter(({ message_reference }) => message_reference)).toEqual([])
})

test('stopped before it is there, it is never ready and leaves nothing behind', async () => {
  const house = await open()
  const { server } = house
  const bot = house.open()
  const { ready } = bot
  await bot.stop()
  expect(await ready).toBe(false)
  expect(server.gateway.connected()).toBe(0)
  expect(server.commands.list()).toEqual([])
})

test('stopped while it is being let in, it leaves', async () => {
  const house = await open()
  const { server } = house
  const bot = house.open()
  await server.until(() => server.gateway.identifies.length > 0)
  await bot.stop()
  await server.until(() => server.gateway.connected() === 0)
  expect(server.gateway.closes).toEqual([1000])
  expect(await bot.ready).toBe(false)
})

test('one bot goes, the next comes: both were there', async () => {
  const house = await open()
  const { server, channel } = house
  await (await house.start()).stop()
  await house.start()
  const { text } = await answered(server.addPerson().slash(channel, 'help', {}))
  expect(text).toContain('### Freehold')
  expect(server.gateway.identifies).toHaveLength(2)
})

checkBodies(10)
