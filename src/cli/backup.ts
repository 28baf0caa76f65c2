import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Config } from '../config.ts'
import { type Backup, backUp, type Place, placeOf, type Restored, restore } from '../store/index.ts'
import { backupsDir, freeName, prune } from './backup-files.ts'
import { counted, differing, inRows, orFailure, sums } from './database-text.ts'
import { Failure } from './failure.ts'
import { print, printJson, shortTime } from './output.ts'
import { progressBar } from './progress.ts'
import { config, wholeNumber } from './settings.ts'
import { shown } from './wiring.ts'

export function addBackup(program: Command): void {
  const backup = program
    .command('backup')
    .summary('everything the database holds, as one file')
    .argument(
      '[file]',
      'a new file, or a folder; without it data/backups/freehold-YYYY-MM-DDTHHMM.jsonl.gz (UTC)',
    )
    .description(
      'Writes everything that the database holds to a file and reads it again. The service may go on meanwhile. The file can be restored into SQLite and PostgreSQL.',
    )
    .option('--keep <n>', 'afterwards delete all but the newest n of the folder', wholeNumber)
    .option('--json', 'print as JSON')
  backup.action(async (given: string | undefined, options: { keep?: number; json?: boolean }) => {
    const settings = config()
    const now = Date.now()
    const named = given !== undefined && !isFolder(given)
    if (named && options.keep)
      backup.error('error: --keep is for backups that freehold names; give a folder.')
    const folder = given === undefined ? backupsDir(settings) : resolve(given)
    const file = named ? resolve(given) : freeName(folder, now)
    const bar = progressBar('backing up')
    const made = await orFailure(
      backUp(here(settings), file, {
        version: program.version() ?? '',
        now: () => now,
        progress: bar.update,
      }),
      'DATABASE_URL',
    ).finally(bar.end)
    const deleted = options.keep ? await prune(dirname(file), options.keep, now) : []
    if (options.json) printJson({ ...made, at: new Date(made.at).toISOString(), deleted })
    else tellBackup(settings, made, deleted)
  })
}

export function addRestore(program: Command): void {
  program
    .command('restore')
    .summary('fill the database from a backup')
    .argument('<file>', 'what freehold backup has made, of SQLite or PostgreSQL')
    .description(
      'Checks a backup, fills the database at DATABASE_URL from it and compares both: all of it or nothing. One of an older version is brought up to date. Stop the service first.',
    )
    .option('--replace', 'delete what the database holds')
    .option('--json', 'print as JSON')
    .action(async (file: string, options: { replace?: boolean; json?: boolean }) => {
      const settings = config()
      const bar = progressBar('restoring')
      const to = here(settings)
      const restored = await orFailure(
        restore(file, to, { replace: options.replace ?? false, now: Date.now(), progress: bar.update }),
        'DATABASE_URL',
      ).finally(bar.end)
      const { header, ...rest } = restored
      if (options.json) printJson({ file, to: to.name, at: new Date(header.at).toISOString(), ...rest })
      else print(sums(restored.tables))
      if (!restored.equal) throw new Failure(differing(restored.tables, to.name))
      if (!options.json) tellRestored(restored, to)
    })
}

function here(settings: Config): Place {
  return placeOf(settings.databaseUrl)!
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}

function tellBackup(settings: Config, made: Backup, deleted: string[]): void {
  print(sums(made.tables))
  print()
  const size =
    made.bytes < 1_000_000 ? `${(made.bytes / 1000).toFixed(1)} kB` : `${(made.bytes / 1e6).toFixed(1)} MB`
  print(`${shown(settings, made.file)}: ${inRows(made.tables)}, ${size}, read again and whole.`)
  for (const file of deleted) print(`Deleted: ${shown(settings, file)}`)
  if (made.others.length > 0) print(`Not in it, not being Freehold's: ${made.others.join(', ')}.`)
  print(
    settings.secret
      ? 'Not in it: .env, whose SECRET the links in mails depend on, and feeds/, wiki/ and templates/. Keep a copy of these too.'
      : 'Not in it: .env, feeds/, wiki/ and templates/; keep a copy of these too.',
  )
  print(
    `In it: the addresses of readers${settings.secret ? '' : ', and the secret that signs links'}. Only you can read the file; let it stay so.`,
  )
}

function tellRestored({ tables, header, replaced, withoutNul, waiting }: Restored, to: Place): void {
  print()
  print(`Restored ${inRows(tables)} as of ${shortTime(header.at)} UTC to ${to.name}; both sides are equal.`)
  if (replaced.length > 0) print(`Deleted there before: ${inRows(replaced)}.`)
  if (withoutNul > 0) {
    print(
      `${counted(withoutNul, 'text')} lost NUL characters, which PostgreSQL does not store; nothing else.`,
    )
  }
  if (waiting.length === 0) return
  const what = waiting.map(({ post, messages }) => `${counted(messages, 'message')} of ${post}`).join(', ')
  print(`Waiting then, and sent as soon as the service starts, though they may have gone out since: ${what}.`)
  print('To keep an issue back, run freehold digest pause N before npm start.')
}
