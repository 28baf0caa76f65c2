// process.ts CLOCK: runs the service with the settings of the environment, on the clock of that file, until SIGTERM. Asked for
// its memory it collects what is garbage and says how much is left; at its end it says what it has left behind.
import { readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { openLog } from '../../src/cli/log.ts'
import { runService } from '../../src/cli/start.ts'
import { readConfig } from '../../src/config.ts'
import { readClock } from './clock.ts'

/** How long (ms) the other side of a connection may take to hear that it is closed. */
const closing = 1_000
/** And how long for a parser to be ended. */
const parserGone = 8_000

/** What keeps a process from ending, and the files it has open. */
function held(): string[] {
  // Of a pipe the number differs each time; what counts is how many there are.
  return [...process.getActiveResourcesInfo(), ...open().map((one) => one.replace(/:\[\d+\]$/, ''))].filter(
    // Those that hold a process up are among the resources; one that lies idle, as the other side may still want it, does not.
    (one) => one !== 'socket',
  )
}

/** What the descriptors of this process stand for. */
function open(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(join('/proc/self/fd', fd))]
    } catch {
      // The folder itself, which is closed by now.
      return []
    }
  })
}

/** How many loops of events there are among these. */
function loops(descriptors: string[]): number {
  return descriptors.filter((one) => one === 'anon_inode:[eventpoll]').length
}

/** What is in `after` and not in `before`. */
function more(after: string[], before: string[]): string[] {
  const left = [...before]
  return after.filter((one) => {
    const at = left.indexOf(one)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

async function memory() {
  // A parser, which has a loop of events of its own, goes when it has had nothing to do for some seconds.
  for (let waited = 0; waited < parserGone && loops(open()) > loops(before); waited += 50)
    await setTimeout(50)
  for (let i = 0; i < 4; i++) {
    // Without this V8 would keep for itself what it has had at most.
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    await setImmediate()
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heapUsed: heapUsed + external, rss, descriptors: open().length }
}

const now = readClock(process.argv[2]!)
const asked = async () => void process.send?.({ memory: await memory() })
process.on('message', asked)
// Whoever started it has ended, and would have ended it.
const alone = () => process.exit(1)
process.on('disconnect', alone)
const before = held()
const settings = readConfig({ root: process.env.DATA_DIR!, env: process.env, useEnvFile: false })
const stop = new Promise<string>((resolve) => process.once('SIGTERM', resolve))
await runService(settings, { log: openLog(settings, 'service'), stop, now })
process.off('message', asked)
// Connections that were closed just now are gone when the other side has heard of it.
for (let waited = 0; waited < closing && more(held(), before).length > 0; waited += 20) await setTimeout(20)
process.send?.({ left: more(held(), before) })
process.off('disconnect', alone)
process.disconnect()
