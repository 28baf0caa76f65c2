import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Problem } from '../lib/text/index.ts'
import type { AskedQuestion, Passage } from '../model/index.ts'
import { readLineFiles } from './line-files.ts'

const words = z.string().trim().min(1, 'is empty')
const lineSchema = z.union([
  z.strictObject({
    question: words,
    page: words,
    section: z.string(),
    key: z.array(words).min(1, 'is empty'),
  }),
  z.strictObject({ question: words, page: z.null(), why: words }),
])

/** Questions with where they are answered, and everything wrong with their files. */
export interface QuestionSet {
  questions: AskedQuestion[]
  problems: Problem[]
}

/** Where each question stands, by its words. */
export type QuestionPlaces = Map<string, { file: string; line: number }>

/**
 * Reads the questions of a wiki (`questions/*.jsonl` below its folder) in the order of file names and lines; none where the
 * wiki has no such folder. A page or section that does not exist, a key that does not stand there verbatim or a question
 * asked twice is a problem with file and line. `passages` are the wiki's, from `passagesOf`.
 */
export async function readQuestions(
  wikiDir: string,
  passages: readonly Passage[],
  shown = wikiDir,
): Promise<QuestionSet> {
  const dir = join(wikiDir, 'questions')
  const set: QuestionSet = { questions: [], problems: [] }
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return []
  })
  const seen: QuestionPlaces = new Map()
  set.problems = await readLineFiles(dir, names, join(shown, 'questions'), (text, file) => {
    const { questions, problems } = parseQuestions(text, file, passages, seen)
    for (const one of questions) set.questions.push(one)
    return problems
  })
  return set
}

/** The same for the text of one file; `seen` is added to. */
export function parseQuestions(
  jsonl: string,
  file: string,
  passages: readonly Passage[],
  seen: QuestionPlaces = new Map(),
): QuestionSet {
  const set: QuestionSet = { questions: [], problems: [] }
  for (const [i, lineText] of jsonl.split('\n').entries()) {
    if (lineText.trim() === '') continue
    const line = i + 1
    const faults: Omit<Problem, 'file' | 'line'>[] = []
    const read = readLine(lineText)
    if ('faults' in read) faults.push(...read.faults)
    else {
      const { asked } = read
      const first = seen.get(sameWords(asked.question))
      if (first) {
        faults.push({ field: 'question', message: `is already asked at ${first.file}:${first.line}` })
      } else seen.set(sameWords(asked.question), { file, line })
      faults.push(...placeFaults(asked, passages))
      if (faults.length === 0) set.questions.push(asked)
    }
    set.problems.push(...faults.map((fault) => ({ file, line, ...fault })))
  }
  return set
}

function readLine(text: string): { asked: AskedQuestion } | { faults: Omit<Problem, 'file' | 'line'>[] } {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch (error) {
    return { faults: [{ field: '', message: `is not JSON: ${(error as Error).message}` }] }
  }
  const read = lineSchema.safeParse(raw)
  if (!read.success) {
    const message =
      'must have question, page, section and key, or question, "page": null and why, and nothing else'
    return { faults: [{ field: '', message }] }
  }
  const { question, page } = read.data
  return {
    asked:
      page === null
        ? { question, page, section: '', key: [] }
        : { question, page, section: read.data.section, key: read.data.key },
  }
}

function placeFaults(
  { page, section, key }: AskedQuestion,
  passages: readonly Passage[],
): { field: string; message: string }[] {
  if (page === null) return []
  const onPage = passages.filter((one) => one.page === page)
  if (onPage.length === 0) return [{ field: 'page', message: `the wiki has no page "${page}"` }]
  const here = onPage.filter((one) => one.section === section)
  if (here.length === 0) {
    const sections = [...new Set(onPage.map((one) => `"${one.section}"`))].join(', ')
    return [
      { field: 'section', message: `the page "${page}" has no heading "${section}"; it has ${sections}` },
    ]
  }
  return key.flatMap((one) =>
    here.some(({ text }) => text.includes(one))
      ? []
      : [
          {
            field: 'key',
            message: `"${one}" does not stand in that section; give words of it as a reader sees them`,
          },
        ],
  )
}

/** The words of a question without their case and signs. */
function sameWords(question: string): string {
  return (
    question
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu)
      ?.join(' ') ?? question.trim()
  )
}
