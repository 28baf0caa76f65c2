import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backupsIn, freeName, lastBackup, prune } from '../../src/cli/backup-files.ts'
import { everything, fillEveryTable, letGo, liveInstallation } from '../store/copy-filler.ts'
import { madeFile } from '../store/copy-places.ts'
import { now } from '../store/samples.ts'
import { type Checkout, copyCheckout } from './checkout.ts'
import { freehold } from './freehold.ts'

const hour = 3_600_000
let checkout: Checkout
let files = 0
const newPath = (name = 'x.db') => join(checkout.dir, `${++files}-${name}`)

beforeAll(() => {
  checkout = copyCheckout()
})
afterAll(() => checkout.remove())

/** A command in an installation with its own data. */
function run(args: string[], env: Record<string, string> = {}) {
  return freehold(checkout.dir, args, { env: { DATA_DIR: join(checkout.dir, 'data'), ...env } })
}

async function filledFile(rowsEach = 5): Promise<string> {
  const file = await madeFile(newPath())
  fillEveryTable(file, rowsEach)
  letGo(file)
  return file
}

describe('freehold db copy', () => {
  test('copies, proves it table by table, and says what to do next', async () => {
    const from = await filledFile()
    const to = newPath()
    const { code, stdout, stderr } = await run(['db', 'copy', from, `sqlite:${to}`])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(everything(to)).toEqual(everything(from))
    for (const table of Object.keys(everything(from))) {
      expect(stdout).toMatch(new RegExp(`^${table} +5  [0-9a-f]{12}  yes$`, 'm'))
    }
    expect(stdout).toMatch(/\nCopied \d+ rows of \d+ tables to sqlite:.*; both sides are equal\.\n/)
    expect(stdout).toMatch(
      /The copy is of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC; what has been written to .* since is not in it/,
    )
    expect(stdout).toContain('Now set DATABASE_URL to TO in .env')

    const again = await run(['db', 'copy', from, to])
    expect(again).toMatchObject({ code: 1, stdout: '' })
    expect(again.stderr).toMatch(/^freehold: .* is not empty; --replace would delete these rows: alert 5, /)
    const replaced = await run(['db', 'copy', from, to, '--replace', '--json'])
    expect(replaced.code).toBe(0)
    expect(JSON.parse(replaced.stdout)).toMatchObject({
      from: `sqlite:${from}`,
      to: `sqlite:${to}`,
      equal: true,
    })
    expect(everything(to)).toEqual(everything(from))
  })

  test('takes a path from where it is called, and sqlite:PATH from the checkout, as .env does', async () => {
    const here = process.cwd()
    await filledFile()
    const name = `${files}-x.db`
    process.chdir('/')
    try {
      const inEnv = await run(['db', 'copy', `sqlite:${name}`, newPath()])
      expect(inEnv).toMatchObject({ code: 0, stderr: '' })
      const path = await run(['db', 'copy', name, newPath()])
      expect(path.stderr).toContain(`There is no database at sqlite:/${name}`)
    } finally {
      process.chdir(here)
    }
  })

  test('stops before a service at work, unless --live is said', async () => {
    const from = newPath()
    await liveInstallation(from)
    const db = new DatabaseSync(from)
    db.exec(`update lease set until = ${Date.now() + hour}`)
    db.close()
    const stopped = await run(['db', 'copy', from, newPath()])
    expect(stopped).toMatchObject({ code: 1, stdout: '' })
    expect(stopped.stderr).toMatch(/at work on .* \(host:1:a\)\. Stop it first/)
    const to = newPath()
    expect(await run(['db', 'copy', from, to, '--live'])).toMatchObject({ code: 0 })
    expect(everything(to)).toEqual(everything(from))
  })

  test('never shows a password, however wrong the address is', async () => {
    const from = await filledFile(1)
    const addresses = [
      'postgres://ada:hunter2@127.0.0.1:1/freehold',
      'postgres://ada:hunter2@127.0.0.1:1/freehold?sslmode=disable',
      'postgres://127.0.0.1:1/freehold?user=ada&password=hunter2',
      'postgres://ada:hunter2/with@slash@127.0.0.1:1/freehold',
      'postgres://ada:hunter2@[::1/freehold',
      'postgress://ada:hunter2@127.0.0.1/freehold',
      'mysql://ada:hunter2@127.0.0.1/freehold',
    ]
    const asked = [
      ...addresses.map((address) => ({ address, args: [from, address] })),
      ...addresses.slice(-2).map((address) => ({ address, args: [address, from] })),
    ]
    for (const { address, args } of asked) {
      const { code, stdout, stderr } = await run(['db', 'copy', ...args, '--json'], { LOG_LEVEL: 'debug' })
      expect(code, address).toBe(address.startsWith('postgres:') ? 1 : 2)
      expect(stdout).toBe('')
      expect(stderr).toMatch(/^freehold: /)
      expect(stderr, address).not.toContain('hunter2')
    }
  })

  test.skipIf(!process.env.TEST_DATABASE_URL)('says where it went without the password', async () => {
    const url = new URL(process.env.TEST_DATABASE_URL!)
    url.password = 'hunter2'
    url.searchParams.set('options', '-c search_path=nowhere')
    const { code, stderr } = await run(['db', 'copy', await filledFile(1), url.href])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^freehold: Nothing is changed in postgres:\/\/.*:\*\*\*@/)
    expect(stderr).not.toContain('hunter2')
  })

  test('ends with 2 on wrong usage', async () => {
    expect(await run(['db', 'copy', 'only-one.db'])).toMatchObject({ code: 2, stdout: '' })
    expect(await run(['db', 'copy', '', 'two.db'])).toMatchObject({ code: 2, stdout: '' })
    expect((await run(['db', '--help'])).stdout).toContain('Usage: freehold db')
  })
})

