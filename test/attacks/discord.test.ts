import { afterAll, describe, expect, test } from 'vitest'
import { minute } from '../../src/model/index.ts'
import { parseCustomId } from '../../src/render/index.ts'
import { answered, ideas, openHouse } from '../bot/bot.ts'
import { checkBodies } from '../bot/checks.ts'
import type { TestPerson } from '../servers/discord-people.ts'
import { permission } from '../servers/discord-permissions.ts'
import type { StoredMessage } from '../servers/discord-server.ts'

const mentionEveryone = 1n << 17n
const managers = { id: '200000000000000001', name: 'managers', permissions: String(permission.manageGuild) }
const quiet = { id: '200000000000000002', name: 'quiet', permissions: '0' }
const loud = { id: '200000000000000003', name: 'loud', permissions: String(mentionEveryone) }
const maintainers = { id: '200000000000000004', name: 'maintainers', permissions: '0' }
const fakeMaintainers = { ...maintainers, id: '200000000000000005' }
const house = await openHouse()
const { server, store } = house
server.guild.roles.push(managers, quiet, loud, maintainers, fakeMaintainers)
server.botRoles.push(loud.id)
const elsewhere = server.addGuild('Elsewhere', { botRoles: [] })
await house.start({ maintainerRole: maintainers.id })
afterAll(() => house.close())

const mallory = server.addPerson({ username: 'mallory' })
const manager = server.addPerson({ username: 'manager', roles: [managers.id] })
/** Of another server, where somebody else has subscribed it. */
const theirs = server.addChannel({ guild: elsewhere.id, name: 'their-secret-channel' })

async function subscribeTheirs(pausedFor: string | null = null): Promise<void> {
  await store.channels.subscribe({
    ...{ channel: theirs, guild: elsewhere.id, kind: 'text', mode: 'digest', ideas: [], directions: [] },
    ...{ role: null, discuss: false, publish: false, alertsADay: 3, madeBy: '900000000000000001', madeAt: 1 },
  })
  if (pausedFor === null) return
  for (let failure = 1; failure <= 3; failure++)
    await store.channels.noteFailure(theirs, pausedFor, { pauseAt: 3, now: 1 })
}

/** Presses a button that a changed client has given another custom id. */
async function pressForged(person: TestPerson, customId: string, at = house.channel) {
  house.pass(minute)
  const message = await person.slash(at, 'latest').reply()
  const forged = JSON.parse(JSON.stringify(message.components)) as StoredMessage['components']
  const first = findButton(forged)
  first.custom_id = customId
  first.disabled = false
  message.components = forged
  return answered(person.press(message, customId))
}

// biome-ignore lint/suspicious/noExplicitAny: whatever components there are.
function findButton(components: any[]): { custom_id: string; disabled?: boolean } {
  for (const one of components) {
    if (one.type === 2 && one.custom_id) return one
    const inside = one.components ? findButton(one.components) : null
    if (inside) return inside
  }
  return null as never
}

describe('another server', () => {
  test('is not unsubscribed by who manages this one, whatever channel their client names', async () => {
    await subscribeTheirs()
    const sent = manager.slash(house.channel, 'unsubscribe', { channel: theirs })
    expect((await answered(sent)).text).toContain('is not subscribed, so there is nothing to stop')
    expect(await store.channels.get(theirs)).toMatchObject({ guild: elsewhere.id })
  })

  test('is not subscribed, and nothing of its subscription is told', async () => {
    await subscribeTheirs()
    const before = await store.channels.get(theirs)
    const { text } = await answered(
      manager.slash(house.channel, 'subscribe', { channel: theirs, mode: 'alerts' }),
    )
    expect(text).toContain(`I can’t see <#${theirs}>`)
    expect(await store.channels.get(theirs)).toEqual(before)
  })

  test('is not resumed from here, nor from direct messages, by who has not subscribed it', async () => {
    await subscribeTheirs('Send Messages is missing.')
    for (const [person, at] of [
      [manager, house.channel],
      [mallory, house.channel],
      [manager, manager.dm],
    ] as const) {
      const { text, hidden } = await pressForged(person, `resume:${theirs}`, at)
      expect([text, hidden]).toEqual([expect.stringContaining('Only who subscribed the channel'), true])
    }
    expect((await store.channels.get(theirs))!.pausedAt).toBe(1)
  })

  test('stands in no answer and in no list of what could be typed', async () => {
    await subscribeTheirs('their secret trouble')
    const texts: string[] = []
    for (const [name, options] of [
      ['status', {}],
      ['sources', {}],
      ['latest', {}],
      ['digest', {}],
      ['help', {}],
      ['why', { item: theirs }],
      ['concept', { name: theirs }],
    ] as const) {
      for (const at of [house.channel, manager.dm]) {
        if (name === 'digest' && at === manager.dm) continue
        texts.push((await answered(manager.slash(at, name, options))).text)
      }
    }
    expect(texts.join('\n')).not.toMatch(
      new RegExp(`<#${theirs}>|their secret|their-secret-channel|Elsewhere`),
    )
    for (const [command, option, options] of [
      ['subscribe', 'ideas', { channel: theirs }],
      ['subscribe', 'directions', { channel: theirs }],
      ['why', 'item', {}],
      ['concept', 'name', {}],
      ['latest', 'idea', {}],
    ] as const) {
      const choices = await manager
        .type(house.channel, command, { ...options, [option]: '' }, option)
        .choices()
      expect(JSON.stringify(choices)).not.toMatch(new RegExp(`${theirs}|their secret|Elsewhere`))
    }
  })
})

