import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Example, Idea } from '../model/index.ts'
import { type Classifier, createClassifier } from './classifier.ts'
import { type ClassifierModel, fromText, modelHash } from './model.ts'

/** Each label more makes another model of some 10 MB; the last few are enough to go back and forth between. */
const modelsKept = 8

/**
 * The classifier for these labels: read from `modelsDir` if a model of just these inputs is there, else trained and
 * kept there. A kept file that can't be read is trained anew.
 */
export async function loadClassifier(
  examples: Example[],
  ideas: Idea[],
  modelsDir: string,
): Promise<Classifier> {
  const hash = modelHash(examples, ideas)
  const file = join(modelsDir, `${hash}.json`)
  const kept = await readModel(file, hash)
  if (kept) return createClassifier(kept, ideas)
  const trained = await trainBeside(examples, ideas)
  await mkdir(modelsDir, { recursive: true })
  // Processes that start together write the same bytes; the rename keeps a reader from half a file. In containers
  // that share a folder each may be process 1, hence the random name.
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, trained)
  await rename(draft, file)
  await dropOldModels(modelsDir)
  return createClassifier(fromText(trained), ideas)
}

/** Training takes seconds, in which a service would answer nobody: it is done beside the main thread. */
function trainBeside(examples: Example[], ideas: Idea[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./train-worker.ts', import.meta.url), {
      workerData: { examples, ideas },
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
