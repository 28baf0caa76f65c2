import {
  ActionRowBuilder,
  ApplicationCommandType,
  ButtonBuilder,
  ButtonStyle,
  ChannelSelectMenuBuilder,
  type ChatInputCommandInteraction,
  Events,
  type Interaction,
  LabelBuilder,
  type MessageActionRowComponentBuilder,
  MessageFlags,
  ModalBuilder,
  RoleSelectMenuBuilder,
  SlashCommandBuilder,
  StringSelectMenuBuilder,
  TextDisplayBuilder,
  TextInputBuilder,
  TextInputStyle,
  UserSelectMenuBuilder,
} from 'discord.js'
import { describe, expect, test } from 'vitest'
import { type Setting, startLoggedIn } from './discord-client.ts'
import { openApiSkipped, validateBody } from './discord-openapi.ts'

const ask = new SlashCommandBuilder()
  .setName('ask')
  .setDescription('Ask the wiki')
  .addStringOption((option) =>
    option.setName('question').setDescription('What?').setRequired(true).setAutocomplete(true),
  )
  .addIntegerOption((option) => option.setName('most').setDescription('How many?').setMaxValue(5))
const feed = new SlashCommandBuilder()
  .setName('feed')
  .setDescription('Feeds')
  .setDefaultMemberPermissions(1n << 5n)
  .addSubcommand((sub) =>
    sub
      .setName('subscribe')
      .setDescription('Subscribe a channel')
      .addChannelOption((option) =>
        option.setName('channel').setDescription('Where').addChannelTypes(0, 5).setRequired(true),
      ),
  )
const commands = [
  ask.setIntegrationTypes(0, 1).toJSON(),
  feed.toJSON(),
  { name: 'Explain', type: ApplicationCommandType.Message as const },
]
const buttons = new ActionRowBuilder<ButtonBuilder>().addComponents(
  new ButtonBuilder().setCustomId('good').setLabel('Helpful').setStyle(ButtonStyle.Success),
  new ButtonBuilder().setCustomId('bad').setLabel('Not helpful').setStyle(ButtonStyle.Danger),
)
const reasons = new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(
  new StringSelectMenuBuilder()
    .setCustomId('reason')
    .addOptions({ label: 'Wrong', value: 'wrong' }, { label: 'Old', value: 'old' }),
)
const modal = new ModalBuilder()
  .setCustomId('why')
  .setTitle('Why?')
  .addLabelComponents(
    new LabelBuilder()
      .setLabel('Reason')
      .setTextInputComponent(
        new TextInputBuilder().setCustomId('text').setStyle(TextInputStyle.Paragraph).setMaxLength(20),
      ),
  )

/** A client whose commands are registered and which answers with `handle`. */
async function startBot(handle: (interaction: Interaction) => Promise<unknown>, more: object = {}) {
  const setting: Setting = await startLoggedIn(more)
  const { client, server } = setting
  await client.application.commands.set(commands)
  const { promise: failure, reject } = Promise.withResolvers<never>()
  failure.catch(() => undefined) // Most tests look at what the server saw instead.
  client.on(Events.InteractionCreate, (interaction) => void handle(interaction).catch(reject))
  return { ...setting, failure, channel: server.addChannel(), person: server.addPerson() }
}

