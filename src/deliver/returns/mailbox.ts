import { createHash } from 'node:crypto'
import { lstat, mkdir, open, readdir, rename } from 'node:fs/promises'
import path from 'node:path'
import { largestMail } from './open-mail.ts'

/** One message of a mailbox. Of one that is too large, one byte more than `readReturn` takes: enough to be unreadable. */
export interface MailboxMessage {
  id: string
  raw: Uint8Array
}

/** The new messages of a Maildir, oldest name first, as they are when the reading begins. */
export interface Maildir extends AsyncIterable<MailboxMessage> {
  /**
   * Says that a message was dealt with: it moves from `new/` to `cur/` and counts as seen. Until then it is given again
   * at the next reading, so what is done with a message has to bear being done twice.
   */
  done(id: string): Promise<void>
}

const mostBytes = largestMail + 1

/**
 * A Maildir at `dir`, which must have a folder `new`. Nothing in it is ever deleted or changed. What is no plain file,
 * or was taken by somebody else meanwhile, is passed over. Rejects with a sentence when the folder can't be read.
 */
export function readMaildir(dir: string): Maildir {
  const fresh = path.join(dir, 'new')
  const seen = path.join(dir, 'cur')
  return {
    async *[Symbol.asyncIterator]() {
      for (const id of await namesIn(fresh, dir)) {
        const raw = await contentOf(path.join(fresh, id))
        if (raw) yield { id, raw }
      }
    },

    async done(id) {
      if (!/^[^./\0][^/\0]*$/.test(id)) {
        throw new Error(
          `“${id}” is no message of the Maildir ${dir}: give the id that came with the message.`,
        )
      }
      await mkdir(seen, { recursive: true })
      try {
        await rename(path.join(fresh, id), await freeName(seen, id.replace(/:2,.*$/s, '')))
      } catch (error) {
        if (!isMissing(error)) throw error
      }
    },
  }
}

async function namesIn(fresh: string, dir: string): Promise<string[]> {
  try {
    return (await readdir(fresh)).filter((name) => !name.startsWith('.')).sort()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`${dir} can't be read as a Maildir: ${why}. Name the folder that holds new, cur and tmp.`)
  }
}

async function contentOf(file: string): Promise<Uint8Array | null> {
  try {
    if (!(await lstat(file)).isFile()) return null
    const handle = await open(file, 'r')
    try {
      const size = Math.min((await handle.stat()).size, mostBytes)
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, 0)
      return buffer.subarray(0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Renaming onto a name that is taken would destroy what has it. */
async function freeName(seen: string, unique: string): Promise<string> {
  for (let copy = 0; ; copy++) {
    const file = path.join(seen, `${unique}${copy === 0 ? '' : `_${copy}`}:2,S`)
    try {
      await lstat(file)
    } catch (error) {
      if (isMissing(error)) return file
      throw error
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

const newline = 0x0a
const fromMark = Buffer.from('From ')

/**
 * The messages of an mbox, in order; `From ` lines that a body quoted with `>` are given back as they were. An id is
 * made of the message itself, so it stays the same when the file grows. Yields nothing where there is no `From ` line.
 */
export function* splitMbox(raw: Uint8Array): Generator<MailboxMessage> {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  let start = -1
  for (let line = 0; line < bytes.length; ) {
    const end = bytes.indexOf(newline, line)
    const next = end < 0 ? bytes.length : end + 1
    if (beginsMessage(bytes, line, next)) {
      if (start >= 0) yield messageOf(bytes.subarray(start, line))
      start = next
    }
    line = next
  }
  if (start >= 0) yield messageOf(bytes.subarray(start))
}

/** `From sender date`, at the top or after an empty line: prose that begins with the word has no such date. */
function beginsMessage(bytes: Buffer, line: number, next: number): boolean {
  if (next - line > 500 || !bytes.subarray(line, line + fromMark.length).equals(fromMark)) return false
  const isAfterBlank =
    line === 0 ||
    (bytes[line - 1] === newline &&
      (line === 1 ||
        bytes[line - 2] === newline ||
        (bytes[line - 2] === 0x0d && bytes[line - 3] === newline)))
  return isAfterBlank && /^From \S+ .*\d{1,2}:\d\d.*\b\d{4}\b/.test(bytes.toString('latin1', line, next))
}

/** Without the empty lines at its end, of which there is one more once another message follows. */
function messageOf(bytes: Buffer): MailboxMessage {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] === newline || bytes[end - 1] === 0x0d)) end--
  const raw = unquoted(bytes.subarray(0, Math.min(end, mostBytes)))
  return { id: createHash('sha256').update(raw).digest('hex').slice(0, 32), raw }
}

function unquoted(bytes: Buffer): Buffer {
  if (!bytes.includes('\n>')) return bytes
  return Buffer.from(bytes.toString('latin1').replace(/^>(>*From )/gm, '$1'), 'latin1')
}