describe('freehold backup and restore', () => {
  test('bring everything back', async () => {
    const file = await filledFile()
    const data = newPath('data')
    const env = { DATABASE_URL: `sqlite:${file}`, DATA_DIR: data }
    // Without pages nothing is learned first, which would take a minute.
    const doctor = () => run(['doctor'], { ...env, WIKI_DIR: newPath('no wiki') })
    const none = await doctor()
    expect(none.stdout).toContain('– backup      none yet; freehold backup makes one')

    const made = await run(['backup'], env)
    expect(made).toMatchObject({ code: 0, stderr: '' })
    const [name, ...others] = readdirSync(join(data, 'backups'))
    expect(others).toEqual([])
    expect(name).toMatch(/^freehold-\d{4}-\d\d-\d\dT\d{4}\.jsonl\.gz$/)
    const backup = join(data, 'backups', name!)
    expect(statSync(backup).mode & 0o777).toBe(0o600)
    expect(statSync(join(data, 'backups')).mode & 0o777).toBe(0o700)
    expect(made.stdout).toMatch(/^gap +5 {2}[0-9a-f]{12}$/m)
    expect(made.stdout).toContain(`${name}: `)
    expect(made.stdout).toContain('read again and whole.')
    expect(made.stdout).toContain('Not in it: .env, feeds/, wiki/ and templates/')
    expect(made.stdout).toContain('the secret that signs links')
    expect((await doctor()).stdout).toMatch(/✓ backup {6}the newest file in .*\sis\s0\sh\sold/)

    const refused = await run(['restore', backup], env)
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('is not empty; --replace would delete these rows')
    const fresh = newPath()
    const restored = await run(['restore', backup], { DATABASE_URL: `sqlite:${fresh}` })
    expect(restored).toMatchObject({ code: 0, stderr: '' })
    expect(restored.stdout).toMatch(
      /\nRestored \d+ rows of \d+ tables as of \d{4}-.* UTC to sqlite:.*; both sides are equal\.\n/,
    )
    expect(everything(fresh)).toEqual(everything(file))
  })

  test('say that a SECRET of .env is not in it, and which messages go out', async () => {
    const file = newPath()
    await liveInstallation(file)
    const env = { DATABASE_URL: `sqlite:${file}`, SECRET: 'hunter2-hunter2-hunter2' }
    const backup = newPath('own.gz')
    const made = await run(['backup', backup], env)
    expect(made.stdout).toContain('Not in it: .env, whose SECRET the links in mails depend on')
    expect(made.stdout + made.stderr).not.toContain('hunter2')
    expect(made.stdout).not.toContain('the secret that signs links')
    const restored = await run(['restore', backup], { DATABASE_URL: `sqlite:${newPath()}` })
    expect(restored.stdout).toContain('3 messages of digest 2.')
    const json = await run(['restore', backup, '--json'], { DATABASE_URL: `sqlite:${newPath()}` })
    expect(JSON.parse(json.stdout)).toMatchObject({
      equal: true,
      waiting: [{ post: 'digest 2', messages: 3 }],
    })
  })

  test('a damaged file is refused, and the database is as it was', async () => {
    const file = await filledFile()
    const before = everything(file)
    const backup = newPath('flipped.gz')
    const env = { DATABASE_URL: `sqlite:${file}` }
    expect((await run(['backup', backup], env)).code).toBe(0)
    const bytes = readFileSync(backup)
    bytes[bytes.length >> 1]! ^= 4
    writeFileSync(backup, bytes)
    const { code, stdout, stderr } = await run(['restore', backup, '--replace'], env)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      `freehold: ${backup} is damaged: it does not hold what was written to it. Use another backup.\n`,
    )
    expect(everything(file)).toEqual(before)
  })

  test('--keep deletes older ones of ours, and nothing else', async () => {
    const env = { DATABASE_URL: `sqlite:${await filledFile(1)}` }
    const folder = newPath('kept')
    mkdirSync(folder)
    for (const name of [
      'freehold-2026-01-01T0000.jsonl.gz',
      'freehold-2026-01-02T0000.jsonl.gz',
      'mine.jsonl.gz',
    ]) {
      writeFileSync(join(folder, name), '')
    }
    const { code, stdout } = await run(['backup', folder, '--keep', '2', '--json'], env)
    expect(code).toBe(0)
    const { file, deleted } = JSON.parse(stdout)
    expect(deleted).toEqual([join(folder, 'freehold-2026-01-01T0000.jsonl.gz')])
    expect(
      readdirSync(folder)
        .map((name) => join(folder, name))
        .toSorted(),
    ).toEqual(
      [file, join(folder, 'freehold-2026-01-02T0000.jsonl.gz'), join(folder, 'mine.jsonl.gz')].toSorted(),
    )
    const wrong = await run(['backup', newPath('a.gz'), '--keep', '2'], env)
    expect(wrong).toMatchObject({ code: 2, stdout: '' })
    expect(wrong.stderr).toBe('freehold: --keep is for backups that freehold names; give a folder.\n')
    expect((await run(['backup', '--keep', '0'], env)).code).toBe(2)
  })

  test('no backup is made of a database that is not there, and none is made for it', async () => {
    const file = newPath()
    const { code, stderr } = await run(['backup'], {
      DATABASE_URL: `sqlite:${file}`,
      DATA_DIR: newPath('none'),
    })
    expect(code).toBe(1)
    expect(stderr).toContain('There is no database at')
    expect(existsSync(file)).toBe(false)
  })
})