describe('a slash command', () => {
  test('is deferred and edited, ephemeral all along', async () => {
    const { server, person, channel, errors } = await startBot(async (interaction) => {
      if (!interaction.isChatInputCommand()) return
      await interaction.deferReply({ flags: MessageFlags.Ephemeral })
      const question = interaction.options.getString('question', true)
      await interaction.editReply({
        components: [new TextDisplayBuilder().setContent(`You asked: ${question}`), buttons],
        flags: MessageFlags.IsComponentsV2,
      })
    })
    const sent = person.slash(channel, 'ask', { question: 'What is renewal?', most: 3 })
    expect(await sent.answer()).toMatchObject({ type: 5, data: { flags: 64 } })
    const answer = await sent.reply()
    expect(answer.components[0]).toMatchObject({ content: 'You asked: What is renewal?' })
    expect(answer.flags).toBe(64 | (1 << 15))
    expect(server.messages(channel)).toEqual([])
    expect(errors).toEqual([])
    const faults = server.requests.flatMap(({ route, body }) => validateBody(route, body))
    expect(faults).toEqual([])
  })

  test('is followed up, fetched and deleted', async () => {
    const { server, person, channel } = await startBot(async (interaction) => {
      if (!interaction.isChatInputCommand()) return
      const { resource } = await interaction.reply({ content: 'One', withResponse: true })
      const second = await interaction.followUp({ content: 'Two', flags: MessageFlags.Ephemeral })
      expect((await interaction.fetchReply()).id).toBe(resource!.message!.id)
      await interaction.deleteReply(second)
      await interaction.followUp('Three')
    })
    const sent = person.slash(channel, 'ask', { question: 'x' })
    await server.until(() => sent.followUps().length === 2)
    expect(server.messages(channel).map(({ content }) => content)).toEqual(['One', 'Three'])
  })

  test('in a subcommand carries its channel, with what the bot may there', async () => {
    const { server, channel } = await startBot(async (interaction) => {
      if (!interaction.isChatInputCommand()) return
      const target = interaction.options.getChannel('channel', true)
      await interaction.reply(`${interaction.options.getSubcommand()} ${target.id}`)
    })
    const boss = { id: '200000000000000002', name: 'boss', permissions: String(1n << 3n) }
    server.guild.roles.push(boss)
    const admin = server.addPerson({ roles: [boss.id] })
    const reply = await admin.slash(channel, 'feed subscribe', { channel }).reply()
    expect(reply.content).toBe(`subscribe ${channel}`)
    const forum = server.addChannel({ type: 15 })
    expect(() => admin.slash(channel, 'feed subscribe', { channel: forum })).toThrow('channels of type 0, 5')
    expect(() => server.addPerson().slash(channel, 'feed subscribe', { channel })).toThrow('permissions 32')
  })

  test('in direct messages and where only the person installed the app', async () => {
    const { server } = await startBot(async (interaction) => {
      if (!interaction.isChatInputCommand()) return
      const { guildId, userId } = interaction.authorizingIntegrationOwners
      await interaction.reply(`${interaction.context} ${guildId} ${userId === interaction.user.id}`)
    })
    const person = server.addPerson({ installed: true })
    expect((await person.slash(person.dm, 'ask', { question: 'x' }).reply()).content).toBe('1 0 true')
    const elsewhere = server.addGuild('Elsewhere', { botRoles: null })
    const there = server.addChannel({ guild: elsewhere.id })
    const reply = await person.slash(there, 'ask', { question: 'x' }).reply()
    expect(reply.content).toBe('0 null true')
    expect(reply.flags).toBe(MessageFlags.Ephemeral)
    expect(() => server.addPerson().slash(there, 'ask', { question: 'x' })).toThrow("isn't installed")
  })
})

test('autocomplete gets choices for what was typed', async () => {
  const { person, channel } = await startBot(async (interaction) => {
    if (!interaction.isAutocomplete()) return
    await interaction.respond([{ name: `${interaction.options.getFocused()}newal`, value: 'renewal' }])
  })
  const choices = await person.type(channel, 'ask', { question: 're' }, 'question').choices()
  expect(choices).toEqual([{ name: 'renewal', value: 'renewal' }])
})

test('buttons and selects change their message', async () => {
  const { server, person, channel } = await startBot(async (interaction) => {
    if (interaction.isChatInputCommand()) await interaction.reply({ content: 'Well?', components: [buttons] })
    if (interaction.isButton())
      await interaction.update({ content: interaction.customId, components: [reasons] })
    if (interaction.isStringSelectMenu()) {
      await interaction.deferUpdate()
      await interaction.editReply({ content: interaction.values.join(), components: [] })
    }
  })
  const asked = await person.slash(channel, 'ask', { question: 'x' }).reply()
  const pressed = await person.press(asked, 'Not helpful').reply()
  expect(pressed).toBe(asked)
  expect(asked.content).toBe('bad')
  expect(() => person.press(asked, 'Helpful')).toThrow('no “Helpful”')
  expect(() => person.select(asked, 'reason', ['new'])).toThrow('no option “new”')
  person.select(asked, 'reason', ['old'])
  await server.until(() => asked.content === 'old')
  expect(asked.components).toEqual([])
})

