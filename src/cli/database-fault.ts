import { Failure } from './failure.ts'

/** What ails a database that can't be opened, by its code or its words, and what to do; `{at}` is where its address stands. */
const remedies: [sign: RegExp, remedy: string][] = [
  [/\bECONNREFUSED\b/, 'Nothing listens there: start PostgreSQL, or correct the host and the port in {at}.'],
  [/\bENOTFOUND\b/, 'No host of that name is known: correct it in {at}, or see to the DNS of this machine.'],
  [
    /\bEAI_AGAIN\b/,
    'The name could not be looked up: see to the DNS of this machine, or put the address of the host into {at}.',
  ],
  [
    /\b(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)\b|timeout exceeded when trying to connect/,
    'The host does not answer: see that it is up and that no firewall keeps it from this machine, or correct the host and the port in {at}.',
  ],
  [
    /\b(ECONNRESET|EPIPE)\b|Connection terminated/,
    'The connection was cut off: see that it is PostgreSQL that listens there, and what its log says, or correct the host and the port in {at}.',
  ],
  [/\bENOENT\b.*\.s\.PGSQL/, 'PostgreSQL has no socket there: start it, or correct the folder in {at}.'],
  [
    /password must be a (non-empty )?string/,
    'The server asks for a password: write it into {at}, behind the user and a colon.',
  ],
  [
    /\b28(P01|000)\b|password authentication failed|no pg_hba\.conf entry/,
    'Correct the user and the password in {at}, or let this user in from this machine at the server (pg_hba.conf).',
  ],
  [/\b3D000\b/, 'Make it with createdb, or correct the name of the database in {at}.'],
  [
    /\b42501\b/,
    'The user in {at} may not make tables there: make it the owner of the database (alter database NAME owner to USER), or take another user.',
  ],
  [
    /\b53300\b|too many connections/,
    'End some of those, or raise the limit at the server (max_connections).',
  ],
  [/\b57P03\b/, 'The server is just starting or stopping: try again in a moment.'],
  [/does not support SSL/, 'Take sslmode out of {at}, or turn TLS on at the server.'],
  [
    /Invalid URL/,
    'Write {at} as .env.example has it, with a port below 65536, and signs such as @, / and # in the password as %40, %2F and %23.',
  ],
  [
    /is not a database/,
    'It is a file of another kind, or damaged: correct the path in {at}, or restore a backup into a new file (freehold restore).',
  ],
  [/\bEISDIR\b/, 'It is a folder: name a file in {at}.'],
  [
    /\b(EACCES|EPERM|EROFS|ENOTDIR|ENOENT)\b|unable to open database file|readonly database/,
    'This user must be able to write to the file and its folder: chown them, or name another place in {at} (where that is not set, in DATA_DIR).',
  ],
]

/** The failure of a command whose database can't be opened: what is wrong, and how it is mended. */
export function notOpened(error: unknown): Failure {
  return new Failure(withRemedy((error as Error).message, error), { cause: error })
}

/**
 * What was said of a database that can't be opened, with the remedy, unless it ends with one already (with a full stop).
 * `at` is where its address stands.
 */
export function withRemedy(said: string, error?: unknown, at = 'DATABASE_URL'): string {
  if (said.endsWith('.')) return said
  const signs = [...codesOf(error), said].join(' ')
  const remedy =
    remedies.find(([sign]) => sign.test(signs))?.[1] ?? 'Look at {at}, and into the log of the database.'
  return `${said}. ${remedy.replaceAll('{at}', at)}`
}

/** The codes of an error and of what caused it. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const { code } = error as { code?: unknown }
  return [...(typeof code === 'string' ? [code] : []), ...codesOf(error.cause)]
}
