// sender.ts AHEAD [MOMENT]: sends what is due with the service's own wiring and the settings of the environment, on a clock
// that is AHEAD ms ahead. Says how far it is, a number a line, and at last what came of it. At a moment such as
// “before settleAll 3” (its third call) the process kills itself.
import { openPostOffice } from '../../src/cli/wiring.ts'
import { readConfig } from '../../src/config.ts'
import { deliver } from '../../src/jobs/index.ts'
import { createSigner } from '../../src/lib/sign/index.ts'
import { createRenderer } from '../../src/render/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { ideas } from '../fixtures/digests.ts'

const [, , ahead, moment] = process.argv
const root = import.meta.dirname
const settings = readConfig({ root, env: process.env })
const store = await openStore(settings.databaseUrl)
const post = { ...openPostOffice(settings, createSigner(settings.secret!)), channels: [] }
const now = () => Date.now() + Number(ahead)
const say = (facts: object, message: string) =>
  void process.stderr.write(`${message} ${JSON.stringify(facts)}\n`)

const report = await deliver(
  {
    store: { ...store, deliveries: dyingAt(store.deliveries, moment) },
    renderer: createRenderer({ templatesDir: settings.templatesDir, publicUrl: settings.publicUrl, ideas }),
    post,
    ideas,
    now,
    log: { info: say, warn: say, error: say },
    owner: `sender ${process.pid}`,
    leaseMs: 15_000,
  },
  { progress: (done) => void process.stdout.write(`${done}\n`) },
)
process.stdout.write(`${JSON.stringify(report)}\n`)
await post.smtp?.close()
await store.close()

/** The same deliveries; the process ends at the moment of a call that is named. */
function dyingAt(deliveries: Store['deliveries'], at: string | undefined): Store['deliveries'] {
  const [when, name, nth] = at?.split(' ') ?? []
  if (name === undefined) return deliveries
  const work = deliveries[name as keyof typeof deliveries] as (...given: unknown[]) => Promise<unknown>
  let calls = 0
  const dying = async (...given: unknown[]) => {
    calls++
    if (when === 'before' && calls === Number(nth)) process.kill(process.pid, 'SIGKILL')
    const result = await work.apply(deliveries, given)
    if (when === 'after' && calls >= Number(nth)) process.kill(process.pid, 'SIGKILL')
    return result
  }
  return { ...deliveries, [name]: dying }
}
