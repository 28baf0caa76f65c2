import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { openOn, openStore, type Store } from '../../src/store/index.ts'
import { sqliteDialect } from '../../src/store/sqlite.ts'
import { until } from '../service/until.ts'

/** A store whose database goes away and comes back, as others make it do. */
export interface LeavingStore {
  store: Store
  goAway(): Promise<void>
  comeBack(): Promise<void>
}

/**
 * The store in the database at `url`. What takes a file of SQLite away is another connection that keeps it locked: nothing can
 * be written, and this store does not wait for long. PostgreSQL lies behind a door that shuts.
 */
export function openLeaving(url: string): Promise<LeavingStore> {
  return url.startsWith('sqlite:') ? onFile(url.slice('sqlite:'.length)) : behindDoor(new URL(url))
}

async function onFile(file: string): Promise<LeavingStore> {
  // While it waits nothing else goes on in this process.
  const store = await openOn(sqliteDialect(file, { busyTimeout: 10 }), 'sqlite')
  const other = new DatabaseSync(file, { timeout: 0 })
  onTestFinished(async () => {
    other.close()
    await store.close()
  })
  return {
    store,
    async goAway() {
      await until(() => {
        try {
          other.exec('begin immediate')
          return true
        } catch {
          // The store is in the midst of a transaction.
          return false
        }
      })
    },
    async comeBack() {
      other.exec('rollback')
    },
  }
}

async function behindDoor(url: URL): Promise<LeavingStore> {
  const door = await startDoor(Number(url.port || 5432), { host: url.hostname })
  url.host = `127.0.0.1:${door.port}`
  const store = await openStore(url.href)
  onTestFinished(() => store.close())
  return { store, goAway: () => door.shut(), comeBack: () => door.open() }
}

/** A port of this machine that leads to another. */
export interface Door {
  port: number
  /** Breaks all connections; who knocks is refused. */
  shut(): Promise<void>
  /** Opens it at the same port. */
  open(): Promise<void>
  /** Lets all in that waits, and from now on everything. */
  letIn(): void
}

/** Opens a door to a port. As soon as `isFull` says so, what wants in has to wait until it is let in. */
export async function startDoor(
  to: number,
  { host = '127.0.0.1', isFull = () => false }: { host?: string; isFull?: () => boolean } = {},
): Promise<Door> {
  const sockets = new Set<Socket>()
  const waiting: (() => void)[] = []
  let mayEnter = false
  const server = createServer((outside) => {
    const inside = connect(to, host)
    const ends = [outside, inside]
    for (const one of ends) {
      sockets.add(one)
      one.on('error', () => undefined)
      one.once('close', () => {
        sockets.delete(one)
        for (const end of ends) end.destroy()
      })
    }
    inside.on('data', (piece) => outside.write(piece))
    outside.on('data', (piece) => {
      if (!mayEnter && (waiting.length > 0 || isFull())) waiting.push(() => inside.write(piece))
      else inside.write(piece)
    })
  })
  const open = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const shut = async () => {
    const closed = server.listening ? once(server, 'close') : null
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  const port = await open(0)
  onTestFinished(shut)
  return {
    port,
    shut,
    open: async () => void (await open(port)),
    letIn() {
      mayEnter = true
      for (const enter of waiting.splice(0)) enter()
    },
  }
}
