import { existsSync, statSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.ts'

const day = 86_400_000
const pattern = /^freehold-(\d{4}-\d\d-\d\dT\d{4})(?:-(\d+))?\.jsonl\.gz$/

/** Where backups go without another word. */
export function backupsDir(settings: Config): string {
  return join(settings.dataDir, 'backups')
}

/** A free name in a folder for a backup made at `now`: `freehold-2026-11-23T0905.jsonl.gz`, in UTC. */
export function freeName(folder: string, now: number): string {
  const stem = `freehold-${new Date(now).toISOString().slice(0, 16).replaceAll(':', '')}`
  for (let n = 1; ; n++) {
    const file = join(folder, `${stem}${n === 1 ? '' : `-${n}`}.jsonl.gz`)
    if (!existsSync(file)) return file
  }
}

/** The backups in a folder that bear a name of ours, newest first. A folder that is not there has none. */
export async function backupsIn(folder: string): Promise<{ file: string; at: number }[]> {
  const found = []
  for (const name of await readdir(folder).catch(() => [])) {
    const [, stamp, nth] = pattern.exec(name) ?? []
    if (!stamp) continue
    const at = Date.parse(`${stamp.slice(0, 13)}:${stamp.slice(13)}Z`)
    found.push({ file: join(folder, name), at, nth: Number(nth ?? 1) })
  }
  return found.sort((a, b) => b.at - a.at || b.nth - a.nth).map(({ file, at }) => ({ file, at }))
}

/** Deletes all but the newest `keep` backups of a folder, and what killed ones left there. Gives the names of the former. */
export async function prune(folder: string, keep: number, now: number): Promise<string[]> {
  const old = (await backupsIn(folder)).slice(keep).map(({ file }) => file)
  for (const file of old) await rm(file)
  for (const name of await readdir(folder)) {
    const file = join(folder, name)
    const half = name.endsWith('.partial') && pattern.test(name.slice(0, -'.partial'.length))
    if (half && now - statSync(file).mtimeMs > day) await rm(file, { force: true })
  }
  return old
}

/** How old the newest backup is, for doctor; null without one. Whose it is does not stand in a folder. */
export async function lastBackup(folder: string, now: number, name = folder): Promise<string | null> {
  const [last] = await backupsIn(folder)
  if (!last) return null
  const hours = Math.floor((now - last.at) / 3_600_000)
  return `the newest file in ${name} is ${hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`} old`
}
