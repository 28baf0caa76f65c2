import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../src/cli/wiring.ts'
import { readConfig } from '../../src/config.ts'
import { freehold } from '../service/freehold.ts'

const password = 'hunter2-hunter2'
const intro = 'The database at DATABASE_URL could not be opened: '

/** What is said when the database at an address is opened. */
function said(databaseUrl: string): Promise<string> {
  const settings = readConfig({ root: tmpdir(), env: { DATABASE_URL: databaseUrl } })
  return openDatabase(settings).then(
    () => 'it was opened',
    (error: Error) => error.message,
  )
}

/** A server that answers whoever wants in as PostgreSQL refuses: an ErrorResponse, and the end. Gives its port. */
async function startRefusing(code: string, message: string): Promise<number> {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`)
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(fields.length + 4, 1)
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(Buffer.concat([head, fields])))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

test.each([
  ['28P01', 'password authentication failed for user "ada"', 'Correct the user and the password in DATABASE_URL'],
  ['28P01', 'Passwort-Authentifizierung für Benutzer »ada« fehlgeschlagen', 'Correct the user and the password in DATABASE_URL'],
  ['28000', 'role "ada" does not exist', 'Correct the user and the password in DATABASE_URL'],
  ['3D000', 'database "freehold" does not exist', 'Make it with createdb, or correct the name of the database in DATABASE_URL.'],
  ['42501', 'permission denied for schema public', 'make it the owner of the database'],
  ['53300', 'sorry, too many clients already', 'raise the limit at the server (max_connections).'],
  ['57P03', 'the database system is starting up', 'try again in a moment.'],
  ['XX000', 'something unheard of', 'Look at DATABASE_URL, and into the log of the database.'],
])('PostgreSQL that refuses with %s %s: what is wrong, and how it is mended', async (code, message, remedy) => {
  const port = await startRefusing(code, message)
  const told = await said(`postgres://ada:${password}@127.0.0.1:${port}/freehold`)
  expect(told.startsWith(`${intro}${message}. `), told).toBe(true)
  expect(told).toContain(remedy)
  expect(told).not.toContain(password)
}) // biome-ignore format: a table

test('a host that nobody knows, and an address that is none', async () => {
  // No name has an empty part, so that no DNS server is asked.
  expect(await said(`postgres://ada:${password}@no..where/freehold`)).toBe(
    `${intro}getaddrinfo ENOTFOUND no..where. No host of that name is known: correct it in DATABASE_URL, or see to the DNS of this machine.`,
  )
  expect(await said(`postgres://ada:${password}@127.0.0.1:99999/freehold`)).toBe(
    `${intro}Invalid URL. Write DATABASE_URL as .env.example has it, with a port below 65536, and signs such as @, / and # in the password as %40, %2F and %23.`,
  )
})

test('a server that hangs up', async () => {
  const server = createServer((socket) => void socket.destroy())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  expect(await said(`postgres://ada:${password}@127.0.0.1:${port}/freehold`)).toContain(
    'see that it is PostgreSQL that listens there',
  )
})

test('a file that is no database, or a folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'freehold-fault-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'notes.txt')
  writeFileSync(file, 'Notes of a gardener, and not a database at all.\n'.repeat(100))
  expect(await said(`sqlite:${file}`)).toBe(
    `${intro}file is not a database. It is a file of another kind, or damaged: correct the path in DATABASE_URL, or restore a backup into a new file (freehold restore).`,
  )
  expect(await said(`sqlite:${folder}`)).toMatch(/EISDIR.* It is a folder: name a file in DATABASE_URL\.$/)
})

test.each(
  [
    'items',
    'jobs list',
    'subscribers add ada@example.org',
    'label',
    'feeds health',
    'digest list',
    'ingest',
    'backup',
    'start',
  ].map((line) => [line]),
)('freehold %s at a PostgreSQL that is not there ends with 1 and a sentence', async (line) => {
  // A port that is never listened on; with LOG_LEVEL=debug faults of ours come with a stack.
  const DATABASE_URL = `postgres://ada:${password}@127.0.0.1:1/freehold`
  const { code, stdout, stderr } = await freehold(join(import.meta.dirname, '..', '..'), line.split(' '), {
    env: { DATABASE_URL, LOG_LEVEL: 'debug', PORT: '0' },
  })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  const lines = stderr.trimEnd().split('\n')
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(
    /^freehold: .* could not be opened: connect ECONNREFUSED 127\.0\.0\.1:1\. Nothing listens there: start PostgreSQL, or correct the host and the port in DATABASE_URL\.$/,
  )
  expect(stderr).not.toContain(password)
})
