import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A small disk of its own, in memory. */
export interface Disk {
  /** Fills it to the last byte. */
  fill(): void
  makeRoom(): void
  remove(): void
}

/** Puts a disk of so many MiB at `dir`; null where that is not allowed, as it needs root and a kernel that lets it. */
export function mountDisk(dir: string, mebibytes: number): Disk | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'none', dir], { stdio: 'ignore' })
  } catch {
    return null
  }
  const filler = join(dir, 'filler')
  return {
    fill() {
      const fd = openSync(filler, 'w')
      // The last writes are small, or a gap would be left in which there is still room for a page of the database.
      for (const size of [1 << 20, 1 << 12, 1]) {
        const bytes = Buffer.alloc(size)
        try {
          for (;;) writeSync(fd, bytes)
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        }
      }
      closeSync(fd)
    },
    makeRoom: () => rmSync(filler, { force: true }),
    remove: () => void execFileSync('umount', [dir]),
  }
}

/** Whether this process may mount a disk. */
export function mayMount(): boolean {
  const dir = mkdtempSync(join(tmpdir(), 'freehold-mount-'))
  const disk = mountDisk(dir, 1)
  disk?.remove()
  rmdirSync(dir)
  return disk !== null
}
