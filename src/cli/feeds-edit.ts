import { writeFile } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import { ConfigError } from '../config.ts'
import {
  addEntry,
  dropEntry,
  type FeedEntry,
  type FeedFile,
  feedListSchema,
  followedAt,
  idFrom,
  type ListEdit,
  placeAndKind,
  type Refusal,
  standing,
} from '../feeds/index.ts'
import { type FeedPreview, type Finder, findFeed } from '../jobs/index.ts'
import { type FeedKind, feedKinds, type TextUse, textUses } from '../model/index.ts'
import { Failure } from './failure.ts'
import { previewText, quoted, troubleOf, webAddress } from './feeds-preview.ts'
import { print, printJson } from './output.ts'
import { config } from './settings.ts'
import { loadLists, openFinder } from './wiring.ts'

/** What may be said of a feed that is added. */
export interface AddOptions {
  group?: string
  kind?: FeedKind
  id?: string
  title?: string
  site?: string
  publisher?: string
  language?: string
  textUse?: TextUse
  every?: string
  anyway?: boolean
  dryRun?: boolean
  json?: boolean
}

/** The options of a command that adds a feed. */
export function withAddOptions(command: Command): Command {
  return command
    .option('--group <name>', 'where it belongs: the name of a group, or of its file')
    .addOption(new Option('--kind <kind>', 'what sort of publisher it is').choices(feedKinds))
    .option('--id <id>', 'its short name; made of the title otherwise')
    .option('--title <title>', 'its name as readers see it; the feed’s own otherwise')
    .option('--site <url>', 'the page that people read; the page given, or the feed’s host, otherwise')
    .option('--publisher <name>', 'the house behind it, where the domain of its site does not tell')
    .option('--language <tag>', 'such as en or pt-BR; what the feed says otherwise')
    .addOption(new Option('--text-use <use>', 'how much of its text its terms let us keep').choices(textUses))
    .option(
      '--every <time>',
      'how often it is polled: 30m, 6h, 1d; as often as its own rhythm asks otherwise',
    )
    .option('--anyway', 'even though it is empty, or has fallen silent')
    .option('--dry-run', 'show the change and leave the file as it is')
    .option('--json', 'print as JSON')
}

export function addAdd(feeds: Command): void {
  const command = feeds
    .command('add')
    .argument('<url>', 'of the feed, or of any page that has one')
    .description(
      'Finds the feed behind a page, shows its last items with their labels, and writes its entry into the file of its group: one clean hunk to commit.',
    )
  withAddOptions(command).action(async (url: string, options: AddOptions) => {
    const settings = config()
    const { files } = await loadLists(settings)
    const { finder, close } = openFinder(settings)
    try {
      await addOne(finder, files, url, options, `npx freehold feeds add ${quoted(url)}`)
    } finally {
      await close()
    }
  })
}

export function addRemove(feeds: Command): void {
  feeds
    .command('remove')
    .argument('<id>', 'of the feed, as npx freehold feeds list shows it')
    .description(
      'Takes a feed out of its file, with the comments that belong to it: one clean hunk to commit. What is stored of it stays.',
    )
    .option('--dry-run', 'show the change and leave the file as it is')
    .option('--json', 'print as JSON')
    .action(async (id: string, options: { dryRun?: boolean; json?: boolean }) => {
      const { files } = await loadLists(config())
      const edit = agreed(dropEntry(files, id))
      if (!options.dryRun) await writeFile(edit.path, edit.text)
      if (options.json) printJson(editJson(edit, options))
      else {
        print(edit.hunk)
        if (!options.dryRun) print(`\n${id} is out of ${edit.file}. What is stored of it stays.`)
      }
    })
}

/** A feed that was added: its entry, and the page behind which it was found. */
export interface Added {
  entry: FeedEntry
  page: string
}

/**
 * Finds a feed, shows it and writes its entry. `command` is what was called, without its options. Throws what the command
 * line says: Failure, or ConfigError to ask.
 */
