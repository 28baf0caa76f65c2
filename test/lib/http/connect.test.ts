import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { connectOnce } from '../../../src/lib/http/connect.ts'
import { checkedLookup, resolveBySystem } from '../../../src/lib/http/lookup.ts'

test('connects once and no second time', async () => {
  const server = createServer((socket) => socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const connection = connectOnce(
    checkedLookup(resolveBySystem, () => false),
    1_000,
  )
  const to = {
    hostname: '127.0.0.1',
    protocol: 'http:',
    port: String((server.address() as AddressInfo).port),
  }
  const connect = () => new Promise((resolve) => connection.connect(to, (...answer) => resolve(answer)))
  expect(await connect()).toEqual([null, expect.anything()])
  expect(await connect()).toEqual([expect.any(Error), null])
  connection.hangUp()
  server.close()
  await once(server, 'close')
})
