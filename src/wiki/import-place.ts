import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { splitFrontMatter } from '../lib/text/index.ts'
import type { ImportedPage } from './import.ts'
import { unifiedDiff } from './import-diff.ts'
import { readPages } from './pages.ts'

/** Where an imported page would stand in a wiki, and what stands there now. */
export type ImportPlace =
  | { state: 'new' | 'same'; file: string; text: string }
  /** A page with that id and other text; `keeps` says whether its own front matter stays. */
  | { state: 'other'; file: string; text: string; difference: string; keeps: boolean }
  /** Its id or its title belongs to a page in another file. */
  | { state: 'taken'; error: string }

/**
 * Finds the place of an imported page in a wiki, and the whole text of its file. Of a page that is there already the
 * aliases, related pages and idea are its maintainers' work and not the export's, so they stay; title and body are
 * compared.
 */
export async function placeImport(page: ImportedPage, dir: string, shown = dir): Promise<ImportPlace> {
  const { pages } = await readPages(dir, shown)
  const name = `${page.id}.md`
  const file = join(shown, name)
  const other = pages.find(
    (one) =>
      basename(one.file) !== name &&
      (one.id === page.id ||
        [one.title, ...one.aliases].some((is) => is.toLowerCase() === page.title.toLowerCase())),
  )
  if (other) {
    const what = other.id === page.id ? `"${page.id}" is already the id` : `"${page.title}" is already a name`
    return { state: 'taken', error: `${what} of ${other.file}; change it there first.` }
  }

  const now = await readFile(join(dir, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return null
  })
  if (now === null) return { state: 'new', file, text: wholeText(page, freshFields(page)) }
  const there = pages.find((one) => basename(one.file) === name && one.id === page.id)
  const { yaml, body } = splitFrontMatter(now)
  const kept = there ? yaml : null
  const retitled =
    kept === null || there?.title === page.title
      ? kept
      : kept.replace(/^title:.*(\n[ \t]+.*)*/m, () => `title: ${yamlText(page.title)}`)
  const text = wholeText(page, retitled ?? freshFields(page))
  if (there?.title === page.title && bare(body) === bare(page.markdown)) {
    return { state: 'same', file, text: now }
  }
  const names = { before: file, after: `${file} as imported` }
  return { state: 'other', file, text, difference: unifiedDiff(now, text, names), keeps: kept !== null }
}

function wholeText(page: ImportedPage, fields: string): string {
  return `---\n${fields}\n---\n${page.markdown}`
}

function freshFields(page: ImportedPage): string {
  return [
    '# Imported from the Orange Pill Wiki.',
    `id: ${page.id}`,
    `title: ${yamlText(page.title)}`,
    'aliases: []',
    'related: []',
  ].join('\n')
}

/** As YAML that reads as this text: in quotes where it could be taken for something else. */
function yamlText(text: string): string {
  const plain =
    /^\p{L}[\p{L}\p{N} '’.,()&–—/-]*$/u.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
  return plain ? text : JSON.stringify(text)
}

/** A body for comparing: editors differ in the ends of lines and of files. */
function bare(body: string): string {
  return body.replace(/[^\S\n]*\r?\n/g, '\n').trim()
}