describe('a custom id that was tampered with', () => {
  const strange = [
    'page:NaN', 'page:-1', 'page:1e309', 'page:99999999999999999999', 'page:0x10', 'page:1:sources', 'page::sources',
    'page:1:__proto__', 'page:1:renewal:sideways', "page:1:renewal' or 1=1 --", 'page:%00', 'page:1.5',
  ] // biome-ignore format: short

  test.each(strange)('turns to a page that there is, or says that there is none: %s', async (id) => {
    const { text, message } = await pressForged(mallory, id)
    expect(text).toMatch(/Latest stories|What Freehold reads|no key idea of that name|no story/)
    expect(text).not.toMatch(/NaN|Infinity|undefined|Something went wrong/)
    expect(message.components.length).toBeGreaterThan(0)
  })

  test.each([
    'helpful:nobody',
    'gap:',
    'passages:__proto__',
    'share:../../x',
    'share:1',
    "passages:' or ''='",
    `helpful:${'9'.repeat(80)}`,
    'concept:__proto__',
    'concept:../../etc/passwd',
    'resume:1',
    'resume:',
    'resume:__proto__',
    'constructor:1',
    'toString',
    '__proto__:x',
    'subscribe:1',
    '%',
    'page%3A1',
  ])('does nothing of what is not there, and is answered: %s', async (id) => {
    const before = house.dump()
    const { text } = await pressForged(mallory, id)
    expect(text).not.toBe('')
    expect(text).not.toMatch(/Something went wrong|undefined/)
    expect(house.dump()).toBe(before)
  })

  test('is never longer, nor another action, than what we make', () => {
    for (const raw of [
      'resume:1:2:3',
      'label',
      'label:%25%3A',
      'RESUME:1',
      ' resume:1',
      'resume :1',
      'hasOwnProperty:1',
    ]) {
      const read = parseCustomId(raw)
      expect(read === null || ['resume', 'label'].includes(read.action), raw).toBe(true)
    }
    expect(parseCustomId('RESUME:1')).toBeNull()
    expect(parseCustomId(' resume:1')).toBeNull()
  })

  test('of a label that somebody may not give makes no label', async () => {
    const item = house.items.find(({ labels }) => labels.length > 0)!
    house.pass(minute)
    const message = await mallory.slash(house.channel, 'why', { item: item.id }).reply()
    const sent = mallory.press(message, 'Wrong label?')
    await sent.modal()
    const before = await store.items.byIds([item.id])
    const submitted = sent.submit({ labels: [`${ideas[0]!.id}=closes`], comment: '@everyone '.repeat(50) })
    expect((await answered(submitted)).text).toContain('A maintainer will look at it')
    expect(await store.items.byIds([item.id])).toEqual(before)
    expect(await store.verdicts.list()).toEqual([])
  })

  test('turns nobody else’s pages', async () => {
    const message = await manager.slash(house.channel, 'latest').reply()
    const before = JSON.stringify(message.components)
    const { text, hidden } = await answered(mallory.press(message, 'Older'))
    expect([text, hidden]).toEqual([
      'Only who asked can turn these pages. /latest gives you pages of your own.',
      true,
    ])
    expect(JSON.stringify(message.components)).toBe(before)
  })
})

