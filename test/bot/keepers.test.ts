import { afterAll, expect, test } from 'vitest'
import { day } from '../../src/model/index.ts'
import { answered, openHouse } from './bot.ts'
import { checkBodies } from './checks.ts'

const maintainerRole = '300000000000000001'
const house = await openHouse({ items: [] })
const { server, store, way } = house
server.guild.roles.push({ id: maintainerRole, name: 'keepers', permissions: '0' })
const max = server.addPerson({ username: 'max', roles: [maintainerRole] })
const anna = server.addPerson({ username: 'anna' })
await house.start({ maintainerRole })
afterAll(() => house.close())

test('/sources tells those who keep the feeds what needs a hand and what to do, others that it does not answer', async () => {
  const known = (await store.feedStates.get('moss-ai'))!
  await store.feedStates.save({
    ...known,
    failures: 40,
    failingSince: way.now() - 5 * day,
    lastReason: 'notFound',
    lastError: 'The host answered 404.',
  })
  const seenBy = async (person: typeof max) =>
    (await answered(person.slash(house.channel, 'sources', {}))).text
      .split('\n')
      .find((line) => line.includes('Moss AI'))
  const forMax = await seenBy(max)
  expect(forMax).toContain('**needs a hand**: It has failed since')
  expect(forMax).toContain('npx freehold feeds check --online --feed moss-ai looks for its new address.')
  expect(await seenBy(anna)).toContain('**does not answer**: The host answered 404')
})

checkBodies(2)
