import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Problem } from '../lib/text/index.ts'
import { directions, type Example, feedKinds } from '../model/index.ts'
import { readLineFiles } from './line-files.ts'

const text = z.string()
const exampleSchema = z.strictObject({
  id: text.min(1, 'is empty'),
  title: text,
  summary: text.optional(),
  content: text.optional(),
  url: text.optional(),
  kind: z.enum(feedKinds, `must be one of ${feedKinds.join(', ')}`).optional(),
  publishedAt: text.optional(),
  labels: z.record(text, z.enum(directions, `must be one of ${directions.join(', ')}`)),
})

/** Labelled examples with where each stands, and everything wrong with the files. */
export interface ExampleSet {
  examples: Example[]
  problems: Problem[]
}

/** Where each example stands, by its id. */
export type Places = Map<string, { file: string; line: number }>

/**
 * Reads the labelled examples of a wiki (`labels/*.jsonl` below its folder), in the order of file names and lines. An
 * unknown idea, a wrong direction, a field too many or an id used twice is a problem with file and line. `seen` is added to.
 */
export async function readExamples(
  wikiDir: string,
  ideas: { id: string }[],
  shown = wikiDir,
  seen: Places = new Map(),
): Promise<ExampleSet> {
  const dir = join(wikiDir, 'labels')
  const set: ExampleSet = { examples: [], problems: [] }
  let names: string[]
  try {
    names = await readdir(dir)
  } catch (error) {
    const message = `the folder can't be read (${(error as NodeJS.ErrnoException).code}); the classifier learns from the label files in it`
    return { ...set, problems: [{ file: join(shown, 'labels'), line: 1, field: '', message }] }
  }
  set.problems = await readLineFiles(dir, names, join(shown, 'labels'), (text, file) => {
    const { examples, problems } = parseExamples(text, file, ideas, seen)
    for (const one of examples) set.examples.push(one)
    return problems
  })
  return set
}

/**
 * Reads the examples that no classifier is trained on (`held-out.jsonl`), so that it can be measured; none where the
 * wiki has no such file.
 */
export async function readHeldOut(
  wikiDir: string,
  ideas: { id: string }[],
  shown = wikiDir,
  seen: Places = new Map(),
): Promise<ExampleSet> {
  const name = 'held-out.jsonl'
  const text = await readFile(join(wikiDir, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return ''
  })
  return parseExamples(text, join(shown, name), ideas, seen)
}

/** The same for the text of one file; `seen` maps ids to where they stand and is added to. */
export function parseExamples(
  jsonl: string,
  file: string,
  ideas: { id: string }[],
  seen: Places = new Map(),
): ExampleSet {
  const known = new Set(ideas.map((idea) => idea.id))
  const set: ExampleSet = { examples: [], problems: [] }
  for (const [i, lineText] of jsonl.split('\n').entries()) {
    if (lineText.trim() === '') continue
    const line = i + 1
    const say = (field: string, message: string) => set.problems.push({ file, line, field, message })
    let raw: unknown
    try {
      raw = JSON.parse(lineText)
    } catch (error) {
      say('', `is not JSON: ${(error as Error).message}`)
      continue
    }
    const result = exampleSchema.safeParse(raw)
    if (!result.success) {
      for (const issue of result.error.issues) say(issue.path.join('.'), issue.message)
      continue
    }
    const unknown = Object.keys(result.data.labels).filter((idea) => !known.has(idea))
    for (const idea of unknown) {
      say(`labels.${idea}`, `the wiki has no idea "${idea}"; it has ${[...known].join(', ')}`)
    }
    const first = seen.get(result.data.id)
    if (first) say('id', `"${result.data.id}" is already used at ${first.file}:${first.line}`)
    else seen.set(result.data.id, { file, line })
    if (unknown.length === 0 && !first) set.examples.push(result.data)
  }
  return set
}
