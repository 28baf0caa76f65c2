import { describe, expect, onTestFinished, test } from 'vitest'
import type { RegisteredCommand } from '../servers/discord-commands.ts'
import { openHouse } from './bot.ts'
import { checkBodies } from './checks.ts'

/** A house whose bot has been there once. */
async function openBefore() {
  const house = await openHouse({ items: [] })
  onTestFinished(house.close)
  const once = async () => (await house.start()).stop()
  await once()
  const { commands } = house.server
  return {
    ...house,
    once,
    commands,
    named: (name: string) => commands.list().find((one) => one.name === name)!,
  }
}

const option = (command: RegisteredCommand, name: string) =>
  command.options.find((one: { name: string }) => one.name === name)
const written = { PUT: 1, POST: 0, PATCH: 0, DELETE: 0 }

describe('the commands', () => {
  test('are registered with the first start and left alone with the next', async () => {
    const { commands, once, log } = await openBefore()
    const first = commands.list()
    expect(first.map(({ name }) => name)).toEqual([
      ...['ask', 'concept', 'ideas', 'latest', 'digest', 'newsletter', 'why', 'sources', 'suggest-feed'],
      ...['subscribe', 'unsubscribe', 'status', 'help', 'Explain the concepts'],
    ])
    await once()
    expect(commands.writes).toEqual(written)
    expect(commands.list()).toEqual(first)
    expect(log.map(({ facts }) => facts.commands)).toEqual(['written', 'unchanged'])
  })

  test('are in all places but for those that change what a server gets', async () => {
    const { commands } = await openBefore()
    for (const { name, integration_types, contexts, default_member_permissions } of commands.list()) {
      const managing = name === 'subscribe' || name === 'unsubscribe'
      expect({ name, integration_types, contexts, default_member_permissions }).toEqual({
        name,
        integration_types: managing ? [0] : [0, 1],
        contexts: managing ? [0] : [0, 1, 2],
        default_member_permissions: managing ? String(1 << 5) : null,
      })
    }
  })

  test('count as the same with what Discord adds to them, its defaults and its order', async () => {
    const { commands, once } = await openBefore()
    commands.list().reverse()
    for (const command of commands.list()) {
      Object.assign(command, { handler: null, nsfw: false, version: '1', name_localizations: null })
      command.integration_types.reverse()
      command.contexts.reverse()
      for (const one of command.options ?? []) {
        Object.assign(one, { required: one.required ?? false, autocomplete: one.autocomplete ?? false })
        Object.assign(one, { choices: one.choices ?? [], description_localizations: null, options: [] })
        one.channel_types?.reverse()
      }
      command.options ??= []
    }
    await once()
    expect(commands.writes).toEqual(written)
  })

  type Change = (command: RegisteredCommand) => void
  test.each<[string, string, Change]>([
    ['a description', 'ask', (command) => (command.description = 'Ask')],
    ['who sees it', 'subscribe', (command) => (command.default_member_permissions = null)],
    ['where it is', 'ask', (command) => (command.contexts = [0])],
    ['for whom it is installed', 'ask', (command) => (command.integration_types = [0])],
    ['an option’s description', 'ask', (command) => (option(command, 'question').description = 'What?')],
    ['whether an option is needed', 'ask', (command) => delete option(command, 'question').required],
    ['how long an option may be', 'ask', (command) => (option(command, 'question').max_length = 10)],
    ['autocompletion', 'why', (command) => delete option(command, 'item').autocomplete],
    ['the name of a choice', 'latest', (command) => (option(command, 'direction').choices[0].name = 'Open')],
    ['a number’s limit', 'subscribe', (command) => (option(command, 'alerts-a-day').max_value = 99)],
    ['kinds of channel', 'subscribe', (command) => (option(command, 'channel').channel_types = [0])],
    ['an option more', 'help', (command) => (command.options = [{ type: 3, name: 'x', description: 'x' }])],
    ['another name', 'Explain the concepts', (command) => (command.name = 'Explain')],
  ])('are written anew, once, when %s differs', async (_, name, change) => {
    const { commands, once, named } = await openBefore()
    const asTheyShouldBe = structuredClone(commands.list()).map(({ id, version, ...rest }) => rest)
    change(named(name))
    await once()
    expect(commands.writes).toEqual({ ...written, PUT: 2 })
    expect(commands.list().map(({ id, version, ...rest }) => rest)).toEqual(asTheyShouldBe)
    await once()
    expect(commands.writes.PUT).toBe(2)
  })

  test('that are no longer ours go', async () => {
    const { commands, once } = await openBefore()
    commands.list().push({ ...structuredClone(commands.list()[0]!), id: '1', name: 'feed' })
    await once()
    expect(commands.list().map(({ name }) => name)).not.toContain('feed')
    expect(commands.list()).toHaveLength(14)
  })
})

test('when they can’t be registered the bot is there all the same, and says so', async () => {
  const house = await openHouse({ items: [] })
  onTestFinished(house.close)
  await house.desk.subscribe({
    ...{ channel: '701', guild: '700', kind: 'text', mode: 'both', ideas: [], directions: [], role: null },
    ...{ discuss: false, publish: false, alertsADay: 3, madeBy: '5' },
  })
  house.server.fault('PUT /applications/:application/commands', 'blocked')
  await house.start()
  expect((await house.logged('error', 'registering the commands failed')).facts.err).toMatchObject({
    status: 403,
  })
  const channel = house.server.addChannel()
  house.server.addMessage(channel, `<@${house.server.bot.id}>`)
  await house.server.until(() => house.server.messages(channel).length === 2)
  // That it has left a server meanwhile is noticed too.
  expect(await house.store.channels.active()).toEqual([])
})

checkBodies(20)
