import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Answers of a model, as parsed JSON, by keys of hexadecimal digits. */
export interface AnswerCache {
  /** Null when there is none. */
  get(key: string): Promise<unknown>
  set(key: string, answer: unknown): Promise<void>
}

/** Items are judged again within weeks or never. */
const keptMs = 60 * 24 * 60 * 60 * 1000

/**
 * A cache of one file per answer in `dir`, which is made when needed. Files that can't be read count as absent; those
 * older than 60 days are removed when the first answer is written.
 */
export function fileCache(dir: string, options: { now?: () => number } = {}): AnswerCache {
  const { now = Date.now } = options
  let ready: Promise<void> | undefined
  const fileOf = (key: string) => join(dir, `${key}.json`)

  return {
    async get(key) {
      try {
        return JSON.parse(await readFile(fileOf(key), 'utf8'))
      } catch {
        return null
      }
    },
    async set(key, answer) {
      ready ??= prepare(dir, now() - keptMs)
      await ready
      // The rename keeps a reader from half a file.
      const draft = `${fileOf(key)}.${randomUUID()}`
      await writeFile(draft, JSON.stringify(answer))
      await rename(draft, fileOf(key))
    },
  }
}

async function prepare(dir: string, oldest: number): Promise<void> {
  await mkdir(dir, { recursive: true })
  for (const name of await readdir(dir)) {
    const file = join(dir, name)
    // Another process may be removing the same files.
    const time = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => oldest,
    )
    if (time < oldest) await rm(file, { force: true })
  }
}
