import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Receipt } from '../model/index.ts'

/** A folder that takes messages when there is no server to send them to. */
export interface Outbox {
  /** Writes `<fileStem>.eml`. */
  writeMail(fileStem: string, bytes: Uint8Array): Promise<Receipt>
  /** Writes `<fileStem>.json`. */
  writeDiscord(fileStem: string, message: object): Promise<Receipt>
}

/**
 * An outbox in `dir`, which is made when first needed. The receipt is the file's path. A file is there whole or not at
 * all, also after a power cut; writing the same stem again replaces it, so a delivery tried twice is one file.
 */
export function createOutbox(dir: string): Outbox {
  return {
    writeMail: (fileStem, bytes) => write(dir, `${safe(fileStem)}.eml`, bytes),
    writeDiscord: (fileStem, message) =>
      write(dir, `${safe(fileStem)}.json`, `${JSON.stringify(message, null, 2)}\n`),
  }
}

async function write(dir: string, name: string, content: string | Uint8Array): Promise<Receipt> {
  const file = path.join(dir, name)
  const draft = path.join(dir, `.${randomBytes(8).toString('hex')}.tmp`)
  try {
    // Mails hold addresses, and the links by which their readers leave.
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const handle = await open(draft, 'wx', 0o600)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, file)
    await syncFolder(dir)
    return { outcome: 'sent', receipt: file }
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    const why = error instanceof Error ? error.message : String(error)
    return {
      outcome: 'deferred',
      error: `The message could not be written to ${file}: ${why}. Check DATA_DIR, its owner and its free space.`,
    }
  }
}

/** Without this the name of the file may be lost with the power. */
async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** A file name that stays in its folder. What had to change gets a hash, so that two stems never share a file. */
function safe(stem: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9@._+-]{0,119}$/.test(stem)) return stem
  const hash = createHash('sha256').update(stem).digest('hex').slice(0, 12)
  const readable = stem
    .replace(/[^A-Za-z0-9@_+-]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 100)
  return `${readable || 'message'}-${hash}`
}
