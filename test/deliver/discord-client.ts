import { onTestFinished } from 'vitest'
import {
  createDiscord,
  type Discord,
  type DiscordOptions,
  nonceFor,
  type PostedMessage,
} from '../../src/deliver/index.ts'
import {
  type DiscordServerOptions,
  startDiscordServer,
  type TestDiscordServer,
} from '../servers/discord-server.ts'

/** A Discord of a test's own, a client of it and a channel. */
export async function start(options?: DiscordServerOptions & { timeoutMs?: number }) {
  const server = await startDiscordServer(options)
  onTestFinished(() => server.close())
  const discord = client(server, { timeoutMs: options?.timeoutMs })
  return { server, discord, channel: server.addChannel() }
}

export function client({ token, apiUrl }: TestDiscordServer, options: Partial<DiscordOptions> = {}): Discord {
  return createDiscord({ token, apiUrl, ...options })
}

/** Posts one message and tells how often the caller was asked whether it may go out. */
export async function postOne(
  discord: Discord,
  channel: string,
  id = 'delivery-1',
  body: object = { content: 'Freehold 12' },
) {
  let asked = 0
  const receipt = await discord.post({ channel, body, nonce: nonceFor(id) }, async () => {
    asked++
    return true
  })
  return { receipt, asked }
}

/** Knows the message that `postOne` posts. */
export const isOurs = (message: PostedMessage) => message.content === 'Freehold 12'
