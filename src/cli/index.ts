import { Command, CommanderError } from 'commander'
import { ConfigError } from '../config.ts'
import { Failure } from './failure.ts'
import { remark } from './output.ts'

/**
 * The commands, in the order of the help. Each brings along what it works with: loading all of it would take longer than
 * most of them need.
 */
const commands: Record<string, () => Promise<(program: Command) => void>> = {
  start: async () => (await import('./start.ts')).addStart,
  demo: async () => (await import('./demo.ts')).addDemo,
  ingest: async () => (await import('./ingest.ts')).addIngest,
  items: async () => (await import('./items.ts')).addItems,
  ask: async () => (await import('./ask.ts')).addAsk,
  classify: async () => (await import('./classify.ts')).addClassify,
  evaluate: async () => (await import('./evaluate.ts')).addEvaluate,
  label: async () => (await import('./label.ts')).addLabel,
  labels: async () => (await import('./labels.ts')).addLabels,
  digest: async () => (await import('./digest.ts')).addDigest,
  wiki: async () => (await import('./wiki.ts')).addWiki,
  feeds: async () => (await import('./feeds.ts')).addFeeds,
  subscribers: async () => (await import('./subscribers.ts')).addSubscribers,
  bounces: async () => (await import('./bounces.ts')).addBounces,
  channels: async () => (await import('./channels.ts')).addChannels,
  feedback: async () => (await import('./feedback.ts')).addFeedback,
  jobs: async () => (await import('./jobs.ts')).addJobs,
  backup: async () => (await import('./backup.ts')).addBackup,
  restore: async () => (await import('./backup.ts')).addRestore,
  db: async () => (await import('./db.ts')).addDb,
  doctor: async () => (await import('./doctor.ts')).addDoctor,
}

/** Runs the command line; resolves to the exit code: 0 done, 1 failed, 2 wrong usage or configuration. */
export async function run(argv: string[]): Promise<number> {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  const program = new Command('freehold')
    .description('Watches whether the stock of open AI models is being renewed: feeds in, digest out.')
    .version('0.1.0', '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .addHelpText(
      'after',
      `
Begin here:
  freehold demo                 the whole main job on sample feeds, with no account and no network
  freehold digest preview       what the next digest would say, from your own feeds
  freehold start                the service

Settings come from the environment and from .env; .env.example lists them all. Each command has its own --help.`,
    )
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'freehold: ')) })
  const [asked] = argv.slice(2)
  const wanted =
    asked !== undefined && Object.hasOwn(commands, asked) ? [commands[asked]!] : Object.values(commands)
  for (const add of await Promise.all(wanted.map((load) => load()))) add(program)
  inherit(program)
  try {
    await program.parseAsync(argv)
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof ConfigError) {
      remark(`freehold: ${error.message}`)
      return 2
    }
    const bug = !(error instanceof Failure) && process.env.LOG_LEVEL === 'debug'
    remark(`freehold: ${bug ? (error as Error).stack : (error as Error).message}`)
    return 1
  }
}

/** Subcommands throw like the program, so that wrong usage ends with 2, and show help when called bare. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.exitOverride().helpOption('-h, --help', 'show this help').helpCommand(false)
    child.configureOutput(command.configureOutput())
    inherit(child)
  }
}
