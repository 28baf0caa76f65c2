import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createGround, type Ground } from '../../src/ask/ground.ts'
import type { AskedQuestion, Page, Passage } from '../../src/model/index.ts'
import { parseQuestions, passagesOf, readPages } from '../../src/wiki/index.ts'

const wiki = join(import.meta.dirname, '..', '..', 'wiki')

/** A question of the wiki's with the file it stands in; every file was written by another hand. */
export interface FiledQuestion extends AskedQuestion {
  file: string
}

/** The committed pages, and their questions by file. */
export async function readFiled(): Promise<{
  pages: Page[]
  passages: Passage[]
  questions: FiledQuestion[]
}> {
  const { pages } = await readPages(wiki)
  const passages = passagesOf(pages)
  const dir = join(wiki, 'questions')
  const questions = readdirSync(dir)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) =>
      parseQuestions(readFileSync(join(dir, name), 'utf8'), name, passages).questions.map((one) => ({
        ...one,
        file: name.replace('.jsonl', ''),
      })),
    )
  return { pages, passages, questions }
}

/** The ground laid without the questions of some files. */
export function groundWithout(
  { pages, passages, questions }: Awaited<ReturnType<typeof readFiled>>,
  files: readonly string[],
): Ground {
  return createGround(
    passages,
    pages,
    questions.filter(({ file }) => !files.includes(file)),
  )
}