test('a disk that is full is said to be, and leaves nothing half done', async () => {
  const from = await filledFile(450)
  /** With files of at most 400 blocks, 200 kB, which the kernel refuses much as it does a full disk. */
  const cramped = async (...args: string[]) => {
    const child = spawn(
      'sh',
      [
        '-c',
        'ulimit -f 400; exec "$0" "$@"',
        process.execPath,
        join(checkout.dir, 'bin', 'freehold.js'),
        ...args,
      ],
      {
        env: { PATH: process.env.PATH, DATABASE_URL: `sqlite:${from}`, NODE_COMPILE_CACHE: '' },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const [code] = await once(child, 'close')
    return { code, stderr }
  }
  const to = newPath()
  const copied = await cramped('db', 'copy', from, to)
  expect(copied.code).toBe(1)
  expect(copied.stderr).toMatch(
    /^freehold: Nothing is changed in .*: (it does not take the rows of .*: )?disk I\/O error\.\n$/,
  )
  expect(everything(to)).toEqual({})

  const folder = newPath('cramped')
  mkdirSync(folder)
  const db = new DatabaseSync(from)
  for (let n = 0; n < 40; n++) {
    // What gzip can't make smaller.
    const body = randomBytes(10_000).toString('base64')
    db.prepare('insert into answer (id, body, answered_at) values (?, ?, 1)').run(`big ${n}`, body)
  }
  db.close()
  const backup = await cramped('backup', folder)
  expect(backup).toEqual({ code: 1, stderr: 'freehold: No backup is made: EFBIG: file too large, write.\n' })
  expect(readdirSync(folder)).toEqual([])
})

describe('names of backups', () => {
  const stamp = 'freehold-2026-09-21T0900'

  test('tell the minute, and never take that of another', () => {
    const folder = newPath('names')
    mkdirSync(folder)
    expect(freeName(folder, now)).toBe(join(folder, `${stamp}.jsonl.gz`))
    writeFileSync(join(folder, `${stamp}.jsonl.gz`), '')
    expect(freeName(folder, now + 59_000)).toBe(join(folder, `${stamp}-2.jsonl.gz`))
  })

  test('are read newest first; what killed ones left goes after a day', async () => {
    const folder = newPath('old')
    mkdirSync(folder)
    const make = (name: string, age: number) => {
      writeFileSync(join(folder, name), '')
      utimesSync(join(folder, name), (now - age) / 1000, (now - age) / 1000)
    }
    make(`${stamp}.jsonl.gz`, 0)
    make(`${stamp}-2.jsonl.gz`, 0)
    make(`${stamp}-10.jsonl.gz`, 0)
    make('freehold-2026-09-21T0859.jsonl.gz', 0)
    make(`${stamp}.jsonl.gz.partial`, 2 * hour)
    make('freehold-2026-09-19T0900.jsonl.gz.partial', 48 * hour)
    make('mine.partial', 48 * hour)
    const names = (await backupsIn(folder)).map(({ file }) => file.slice(folder.length + 1))
    expect(names).toEqual([
      `${stamp}-10.jsonl.gz`,
      `${stamp}-2.jsonl.gz`,
      `${stamp}.jsonl.gz`,
      'freehold-2026-09-21T0859.jsonl.gz',
    ])
    expect(await lastBackup(folder, now + 47.5 * hour)).toBe(`the newest file in ${folder} is 47 h old`)
    expect(await lastBackup(folder, now + 80 * hour)).toBe(`the newest file in ${folder} is 3 days old`)
    expect(await lastBackup(join(folder, 'nowhere'), now)).toBeNull()
    expect(await prune(folder, 1, now)).toHaveLength(3)
    expect(readdirSync(folder).toSorted()).toEqual(
      [`${stamp}-10.jsonl.gz`, `${stamp}.jsonl.gz.partial`, 'mine.partial'].toSorted(),
    )
  })
})
