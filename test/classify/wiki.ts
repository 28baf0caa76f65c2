import { join } from 'node:path'
import type { Example, Idea } from '../../src/model/index.ts'
import { ideasOf, readExamples, readPages } from '../../src/wiki/index.ts'

/** The key ideas and labelled items of the committed wiki. */
export async function readWiki(): Promise<{ ideas: Idea[]; examples: Example[] }> {
  const dir = join(import.meta.dirname, '..', '..', 'wiki')
  const ideas = ideasOf((await readPages(dir)).pages)
  return { ideas, examples: (await readExamples(dir, ideas)).examples }
}
