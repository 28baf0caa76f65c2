import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Command } from 'commander'
import { problemLine } from '../lib/text/index.ts'
import { checkPages, type ImportPlace, placeImport, readExport, readPages } from '../wiki/index.ts'
import { Failure } from './failure.ts'
import { print, remark } from './output.ts'
import { config } from './settings.ts'
import { shown } from './wiring.ts'

interface Options {
  replace?: boolean
  dryRun?: boolean
}

/** `freehold wiki import FILE`. */
export function addWikiImport(wiki: Command): void {
  wiki
    .command('import')
    .argument('<file>', 'an exported concept page of the Orange Pill Wiki, as text or HTML')
    .description(
      'Makes a page of ours of an exported one. What belongs to the site is dropped, and told on stderr line by line; ' +
        'a page that exists with other text is shown with the difference and stays as it is.',
    )
    .option(
      '--replace',
      'take the imported text for a page that exists; its aliases, relations and idea stay',
    )
    .option('--dry-run', 'print the page and write nothing')
    .action(importPage)
}

async function importPage(file: string, options: Options): Promise<void> {
  const settings = config()
  const where = shown(settings, settings.wikiDir)
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new Failure(`${file} can't be read (${error.code}).`)
  })
  const outcome = readExport(bytes)
  if (!outcome.ok) throw new Failure(`${file} is no exported concept page: ${outcome.error}`)
  for (const { line, text, what } of outcome.dropped) {
    remark(`${file}${line === null ? '' : `:${line}`}: dropped "${text}": ${what}`)
  }

  const before = await readPages(settings.wikiDir, where)
  const unread = before.problems.find((problem) => problem.file === where)
  if (unread) throw new Failure(problemLine(unread))
  const place = await placeImport(outcome.page, settings.wikiDir, where)
  if (options.dryRun) {
    preview(place)
    return
  }
  if (place.state === 'taken') throw new Failure(place.error)
  if (place.state === 'same') {
    print(`${place.file} says the same already; nothing changed.`)
    return
  }
  if (place.state === 'other' && !options.replace) {
    print(place.difference)
    throw new Failure(`${place.file} exists with other text; --replace takes the imported one.`)
  }
  await write(join(settings.wikiDir, basename(place.file)), place.text)
  print(place.state === 'new' ? `${place.file} is new.` : `${place.file} is replaced.`)
  if (place.state === 'other' && place.keeps) remark('Its aliases, related pages and idea are as they were.')

  // A replaced page may lack a heading that others link to.
  const old = new Set(checkPages(before).map(problemLine))
  const after = checkPages(await readPages(settings.wikiDir, where)).map(problemLine)
  for (const line of after)
    if (!old.has(line)) remark(`${line}; mend it, other commands take no wiki with faults`)
}

function preview(place: ImportPlace): void {
  if (place.state === 'taken') throw new Failure(place.error)
  process.stdout.write(place.text)
  const what = {
    new: 'would be new',
    same: 'says the same already',
    other: 'exists with other text, which --replace would replace by this',
  }[place.state]
  remark(`${place.file} ${what}; nothing was written.`)
}

/** In one go, so that a page is never half there. */
async function write(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.draft`
  try {
    await writeFile(draft, text)
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
}
