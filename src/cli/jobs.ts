import type { Command } from 'commander'
import { type JobStatus, jobStatuses, runJob } from '../jobs/index.ts'
import { type JobName, jobNames } from '../model/index.ts'
import type { Store } from '../store/index.ts'
import { openToRead } from './existing-database.ts'
import { Failure } from './failure.ts'
import { openLog } from './log.ts'
import { columns, hanging, print, printJson, shortTime, table } from './output.ts'
import { progressBar } from './progress.ts'
import { config } from './settings.ts'
import { openWorkshop } from './wiring.ts'

export function addJobs(program: Command): void {
  const jobs = program.command('jobs').summary('the schedule').description('The scheduled jobs.')
  jobs
    .command('list')
    .description(
      'Shows each job: when it last ran, how that ended, when it runs next; with --json also which process ran it.',
    )
    .option('--json', 'print as JSON')
    .action(async (options: { json?: boolean }) => {
      const settings = config()
      const store = await openToRead(settings)
      try {
        const schedules = {
          ingest: settings.scheduleIngest,
          digest: settings.scheduleDigest,
          zone: settings.timezone,
        }
        const statuses = await jobStatuses({ store, now: Date.now }, schedules)
        if (options.json) {
          printJson(statuses.map(forJson))
          return
        }
        const rows = statuses.map((one) => [
          one.job,
          shortTime(one.last?.startedAt ?? null),
          one.next === null ? one.when : shortTime(one.next),
          outcome(one),
        ])
        const all = [['job', 'last run (UTC)', 'next run (UTC)', 'outcome'], ...rows]
        // What came of a run may take several lines, so that it stands last.
        const room = table(all.map(([job, last, next]) => [job!, last!, next!, '.']))
        const indent = room.indexOf('\n') - 1
        for (const line of table(all).split('\n')) print(hanging(line, columns(), ' '.repeat(indent)))
      } finally {
        await store.close()
      }
    })
  jobs
    .command('run')
    .argument('<name>', `one of ${jobNames.join(', ')}`)
    .description('Runs a job now, whatever its schedule says; digest makes and releases one.')
    .option('--json', 'print the outcome as JSON')
    .action(async (name: string, options: { json?: boolean }) => {
      if (!jobNames.includes(name as JobName))
        throw new Failure(`There is no job ${name}; there are ${jobNames.join(', ')}.`)
      const settings = config()
      const { way, close } = await openWorkshop(settings, { log: openLog(settings, 'command') })
      const bar = progressBar(name)
      try {
        const result = await runJob(way, name as JobName, { progress: bar.update, zone: settings.timezone })
        bar.end()
        if (result === null) throw new Failure(`The job ${name} is under way in another process.`)
        if ('failed' in result) throw new Failure(`The job ${name} failed: ${result.failed}`)
        const last = await way.store.jobRuns.last(name as JobName)
        const counts = last?.counts ?? {}
        const toSomebody = [...way.post.maintainers, ...way.post.editors].length > 0
        const said =
          name === 'note'
            ? noteOutcome(counts, toSomebody)
            : name === 'digest'
              ? await digestOutcome(way.store, counts)
              : tally(counts)
        if (options.json) printJson(last)
        else print(hanging(`${name}: done. ${said}`, columns()))
      } finally {
        await close()
      }
    })
}

function outcome({ last }: JobStatus): string {
  if (!last) return 'has not run yet'
  if (last.outcome === 'running')
    return `${last.leaseUntil < Date.now() ? 'cut off' : 'running'} at ${last.owner}`
  const seconds =
    last.finishedAt === null ? '' : ` in ${((last.finishedAt - last.startedAt) / 1000).toFixed(1)} s`
  return `${last.outcome}${seconds}: ${last.error ?? tally(last.counts)}`
}

/** What came of making an issue, in words: also that it does not go out by itself, and what to do. */
async function digestOutcome(store: Store, counts: Record<string, number>): Promise<string> {
  const number = counts.digest ?? 0
  const issue = await store.digests.get(number)
  const made = `Issue ${number} tells ${counts.told} of the ${counts.read} items read.`
  if (!issue?.held) return made
  return `${made} It is held: ${issue.held} npx freehold digest show ${number} shows it, npx freehold digest send ${number} sends it all the same.`
}

/** What came of writing the weekly note, in words; `toSomebody` when it has somewhere to go. */
function noteOutcome(counts: Record<string, number>, toSomebody: boolean): string {
  const { needs = 0, places = 0 } = counts
  const of =
    needs === 0 ? 'A note that no feed needs a hand' : `A note on ${needs} ${needs === 1 ? 'feed' : 'feeds'}`
  if (places > 0) {
    const where = places === 1 ? '1 address or channel' : `${places} addresses and channels`
    return `${of} waits for ${where}; npx freehold jobs run deliver sends it.`
  }
  if (!toSomebody)
    return 'Nothing is sent: MAINTAINERS and EDITORS name nobody, so that a note stands in the log only.'
  return needs > 0
    ? "Nothing is sent: this week's note has gone out already."
    : "Nothing is sent: no feed needs a hand, or this week's note has gone out already."
}

function tally(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ')
}

function forJson(status: JobStatus) {
  const iso = (time: number | null | undefined) => (time == null ? null : new Date(time).toISOString())
  const { job, last, next, when } = status
  return {
    job,
    when,
    next: iso(next),
    last: last && {
      ...last,
      startedAt: iso(last.startedAt),
      finishedAt: iso(last.finishedAt),
      leaseUntil: undefined,
    },
  }
}
