import { execFile } from 'node:child_process'
import { isDeepStrictEqual, promisify } from 'node:util'
import { type FeedFile, feedListsIn } from '../feeds/index.ts'
import { Failure } from './failure.ts'

const run = promisify(execFile)

/** The ids of the entries that differ from what a commit holds, or are new since. Throws a Failure. */
export async function changedSince(dir: string, files: FeedFile[], ref: string): Promise<Set<string>> {
  const git = async (...args: string[]) => {
    const { stdout } = await run('git', ['-C', dir, ...args], { maxBuffer: 64 * 1024 * 1024 })
    return stdout
  }
  try {
    // A name that begins with a hyphen would be taken for an option.
    const commit = (await git('rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`)).trim()
    const names = (await git('ls-tree', '--name-only', '-z', commit, './')).split('\0')
    const lists = names.filter((name) => /^[^./][^/]*\.ya?ml$/.test(name))
    const texts = await Promise.all(
      lists.map(async (name) => ({ name, text: await git('show', `${commit}:./${name}`) })),
    )
    const before = new Map(
      feedListsIn(texts, dir, dir).files.flatMap(({ entries }) => entries.map((entry) => [entry.id, entry])),
    )
    const now = files.flatMap(({ entries }) => entries)
    return new Set(now.filter((entry) => !isDeepStrictEqual(before.get(entry.id), entry)).map(({ id }) => id))
  } catch (error) {
    const { stderr, code } = error as { stderr?: string; code?: unknown }
    const why = code === 'ENOENT' ? 'git is not installed' : (stderr?.trim().split('\n')[0] ?? String(error))
    throw new Failure(
      `What has changed since ${ref} can't be told: ${why.replace(/\.$/, '')}. Name a commit that git knows in ${dir}, such as origin/main.`,
    )
  }
}
