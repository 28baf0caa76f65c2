import { join } from 'node:path'
import { type Problem, readCurated } from '../lib/text/index.ts'

/**
 * Reads those files of a folder that hold a thing a line (`*.jsonl`), in the order of their names. What `parse` finds wrong,
 * and files that can't be read, are told with the name `shown` for the folder.
 */
export async function readLineFiles(
  dir: string,
  names: readonly string[],
  shown: string,
  parse: (text: string, file: string) => readonly Problem[],
): Promise<Problem[]> {
  const problems: Problem[] = []
  for (const name of names.filter((one) => one.endsWith('.jsonl')).sort()) {
    const file = join(shown, name)
    const read = await readCurated(dir, name)
    if ('wrong' in read) problems.push({ file, line: 1, field: '', message: read.wrong })
    else problems.push(...parse(read.text, file))
  }
  return problems
}
