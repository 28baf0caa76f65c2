import { Command, CommanderError } from 'commander'
import { ConfigError } from '../config.ts'
import { addAsk } from './ask.ts'
import { addBackup, addRestore } from './backup.ts'
import { addBounces } from './bounces.ts'
import { addChannels } from './channels.ts'
import { addClassify } from './classify.ts'
import { addDb } from './db.ts'
import { addDemo } from './demo.ts'
import { addDigest } from './digest.ts'
import { addDoctor } from './doctor.ts'
import { addEvaluate } from './evaluate.ts'
import { Failure } from './failure.ts'
import { addFeedback } from './feedback.ts'
import { addFeeds } from './feeds.ts'
import { addIngest } from './ingest.ts'
import { addItems } from './items.ts'
import { addJobs } from './jobs.ts'
import { addLabel } from './label.ts'
import { addLabels } from './labels.ts'
import { remark } from './output.ts'
import { addStart } from './start.ts'
import { addSubscribers } from './subscribers.ts'
import { addWiki } from './wiki.ts'

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
  const commands = [
    addStart,
    addDemo,
    addIngest,
    addItems,
    addAsk,
    addClassify,
    addEvaluate,
    addLabel,
    addLabels,
    addDigest,
    addWiki,
    addFeeds,
    addSubscribers,
    addBounces,
    addChannels,
    addFeedback,
    addJobs,
    addBackup,
    addRestore,
    addDb,
    addDoctor,
  ]
  for (const add of commands) add(program)
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
