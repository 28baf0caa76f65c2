// begin.ts FILE OWNER: told to look, says which run of the digest was the last; then runs the job if that still holds, and
// is done at once.
import { openStore } from '../../../src/store/index.ts'
import { now } from '../samples.ts'
import { heard, say } from './parent.ts'

const [file, owner] = process.argv.slice(2)
const { jobRuns, close } = await openStore(`sqlite:${file}`)
say('ready')
for (let time = now; (await heard()) !== null; time++) {
  const after = (await jobRuns.last('digest'))?.id ?? null
  say(String(after))
  await heard()
  const run = await jobRuns.begin('digest', { owner: owner!, now: time, leaseMs: 60_000, after })
  if (run) await jobRuns.finish(run, { outcome: 'done', counts: {}, error: null, now: time })
  say(run ? 'done' : 'not due')
}
await close()
process.exit()
