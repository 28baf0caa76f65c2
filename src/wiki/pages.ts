import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { neededText, type Problem, readCurated, readYaml, splitFrontMatter } from '../lib/text/index.ts'
import type { Idea, Page } from '../model/index.ts'

const phrases = z.array(z.string().min(1)).default([])

const frontMatter = z.strictObject({
  id: neededText.regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case words joined by hyphens'),
  title: neededText.min(1, 'is empty'),
  aliases: phrases,
  related: phrases,
  idea: z
    .strictObject({
      order: z.int('must be a whole number; ideas stand in this order in a digest'),
      name: neededText.min(1, 'is empty'),
      definition: neededText.min(1, 'is empty'),
      notWhen: phrases,
      signals: z
        .strictObject({ about: phrases, opens: phrases, closes: phrases, mixed: phrases })
        .default({ about: [], opens: [], closes: [], mixed: [] }),
    })
    .optional(),
})

/** The wiki's pages, each with what its front matter says; and everything wrong with them. */
export interface PageSet {
  pages: Page[]
  problems: Problem[]
  /** First line of each page's body and of its front matter's fields, for messages about them. */
  lines: Map<string, { body: number; of: (path: (string | number)[]) => number }>
}

/**
 * Reads every `*.md` of a wiki folder. A file without front matter is no page (the codebook, a README). `shown` is how
 * the folder is called in messages.
 */
export async function readPages(dir: string, shown = dir): Promise<PageSet> {
  const set: PageSet = { pages: [], problems: [], lines: new Map() }
  let names: string[]
  try {
    names = (await readdir(dir)).filter((name) => name.endsWith('.md')).sort()
  } catch (error) {
    const message = `the folder can't be read (${(error as NodeJS.ErrnoException).code}); set WIKI_DIR to the folder of the concept pages`
    return { ...set, problems: [{ file: shown, line: 1, field: '', message }] }
  }
  for (const name of names) {
    const file = join(shown, name)
    const read = await readCurated(dir, name)
    if ('wrong' in read) {
      set.problems.push({ file, line: 1, field: '', message: read.wrong })
      continue
    }
    const { yaml, body, bodyLine } = splitFrontMatter(read.text)
    if (yaml === null) {
      if (/^\uFEFF?---\s*\n/.test(body)) {
        set.problems.push({ file, line: 1, field: '', message: 'the front matter has no closing --- line' })
      }
      continue
    }
    const checked = readYaml(yaml, { file, schema: frontMatter, firstLine: 2 })
    if ('problems' in checked) {
      set.problems.push(...checked.problems)
      continue
    }
    const { id, title, aliases, related, idea } = checked.value
    const page: Page = {
      id,
      title,
      aliases,
      related,
      idea: idea ? { id, title, ...idea } : null,
      markdown: body,
      file,
    }
    set.pages.push(page)
    set.lines.set(file, { body: bodyLine, of: checked.lineOf })
  }
  return set
}

/** The key ideas, in their order: whatever pages say they are one. */
export function ideasOf(pages: Page[]): Idea[] {
  return pages.flatMap((page) => page.idea ?? []).sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1))
}
