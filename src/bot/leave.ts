import type { Client } from 'discord.js'

/** The connection of a client as @discordjs/ws keeps it. Its types don't show it; a test sees to it that it is so. */
interface Shard {
  internalConnect(): Promise<void>
  connection: { readyState: number; onerror: (() => void) | null; terminate(): void } | null
}

/** Of a WebSocket that has not come about yet. */
const connecting = 0

/**
 * Ends a client for good. One that is destroyed while its connection is coming back would go on with that half a second
 * later: a process that is to end would not, and one that has lost the gateway to another would be there beside it.
 */
export async function leave(client: Client): Promise<void> {
  const { _ws } = client.ws as unknown as { _ws: { strategy: { shards: Map<number, Shard> } } | null }
  const shards = [...(_ws?.strategy.shards.values() ?? [])]
  for (const shard of shards) shard.internalConnect = async () => undefined
  await client.destroy()
  for (const { connection } of shards) {
    if (connection?.readyState !== connecting) continue
    // It says that it was ended before it came about, and nobody else listens any more.
    connection.onerror = () => undefined
    connection.terminate()
  }
}
