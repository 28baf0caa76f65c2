import { Client, type ClientOptions, Events, GatewayIntentBits } from 'discord.js'
import { onTestFinished } from 'vitest'
import { type DiscordServerOptions, startDiscordServer, type TestDiscordServer } from './discord-server.ts'

export interface Setting {
  server: TestDiscordServer
  client: Client<true>
  /** What the client emitted as `error`. */
  errors: Error[]
}

/** A server and the real discord.js Client, not logged in yet, both gone when the test is over. */
export async function startClient(
  options: DiscordServerOptions & { client?: Partial<ClientOptions> } = {},
): Promise<Setting> {
  const { client: clientOptions, ...serverOptions } = options
  const server = await startDiscordServer(serverOptions)
  const client = new Client({
    intents: [GatewayIntentBits.Guilds],
    // A second identify would wait 5 s for Discord's sake.
    ws: { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => undefined }) },
    ...clientOptions,
    rest: { api: server.apiUrl, timeout: 5000, ...clientOptions?.rest },
  })
  const errors: Error[] = []
  client.on(Events.Error, (error) => void errors.push(error))
  onTestFinished(async () => {
    await client.destroy()
    await server.close()
  })
  return { server, client: client as Client<true>, errors }
}

/** Logs in and waits until the client is ready. */
export async function logIn({ server, client }: Setting): Promise<void> {
  const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve))
  await client.login(server.token)
  await ready
}

export async function startLoggedIn(options: Parameters<typeof startClient>[0] = {}): Promise<Setting> {
  const setting = await startClient(options)
  await logIn(setting)
  return setting
}
