import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Bench, inTurns, median, spoken, timed } from './bench.ts'
import { makePlace, noteRun, startService } from './service.ts'

const rounds = 7

/** How long people wait for the first sign of life. */
export const startUp: Bench = {
  name: 'start-up',
  measures:
    "from the start of the process until it says that Freehold is running, with the repository's own lists and wiki and a model that was kept; and `freehold --help`, the program and what hands over to it. Both against `node -e 0`, with what Node keeps of the sources in place, as after the first start.",
  async run(say) {
    const place = makePlace()
    try {
      await place.prepare('start.db', (store) => noteRun(store, 'ingest'))
      const node =
        (...args: string[]) =>
        async () => {
          const { ms } = await timed(async () => {
            const child = spawn(process.execPath, args, { cwd: place.dir, env: place.env, stdio: 'ignore' })
            const [code] = await once(child, 'exit')
            if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}.`)
          })
          return ms
        }
      const service = async () => {
        const began = performance.now()
        const running = startService(place, 'start.db')
        await running.logged('Freehold is running')
        const ms = performance.now() - began
        await running.stop()
        return ms
      }
      const help = node(join(place.dir, 'bin', 'freehold.js'), '--help')
      say('first start, with a training where no model is kept')
      await service()
      await help()
      const took = await inTurns(rounds, { 'node -e 0': node('-e', '0'), help, service }, say)
      const bare = median(took['node -e 0'])
      const figure = (what: string, ms: number) => ({
        what,
        value: ms / bare,
        unit: 'times as long',
        from: `${spoken(ms)} against ${spoken(bare)} of node -e 0`,
      })
      return [
        figure('start of the service, until it is running', median(took.service)),
        figure('freehold --help', median(took.help)),
      ]
    } finally {
      place.remove()
    }
  },
}