export async function addOne(
  finder: Finder,
  files: FeedFile[],
  typed: string,
  options: AddOptions,
  command: string,
): Promise<Added> {
  const address = webAddress(typed)
  // What needs no look at the feed is said before it is looked at.
  const followed = followedAt(files, address)
  if (followed && options.site === undefined) {
    throw new Failure(`${address} is followed already, at ${followed}.`)
  }
  const { file, publisher: kind } = agreed(placeAndKind(files, options, command + otherOptions(options)))
  const found = await findFeed(finder, address, () => kind)
  if (found.kind === 'none') throw new Failure(found.message)
  const entry = entryOf(found, kind, options, file.group)
  const taken = standing(files, entry)
  if (taken) throw new Failure(taken)
  const trouble = troubleOf(found)
  if (trouble && !options.anyway) {
    throw new Failure(
      `${found.url} is not added. ${trouble} Look on its site for a feed that goes on; --anyway adds this one all the same.`,
    )
  }
  const edit = agreed(addEntry(file, entry))
  if (!options.dryRun) await writeFile(edit.path, edit.text)
  const added = { entry, page: found.site }
  if (options.json) {
    printJson({ ...editJson(edit, options), entry })
    return added
  }
  print(previewText(found))
  print(`\n${edit.hunk}`)
  if (!options.dryRun)
    print(`\n${entry.id} is in ${edit.file}; npx freehold ingest --feed ${entry.id} reads it.`)
  return added
}

/** The options that were given besides --group and --kind, as they are typed. */
function otherOptions({ group: _, kind: __, ...options }: AddOptions): string {
  const names = {
    ...{ id: '--id', title: '--title', site: '--site', publisher: '--publisher', language: '--language' },
    ...{ textUse: '--text-use', every: '--every', anyway: '--anyway', dryRun: '--dry-run', json: '--json' },
  }
  return Object.entries(names)
    .map(([key, name]) => {
      const value = options[key as keyof typeof options]
      if (value === undefined || value === false) return ''
      return value === true ? ` ${name}` : ` ${name} ${quoted(value)}`
    })
    .join('')
}

/** The value, or the refusal thrown as what ends the command rightly. */
export function agreed<T extends { kind: string }>(value: T | Refusal): Exclude<T, Refusal> {
  if (value.kind !== 'refused') return value as Exclude<T, Refusal>
  const { message, ask } = value as Refusal
  throw ask ? new ConfigError(message) : new Failure(message)
}

function editJson(edit: ListEdit, options: { dryRun?: boolean }): object {
  return { file: edit.file, line: edit.line, hunk: edit.hunk, written: !options.dryRun }
}

/** The entry of a feed that was found, with what the options say. Throws ConfigError naming the option that is wrong. */
function entryOf(found: FeedPreview, kind: FeedKind, options: AddOptions, group: string): FeedEntry {
  const [owner, repository] = gitHubOf(found.url)
  const title = options.title ?? (repository ? `${repository} releases` : found.title)
  if (!title) throw new ConfigError('The feed has no title; say with --title what readers should call it.')
  const id = options.id ?? idFrom(title)
  if (!id) throw new ConfigError(`No id can be made of the title ${title}; say it with --id.`)
  const publisher = options.publisher ?? owner
  const language = options.language ?? found.language
  const entry = {
    id,
    title,
    url: found.url,
    site: options.site === undefined ? found.site : webAddress(options.site),
    ...(publisher ? { publisher } : {}),
    kind,
    ...(language ? { language } : {}),
    textUse: options.textUse ?? 'excerpt',
    ...(options.every === undefined ? {} : { every: options.every }),
  }
  const checked = feedListSchema.safeParse({ group, feeds: [entry] })
  if (checked.success) return checked.data.feeds[0]!
  const [issue] = checked.error.issues
  throw new ConfigError(`--${String(issue?.path.at(-1))} ${issue?.message}.`)
}

function gitHubOf(url: string): [string?, string?] {
  const [, owner, repository] =
    /^https?:\/\/(?:www\.)?github\.com\/([^/]+)\/([^/]+)\/releases\.atom/.exec(url) ?? []
  return owner && repository ? [owner, repository] : []
}
