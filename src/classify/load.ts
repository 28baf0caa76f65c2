import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Example, Idea } from '../model/index.ts'
import { type Classifier, createClassifier } from './classifier.ts'
import { type ClassifierModel, fromText, joinParts, modelHash } from './model.ts'
import type { Lesson, Part } from './train-worker.ts'

/** Each label more makes another model of some 10 MB; the last few are enough to go back and forth between. */
const modelsKept = 8

/** So many more labels, as a share of those on file, leave the calibration as it was. */
const fewMore = 0.1

/**
 * The classifier for these labels: read from `modelsDir` if a model of just these inputs is there, else trained and
 * kept there. A kept file that can't be read is trained anew. Labels that were `taught` since are learned from too; while
 * they are few, the calibration stays that of the examples alone, so that a label more costs a fraction of the time.
 */
export async function loadClassifier(
  examples: Example[],
  ideas: Idea[],
  modelsDir: string,
  taught: Example[] = [],
): Promise<Classifier> {
  const all = [...examples, ...taught]
  if (taught.length === 0 || taught.length > fewMore * examples.length) {
    return createClassifier(await keptOrTrained({ examples: all, ideas }, modelsDir), ideas)
  }
  const base = await keptOrTrained({ examples, ideas }, modelsDir)
  const calibration = { by: base.hash, ideas: base.ideas.map(({ model: _, ...one }) => one) }
  return createClassifier(await keptOrTrained({ examples: all, ideas, calibration }, modelsDir), ideas)
}

async function keptOrTrained(lesson: Lesson, modelsDir: string): Promise<ClassifierModel> {
  const hash = modelHash(lesson.examples, lesson.ideas, lesson.calibration?.by)
  const file = join(modelsDir, `${hash}.json`)
  const kept = await readModel(file, hash)
  if (kept) {
    // The oldest are dropped: one that is in use must not look old.
    const now = new Date()
    // It may be another user's, or gone meanwhile; it has been read, and that is enough.
    await utimes(file, now, now).catch(() => undefined)
    return kept
  }
  const trained = await trainBeside(lesson)
  await mkdir(modelsDir, { recursive: true })
  // Processes that start together write the same bytes; the rename keeps a reader from half a file. In containers
  // that share a folder each may be process 1, hence the random name.
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, trained)
  await rename(draft, file)
  await dropOldModels(modelsDir)
  return fromText(trained)
}

/** Training takes seconds, in which a service would answer nobody: it is done beside the main thread. */
async function trainBeside(lesson: Lesson): Promise<string> {
  return joinParts(...(await Promise.all([learn(lesson, 'ideas'), learn(lesson, 'directions')])))
}

function learn(lesson: Lesson, part: Part): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./train-worker.ts', import.meta.url), {
      workerData: { lesson, part },
      execArgv: [],
    })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

async function readModel(file: string, hash: string): Promise<ClassifierModel | null> {
  try {
    const model = fromText(await readFile(file, 'utf8'))
    return model.hash === hash ? model : null
  } catch {
    return null
  }
}

async function dropOldModels(dir: string): Promise<void> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.json'))
  if (names.length <= modelsKept) return
  const models = await Promise.all(
    names.map(async (name) => {
      const file = join(dir, name)
      // Another process may drop it at the same time.
      return {
        file,
        age: await stat(file).then(
          ({ mtimeMs }) => -mtimeMs,
          () => 0,
        ),
      }
    }),
  )
  models.sort((a, b) => a.age - b.age || (a.file < b.file ? -1 : 1))
  for (const { file } of models.slice(modelsKept)) await rm(file, { force: true })
}
