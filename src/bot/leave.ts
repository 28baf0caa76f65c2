import type { Client } from 'discord.js'

/** A WebSocket of the package ws, as far as it is needed here. */
interface Connection {
  readyState: number
  onerror: (() => void) | null
  once(event: 'close', listener: () => void): void
  terminate(): void
}

/** The connection of a client as @discordjs/ws keeps it. Its types don't show it; a test sees to it that it is so. */
interface Shard {
  internalConnect(): Promise<void>
  connection: Connection | null
}

/** States of a WebSocket. */
const [connecting, closed] = [0, 3]

/**
 * Ends a client for good; the gateway has `patienceMs` to say goodbye too. A client that is destroyed while its connection is
 * coming back would go on with that half a second later: a process that is to end would not, and one that has lost the
 * gateway to another would be there beside it. One that waits for the gateway's greeting would wait for its own end for
 * ever: it destroys the connection twice, and the second time takes the first one's listener away.
 */
export async function leave(client: Client, patienceMs: number): Promise<void> {
  const { _ws } = client.ws as unknown as { _ws: { strategy: { shards: Map<number, Shard> } } | null }
  const shards = [...(_ws?.strategy.shards.values() ?? [])]
  for (const shard of shards) shard.internalConnect = async () => undefined
  const open = shards.flatMap(({ connection }) =>
    connection && connection.readyState !== connecting ? [connection] : [],
  )
  const gone = Promise.all(open.map(end))
  const timer = setTimeout(() => {
    for (const connection of open) connection.terminate()
  }, patienceMs)
  await Promise.race([client.destroy(), gone])
  await gone
  clearTimeout(timer)
  for (const { connection } of shards) {
    if (connection?.readyState !== connecting) continue
    // It says that it was ended before it came about, and nobody else listens any more.
    connection.onerror = () => undefined
    connection.terminate()
  }
}

/** Resolves when a connection is closed. */
function end(connection: Connection): Promise<void> {
  if (connection.readyState === closed) return Promise.resolve()
  return new Promise((resolve) => connection.once('close', resolve))
}
