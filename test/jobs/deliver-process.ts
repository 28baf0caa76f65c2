// deliver-process.ts AHEAD: carries out the job “deliver” with the service's own wiring and the settings of the
// environment, on a clock that is AHEAD ms ahead. Says what came of it.
import { join } from 'node:path'
import { openWorkshop } from '../../src/cli/wiring.ts'
import { readConfig } from '../../src/config.ts'
import { runJob } from '../../src/jobs/index.ts'

const ahead = Number(process.argv[2])
const root = join(import.meta.dirname, '..', '..')
const say = (facts: object, message: string) =>
  void process.stderr.write(`${message} ${JSON.stringify(facts)}\n`)
const workshop = await openWorkshop(readConfig({ root, env: process.env, useEnvFile: false }), {
  log: { info: say, warn: say, error: say },
  now: () => Date.now() + ahead,
})
process.stdout.write(JSON.stringify(await runJob(workshop.way, 'deliver')))
await workshop.close()