describe('who may not', () => {
  test.each(['subscribe', 'unsubscribe'])(
    'does not see /%s, in a server or in direct messages',
    (command) => {
      for (const at of [house.channel, mallory.dm]) {
        expect(() => mallory.slash(at, command, { channel: house.channel })).toThrow('does not see')
      }
    },
  )

  test('mention a role has it mentioned by the bot neither', async () => {
    const channel = server.addChannel()
    const { text } = await answered(manager.slash(house.channel, 'subscribe', { channel, role: quiet.id }))
    expect(text).toContain('You may not mention the role @\u200Bquiet')
    expect(await store.channels.get(channel)).toBeNull()
    const caller = server.addPerson({ username: 'caller', roles: [managers.id, loud.id] })
    await answered(caller.slash(house.channel, 'subscribe', { channel, role: quiet.id }))
    expect(await store.channels.get(channel)).toMatchObject({ role: quiet.id })
  })

  test('label as a maintainer does not by a role of the same name', async () => {
    const item = house.items.find(({ labels }) => labels.length > 0)!
    const label = async (person: TestPerson) => {
      house.pass(minute)
      const message = await person.slash(house.channel, 'why', { item: item.id }).reply()
      const sent = person.press(message, 'Wrong label?')
      await sent.modal()
      return (await answered(sent.submit({ labels: ['none'], comment: '' }))).text
    }
    const eve = server.addPerson({ username: 'eve', roles: [fakeMaintainers.id] })
    expect(await label(eve)).toContain('A maintainer will look at it')
    expect(await store.verdicts.list()).toEqual([])
    const olga = server.addPerson({ username: 'olga', roles: [maintainers.id] })
    expect(await label(olga)).toContain('these are its labels now')
    expect(await store.verdicts.list()).toHaveLength(1)
  })
})

describe('words of theirs', () => {
  const nasty =
    '@everyone <@&200000000000000001> [x](https://evil.example) `/subscribe` </help:1> <t:0> \u202eegnar\n# big'

  test('act nowhere that the bot repeats them', async () => {
    house.pass(minute)
    const answers = [
      await answered(mallory.slash(house.channel, 'ask', { question: `What is cheap space? ${nasty}` })),
      await answered(mallory.slash(house.channel, 'why', { item: nasty })),
      await answered(mallory.slash(house.channel, 'concept', { name: nasty.slice(0, 100) })),
      await answered(mallory.slash(house.channel, 'latest', { idea: nasty.slice(0, 100) })),
      await answered(mallory.slash(house.channel, 'suggest-feed', { url: `https://a.example/${nasty}` })),
      await answered(manager.slash(house.channel, 'subscribe', { channel: house.channel, ideas: nasty })),
    ]
    for (const { text, message } of answers) {
      expect(text).not.toMatch(/@(?!\u200b)(everyone|here)|(?<!\\)<@|\u202e|(?<!\\)\]\(https:\/\/evil/)
      expect(message).toMatchObject({ mention_everyone: false, mentions: [], mention_roles: [] })
    }
  })

  test('and suggestions without end are turned away', async () => {
    house.pass(2 * minute)
    const suggest = (n: number) =>
      mallory.slash(house.channel, 'suggest-feed', { url: `https://${n}.spam.example/` })
    for (let n = 0; n < 8; n++) expect((await answered(suggest(n))).text).toContain('it is noted')
    expect((await answered(suggest(9))).text).toContain('That was a lot in a minute')
    const kept = (await store.suggestions.list()).filter(({ url }) => url.includes('spam.example'))
    expect(kept).toHaveLength(8)
  })

  test('and channels without end are not subscribed: a server has fifty', async () => {
    const parent = server.addChannel({ name: 'many' })
    const there = (await store.channels.list(server.guild.id)).length
    for (let n = there; n < 50; n++) {
      await answered(manager.slash(house.channel, 'subscribe', { channel: server.addThread(parent, `${n}`) }))
    }
    const one = server.addThread(parent, 'one more')
    const { text } = await answered(manager.slash(house.channel, 'subscribe', { channel: one }))
    expect(text).toContain('50 channels of this server are subscribed, and there can be no more.')
    expect(await store.channels.get(one)).toBeNull()
    const [known] = await store.channels.list(server.guild.id)
    const again = manager.slash(house.channel, 'subscribe', { channel: known!.channel, mode: 'alerts' })
    expect((await answered(again)).text).toContain('Subscription changed')
  })

  test.each(['Who was Elinor Ostrom?', 'hi', ''])(
    'a flood of mentions (“%s”) is answered eight times in a minute, told once to wait, and left alone',
    async (words) => {
      house.pass(2 * minute)
      const name = `<@${server.bot.id}>`
      const repliesTo = (ids: string[]) =>
        server
          .messages(house.channel)
          .filter(({ message_reference: to }) =>
            ids.includes((to as { message_id?: string })?.message_id ?? ''),
          )
      const flood = Array.from({ length: 20 }, () =>
        server.addMessage(house.channel, `${`${name} `.repeat(50)}${words}`, mallory),
      ).map(({ id }) => id)
      await server.until(() => repliesTo(flood).length === 9)
      const calm = server.addMessage(house.channel, `${name} What is cheap space?`, manager)
      await server.until(() => repliesTo([calm.id]).length === 1)
      const said = repliesTo(flood).map(({ components }) => JSON.stringify(components))
      expect(said.filter((one) => one.includes('a lot of questions'))).toHaveLength(1)
      expect(said).toHaveLength(9)
    },
  )
})

checkBodies(60)
