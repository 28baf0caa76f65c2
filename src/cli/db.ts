import { resolve } from 'node:path'
import type { Command } from 'commander'
import { copyDatabase, type Place, placeOf } from '../store/index.ts'
import { counted, differing, inRows, orFailure, sums } from './database-text.ts'
import { Failure } from './failure.ts'
import { print, printJson } from './output.ts'
import { progressBar } from './progress.ts'
import { checkout } from './settings.ts'

interface Options {
  replace?: boolean
  live?: boolean
  json?: boolean
}

export function addDb(program: Command): void {
  const command = program
    .command('db')
    .summary('move a running installation to another database')
    .description('The database.')
    .command('copy')
    .argument('<from>', 'as DATABASE_URL is written, or the path of an SQLite file')
    .argument('<to>', 'the same; empty or, on SQLite, not there yet')
    .description(
      'Copies everything from one database to another, SQLite or PostgreSQL either way, and compares both sides table by table. All or nothing: if it is cut off or a table differs, TO stays as it was. FROM is only read.',
    )
    .option('--replace', 'delete what Freehold has stored in TO before')
    .option('--live', 'copy although a service is at work on FROM')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Stop the service first. A password given here can be seen by others on the machine while the command runs; PGPASSWORD
or ~/.pgpass serve as well.`,
    )
  command.action((from: string, to: string, options: Options) => {
    const [source, target] = [place(from), place(to)]
    if (source && target) return copy(source, target, options)
    // What was given is not repeated: it may hold a password.
    const which = source ? 'TO' : 'FROM'
    return command.error(
      `error: ${which} is no database; it takes sqlite:PATH, a path, or postgres://USER:PASSWORD@HOST/NAME.`,
    )
  })
}

async function copy(from: Place, to: Place, options: Options): Promise<void> {
  const bar = progressBar('copying')
  const copied = await orFailure(
    copyDatabase(from, to, {
      replace: options.replace ?? false,
      live: options.live ?? false,
      now: Date.now,
      progress: bar.update,
    }),
    'FROM or TO',
  ).finally(bar.end)
  const at = new Date(copied.at).toISOString()
  if (options.json) printJson({ from: from.name, to: to.name, ...copied, at })
  else print(sums(copied.tables))
  if (!copied.equal) throw new Failure(differing(copied.tables, to.name))
  if (options.json) return
  print()
  print(`Copied ${inRows(copied.tables)} to ${to.name}; both sides are equal.`)
  if (copied.replaced.length > 0) print(`Deleted there before: ${inRows(copied.replaced)}.`)
  if (copied.withoutNul > 0) {
    print(
      `${counted(copied.withoutNul, 'text')} lost NUL characters, which PostgreSQL does not store; nothing else.`,
    )
  }
  if (copied.others.length > 0)
    print(`Left where they are, not being Freehold's: ${copied.others.join(', ')}.`)
  print(
    `The copy is of ${at.slice(0, 19).replace('T', ' ')} UTC; what has been written to ${from.name} since is not in it.`,
  )
  print(
    `Now set DATABASE_URL to TO in .env and start Freehold. Start nothing on ${from.name} any more, or messages go out twice.`,
  )
}

/** Null when it is none. A path begins where the command is called, `sqlite:PATH` where it does in `.env`. */
function place(text: string): Place | null {
  if (text.startsWith('sqlite:')) return placeOf(`sqlite:${resolve(checkout, text.slice('sqlite:'.length))}`)
  const isPath = text !== '' && !/^[a-z][a-z0-9+.-]+:/i.test(text)
  return placeOf(isPath ? `sqlite:${resolve(text)}` : text)
}
