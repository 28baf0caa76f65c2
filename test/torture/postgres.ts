import { execFile } from 'node:child_process'
import { chownSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../mail/sink.ts'

const run = promisify(execFile)

/** The folder of PostgreSQL's programs, the newest; undefined where it is not installed. */
export const programs = globSync('/usr/lib/postgresql/*/bin/initdb').sort().at(-1)?.replace('/initdb', '')

/** A PostgreSQL of a run's own, that can be taken away and given back. */
export interface Postgres {
  url: string
  /** It is gone at once, as when its machine loses power. */
  takeAway(): Promise<void>
  giveBack(): Promise<void>
  remove(): Promise<void>
}

/** Makes a cluster in a temporary folder and starts it on a free port. */
export async function startPostgres(): Promise<Postgres> {
  const dir = mkdtempSync(join(tmpdir(), 'freehold-torture-pg-'))
  const isRoot = userInfo().uid === 0
  // It refuses to run as root, so it runs as the user that its package made.
  const as = (program: string, args: string[]) =>
    isRoot
      ? run('runuser', ['-u', 'postgres', '--', join(programs!, program), ...args], { cwd: '/' })
      : run(join(programs!, program), args)
  if (isRoot) {
    const { stdout } = await run('id', ['-u', 'postgres'])
    chownSync(dir, Number(stdout), 0)
  }
  const data = join(dir, 'data')
  const port = await freePort()
  await as('initdb', ['-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync'])
  const options = `-p ${port} -k ${dir} -c listen_addresses=127.0.0.1 -c fsync=off`
  const giveBack = async () =>
    void (await as('pg_ctl', ['-D', data, '-w', '-l', join(dir, 'log'), '-o', options, 'start']))
  const takeAway = async () => void (await as('pg_ctl', ['-D', data, '-m', 'immediate', 'stop']))
  await giveBack()
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    takeAway,
    giveBack,
    async remove() {
      await takeAway().catch(() => undefined)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