test('selects of people, roles and channels carry what was picked', async () => {
  const { server, person, channel } = await startBot(async (interaction) => {
    if (interaction.isChatInputCommand()) {
      const menus = [new UserSelectMenuBuilder(), new RoleSelectMenuBuilder(), new ChannelSelectMenuBuilder()]
      const components = menus.map((menu, i) =>
        new ActionRowBuilder<MessageActionRowComponentBuilder>().addComponents(menu.setCustomId(`menu-${i}`)),
      )
      await interaction.reply({ content: 'Who?', components, flags: MessageFlags.Ephemeral })
    }
    if (interaction.isUserSelectMenu())
      await interaction.update(`user ${interaction.users.first()!.username}`)
    if (interaction.isRoleSelectMenu()) await interaction.update(`role ${interaction.roles.first()!.name}`)
    if (interaction.isChannelSelectMenu())
      await interaction.update(`channel ${interaction.channels.firstKey()}`)
  })
  const asked = await person.slash(channel, 'ask', { question: 'x' }).reply()
  for (const [i, value, said] of [
    [0, person.id, 'user anna'],
    [1, server.guild.id, 'role @everyone'],
    [2, channel, `channel ${channel}`],
  ] as const) {
    person.select(asked, `menu-${i}`, [value])
    await server.until(() => asked.content === said)
  }
  expect(() => server.addPerson({ username: 'bert' }).select(asked, 'menu-0', [person.id])).toThrow(
    'bert does not see',
  )
  expect(() => person.select(asked, 'menu-0', [])).toThrow('takes 1 to 1')
})

test('of a deferral only “ephemeral” counts, and a follow-up fills it in', async () => {
  const { server, person, channel, failure } = await startBot(async (interaction) => {
    if (!interaction.isChatInputCommand()) return
    const flags = MessageFlags.Ephemeral | MessageFlags.IsComponentsV2
    await interaction.deferReply({ flags: flags as number as MessageFlags.Ephemeral })
    await interaction.followUp('The answer')
    await interaction.editReply({ components: [new TextDisplayBuilder().setContent('x')] })
  })
  const sent = person.slash(channel, 'ask', { question: 'x' })
  expect(await sent.reply()).toMatchObject({ content: 'The answer', flags: MessageFlags.Ephemeral })
  expect(sent.followUps()).toEqual([])
  await expect(failure).rejects.toMatchObject({ code: 50035 })
  expect(server.messages(channel)).toEqual([])
})

test('more than 25 choices, or a modal after a deferral, are refused', async () => {
  const { server, person, channel } = await startBot(async (interaction) => {
    if (interaction.isAutocomplete())
      await interaction.respond(Array.from({ length: 26 }, (_, i) => ({ name: `${i}`, value: `${i}` })))
    if (!interaction.isChatInputCommand()) return
    await interaction.deferReply()
    interaction.deferred = false
    await interaction.showModal(modal)
  })
  const typed = person.type(channel, 'ask', {}, 'question')
  const sent = person.slash(channel, 'ask', { question: 'x' })
  await server.until(() => typed.refusals().length > 0 && sent.refusals().length > 0)
  expect([typed.refusals(), sent.refusals()]).toEqual([[50035], [40060]])
})

test('a button opens a modal, which is sent back', async () => {
  const { person, channel } = await startBot(async (interaction) => {
    if (interaction.isChatInputCommand()) await interaction.reply({ content: 'Well?', components: [buttons] })
    if (interaction.isButton()) await interaction.showModal(modal)
    if (interaction.isModalSubmit() && interaction.isFromMessage())
      await interaction.update(`Because: ${interaction.fields.getTextInputValue('text')}`)
  })
  const asked = await person.slash(channel, 'ask', { question: 'x' }).reply()
  const pressed = person.press(asked, 'bad')
  expect(await pressed.modal()).toMatchObject({ custom_id: 'why', title: 'Why?' })
  expect(() => pressed.submit({ text: 'x'.repeat(21) })).toThrow('20 characters')
  expect(() => pressed.submit({})).toThrow('1 or more')
  expect((await pressed.submit({ text: 'old' }).reply()).content).toBe('Because: old')
})

test('a message command reads its message', async () => {
  const { server, person, channel } = await startBot(async (interaction) => {
    if (!interaction.isMessageContextMenuCommand()) return
    await interaction.reply(`Read: ${interaction.targetMessage.content}`)
  })
  const message = server.addMessage(channel, 'The licence changed')
  expect((await person.use('Explain', message).reply()).content).toBe('Read: The licence changed')
})

