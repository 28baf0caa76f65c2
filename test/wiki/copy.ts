import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Problem, problemLine } from '../../src/lib/text/index.ts'
import { checkPages, readExamples, readPages } from '../../src/wiki/index.ts'

export const committed = join(import.meta.dirname, '..', '..', 'wiki')

/** A copy of the committed wiki that a test may spoil; gone when the test ends. */
export async function copyOfWiki() {
  const dir = await mkdtemp(join(tmpdir(), 'freehold-wiki-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await cp(committed, dir, { recursive: true })
  return {
    dir,
    write: (name: string, text: string) => writeFile(join(dir, name), text),
    remove: (name: string) => rm(join(dir, name), { recursive: true }),
    /** Replaces the one place of a file where `old` stands, and returns the line it begins on. */
    async replace(name: string, old: string, by: string): Promise<number> {
      const text = await readFile(join(dir, name), 'utf8')
      const parts = text.split(old)
      if (parts.length !== 2) throw new Error(`${name} holds ${parts.length - 1} times ${old}`)
      await writeFile(join(dir, name), parts.join(by))
      return parts[0]!.split('\n').length
    },
    pages: () => readPages(dir, 'wiki'),
    async faults(): Promise<string[]> {
      return lines(checkPages(await readPages(dir, 'wiki')))
    },
    async labelFaults(): Promise<string[]> {
      const { pages } = await readPages(dir, 'wiki')
      return lines(
        (
          await readExamples(
            dir,
            pages.flatMap((page) => page.idea ?? []),
            'wiki',
          )
        ).problems,
      )
    },
  }
}

function lines(problems: Problem[]): string[] {
  return problems.map(problemLine)
}

/** A page's file: front matter lines, then the body. */
export function pageFile(fields: string[], body = 'Some words.\n'): string {
  return ['---', ...fields, '---', body].join('\n')
}
