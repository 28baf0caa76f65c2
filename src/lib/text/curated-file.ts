import { readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'

/** No file that people keep by hand is larger (bytes). */
const largest = 20 * 1024 * 1024

/**
 * Reads a text of a folder that people keep by hand. What is wrong with it comes back as words to stand behind the file's
 * name: it is not there, it is no plain file, a link leads out of the folder, or it is larger than 20 MB.
 */
export async function readCurated(dir: string, name: string): Promise<{ text: string } | { wrong: string }> {
  try {
    const [root, real] = [await realpath(dir), await realpath(join(dir, name))]
    if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) {
      return { wrong: 'is a link that leads out of its folder; put the file itself there' }
    }
    // Before it is opened: a pipe would keep us waiting.
    const there = await stat(real)
    if (!there.isFile()) return { wrong: 'is no file; take it out of the folder' }
    if (there.size > largest) return { wrong: 'is larger than 20 MB, which no curated file is; split it' }
    return { text: await readFile(real, 'utf8') }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return { wrong: `can't be read (${code}); see to its permissions, or take it out of the folder` }
  }
}