describe('an answer is refused', () => {
  test('when it is late: 10062', async () => {
    const { server, person, channel, failure } = await startBot(async (interaction) => {
      if (interaction.isChatInputCommand()) await interaction.reply('Too late')
    })
    const sent = person.slash(channel, 'ask', { question: 'x' })
    sent.expire()
    await expect(failure).rejects.toMatchObject({ code: 10062 })
    expect(sent.refusals()).toEqual([10062])
    expect(server.messages(channel)).toEqual([])
  })

  test('when it is the second: 40060', async () => {
    const { server, person, channel } = await startBot(async (interaction) => {
      if (!interaction.isChatInputCommand()) return
      await interaction.reply('One')
      interaction.replied = false
      await interaction.reply('Two')
    })
    const sent = person.slash(channel, 'ask', { question: 'x' })
    await server.until(() => sent.refusals().length > 0)
    expect(sent.refusals()).toEqual([40060])
    expect(server.messages(channel)).toHaveLength(1)
  })

  test('when its answer was lost and discord.js sends it again: 40060', async () => {
    const { server, person, channel } = await startBot(async (interaction) => {
      if (interaction.isChatInputCommand()) await interaction.reply('One')
    })
    const route = 'POST /interactions/:interaction/:token/callback'
    server.fault(route, 'reset after', { times: 1 })
    const sent = person.slash(channel, 'ask', { question: 'x' })
    await server.until(() => sent.refusals().length > 0)
    expect(sent.refusals()).toEqual([40060])
    expect(server.messages(channel)).toHaveLength(1)
  })

  test('when its token is over: 50027', async () => {
    const replied = Promise.withResolvers<ChatInputCommandInteraction>()
    const { person, channel } = await startBot(async (interaction) => {
      if (!interaction.isChatInputCommand()) return
      await interaction.reply('One')
      replied.resolve(interaction)
    })
    const sent = person.slash(channel, 'ask', { question: 'x' })
    const interaction = await replied.promise
    sent.expire()
    await expect(interaction.editReply('After 15 minutes')).rejects.toMatchObject({ code: 50027 })
  })

  test('when it is the sixth follow-up where only the person installed the app: 40094', async () => {
    const { server, failure } = await startBot(async (interaction) => {
      if (!interaction.isChatInputCommand()) return
      await interaction.reply('0')
      for (let i = 1; i <= 6; i++) await interaction.followUp(String(i))
    })
    const person = server.addPerson({ installed: true })
    const elsewhere = server.addChannel({ guild: server.addGuild('Elsewhere', { botRoles: null }).id })
    person.slash(elsewhere, 'ask', { question: 'x' })
    await expect(failure).rejects.toMatchObject({ code: 40094 })
  })
})

test('an interaction sent while the gateway is cut is answered after the resume', async () => {
  const { server, person, channel } = await startBot(async (interaction) => {
    if (interaction.isChatInputCommand()) await interaction.reply('Here')
  })
  server.gateway.cut('rst')
  expect((await person.slash(channel, 'ask', { question: 'x' }).reply()).content).toBe('Here')
  expect(server.gateway.resumes).toHaveLength(1)
})

describe('commands', () => {
  test('are counted by writes, and keep their ids and versions while they stay the same', async () => {
    const { server, client } = await startBot(async () => undefined)
    const first = server.commands.list()
    await client.application.commands.set(commands)
    expect(server.commands.list()).toEqual(first)
    expect(server.commands.writes).toEqual({ PUT: 2, POST: 0, PATCH: 0, DELETE: 0 })
    await client.application.commands.delete(first[0]!.id)
    await client.application.commands.create(commands[1]!, server.guild.id)
    expect(server.commands.list().map(({ name }) => name)).toEqual(['feed', 'Explain'])
    expect(server.commands.list(server.guild.id).map(({ name }) => name)).toEqual(['feed'])
  })

  test('are refused outside the limits', async () => {
    const { client } = await startBot(async () => undefined)
    const wrong = { name: 'Bad Name', description: 'x'.repeat(101) }
    await expect(client.application.commands.create(wrong)).rejects.toMatchObject({ code: 50035 })
  })
})

const fitsDescription = async () => {
  const { server, person, channel } = await startBot(async (interaction) => {
    if (interaction.isAutocomplete()) await interaction.respond([{ name: 'a', value: 'a' }])
    if (interaction.isChatInputCommand())
      await interaction.reply({ content: 'Well?', components: [buttons, reasons] })
    if (interaction.isButton()) await interaction.showModal(modal)
    if (interaction.isModalSubmit()) await interaction.reply('Thanks')
  })
  await person.type(channel, 'ask', { question: 're' }, 'question').choices()
  const pressed = person.press(await person.slash(channel, 'ask', { question: 'x' }).reply(), 'good')
  await pressed.modal()
  await pressed.submit({ text: 'y' }).reply()
  expect(server.requests.flatMap(({ route, body }) => validateBody(route, body))).toEqual([])
  expect(server.requests.filter(({ body }) => body !== null).length).toBeGreaterThan(4)
}

if (openApiSkipped === null) test('the bodies of all of these fit Discord’s own description', fitsDescription)
