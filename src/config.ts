import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { cadenceFault } from './lib/schedule/index.ts'
import { type MailLimits, mailLimitsFault, readMailLimits } from './model/index.ts'

/** One setting: the row of a table that feeds the reader, `.env.example` and the tests. */
interface Setting {
  name: string
  /** As it would stand in `.env`; null when there is none. */
  default: string | null
  help: string
  /** A sentence when the value is wrong. */
  fault?: (value: string) => string | null
  /** Must not show in logs or `doctor`. */
  secret?: boolean
}

const url = (protocols: string[], example: string) => (value: string) =>
  protocols.includes(URL.parse(value)?.protocol ?? '') ? null : `must be a URL such as ${example}.`
const oneOf =
  (...allowed: string[]) =>
  (value: string) =>
    allowed.includes(value) ? null : `must be ${allowed.join(' or ')}.`
const cron = (value: string) => cadenceFault({ expression: value, zone: 'UTC' })

/** Every setting, in the order of `.env.example`. */
export const settings: Setting[] = [
  {
    name: 'DATABASE_URL',
    default: null,
    help: 'sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME. Without it: freehold.db in DATA_DIR.',
    secret: true,
    fault: (value) =>
      /^(sqlite:.|postgres(ql)?:\/\/)/.test(value)
        ? null
        : 'must be sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME.',
  },
  { name: 'FEEDS_DIR', default: 'feeds', help: 'Folder of the curated feed lists.' },
  { name: 'WIKI_DIR', default: 'wiki', help: 'Folder of the concept pages and labels.' },
  { name: 'TEMPLATES_DIR', default: 'templates', help: 'Folder of the templates.' },
  { name: 'DATA_DIR', default: 'data', help: 'Folder for state: database, models, outbox.' },
  { name: 'HOST', default: '127.0.0.1', help: 'Address the web pages are served on; 0.0.0.0 for all.' },
  {
    name: 'PORT',
    default: '8080',
    help: 'Port of the web pages; 0 takes a free one.',
    fault: (value) => (/^\d+$/.test(value) && Number(value) < 65_536 ? null : 'must be a port, 0 to 65535.'),
  },
  {
    name: 'PUBLIC_URL',
    default: 'http://localhost:8080',
    help: 'Where readers reach the web pages; links in mails and posts begin with it.',
    fault: url(['http:', 'https:'], 'https://freehold.example.org'),
  },
  {
    name: 'SMTP_URL',
    default: null,
    help: 'smtp://USER:PASSWORD@HOST:587 or smtps://HOST:465. Without it mails are written to DATA_DIR/outbox.',
    secret: true,
    fault: url(['smtp:', 'smtps:'], 'smtp://user:password@mail.example.org:587'),
  },
  {
    name: 'MAIL_FROM',
    default: null,
    help: 'Sender of the digest: Freehold <digest@example.org>. Needed with SMTP_URL.',
    fault: (value) =>
      addressOf(value) ? null : 'must hold an e-mail address, as in Freehold <digest@example.org>.',
  },
  {
    name: 'DISCORD_TOKEN',
    default: null,
    help: "The bot's token. Without it posts are written to DATA_DIR/outbox.",
    secret: true,
  },
  {
    name: 'DISCORD_API_URL',
    default: null,
    help: "Base of Discord's API without a version, for tests; Discord's own without it.",
    fault: url(['http:', 'https:'], 'https://discord.com/api'),
  },
  {
    name: 'DISCORD_CHANNEL',
    default: null,
    help: 'Id of a channel that gets every digest.',
    fault: (value) =>
      /^\d{5,25}$/.test(value) ? null : 'must be a channel id, a long number (right click, Copy ID).',
  },
  {
    name: 'LLM_BASE_URL',
    default: null,
    help: 'A server with the OpenAI-compatible API, such as http://localhost:11434/v1 for Ollama. Never needed.',
    fault: (value) =>
      url(['http:', 'https:'], 'http://localhost:11434/v1')(value) ??
      (URL.parse(value)?.username || URL.parse(value)?.password
        ? 'must hold no user name or password; LLM_API_KEY is for the key.'
        : null),
  },
  {
    name: 'LLM_MODEL',
    default: null,
    help: 'Name of the model on that server, such as qwen3:8b. Needed with LLM_BASE_URL.',
  },
  {
    name: 'LLM_API_KEY',
    default: null,
    help: "That server's key, if it wants one.",
    secret: true,
    fault: (value) =>
      /^[\x21-\x7e]+$/.test(value) ? null : 'must be a key as the server gave it: no blanks, no accents.',
  },
  {
    name: 'SCHEDULE_INGEST',
    default: '*/15 * * * *',
    help: 'When to look which feeds are due (cron).',
    fault: cron,
  },
  {
    name: 'SCHEDULE_DIGEST',
    default: '0 9 * * MON',
    help: 'When the digest is made and sent (cron).',
    fault: cron,
  },
  {
    name: 'TIMEZONE',
    default: 'UTC',
    help: 'Time zone of the schedules, such as Europe/Berlin.',
    fault: (value) => cadenceFault({ expression: '0 0 * * *', zone: value }),
  },
  {
    name: 'ALLOW_PRIVATE_NETWORK',
    default: 'false',
    help: 'true lets feeds be fetched from private and loopback addresses and from any port (intranets, tests).',
    fault: oneOf('true', 'false'),
  },
  {
    name: 'SECRET',
    default: null,
    help: 'Signs links and hashes; made once and kept in the database when not set.',
    secret: true,
    fault: (value) => (value.length >= 16 ? null : 'must have at least 16 characters.'),
  },
  {
    name: 'EDITORS',
    default: null,
    help: 'Who sees a preview before it is sent: addresses or a channel id, separated by commas.',
    fault: peopleFault,
  },
  {
    name: 'DIGEST_APPROVAL',
    default: '0h',
    help: 'How long a digest waits for a word from an editor, such as 6h.',
    fault: (value) => (/^\d{1,4}[mh]$/.test(value) ? null : 'must be a time such as 30m or 6h.'),
  },
  {
    name: 'DKIM_KEY',
    default: null,
    help: 'Path of the private key (PEM, RSA) that signs mails. Leave it out where the mail server signs. Needs DKIM_SELECTOR.',
  },
  {
    name: 'DKIM_SELECTOR',
    default: null,
    help: 'Its selector: DNS has the key at SELECTOR._domainkey.DOMAIN.',
  },
  {
    name: 'BOUNCE_DOMAIN',
    default: null,
    help: 'Domain whose mail all comes to freehold bounces: each message gets a bounce address of its own there.',
    fault: (value) =>
      /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(value) ? null : 'must be a domain such as bounce.example.org.',
  },
  { name: 'POSTAL_ADDRESS', default: null, help: 'Postal address for the footer of mails.' },
  {
    name: 'BOUNCE_MAILDIR',
    default: null,
    help: 'Maildir that bounces and complaints arrive in; the service reads it each minute. See freehold bounces.',
  },
  {
    name: 'MAIL_LIMITS',
    default: null,
    help: 'The most mails in a second, an hour, and a minute for each domain, such as 20/s, 5000/h, 60/m per domain.',
    fault: mailLimitsFault,
  },
  {
    name: 'MAIL_FROM_SERVICE',
    default: null,
    help: 'Sender of confirmations, best another address than MAIL_FROM, which stands in where it is not set.',
    fault: (value) =>
      addressOf(value) ? null : 'must hold an e-mail address, as in Freehold <hello@example.org>.',
  },
  {
    name: 'MAINTAINER_ROLE',
    default: null,
    help: 'Id of the Discord role whose label corrections count.',
    fault: (value) =>
      /^\d{5,25}$/.test(value) ? null : 'must be a role id, a long number (right click, Copy Role ID).',
  },
  {
    name: 'MAINTAINERS',
    default: null,
    help: 'Who gets the weekly note on the feeds: addresses or a channel id, separated by commas. EDITORS without it.',
    fault: peopleFault,
  },
  {
    name: 'LOG_LEVEL',
    default: 'info',
    help: 'trace, debug, info, warn, error or silent.',
    fault: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
  },
]

/** Stands in where MAIL_FROM is not set: mails then only go to the outbox. */
export const noSender = 'Freehold <freehold@localhost>'

/** What the program runs with. Paths are absolute, URLs have no slash at the end. */
export interface Config {
  root: string
  databaseUrl: string
  feedsDir: string
  wikiDir: string
  templatesDir: string
  dataDir: string
  host: string
  port: number
  publicUrl: string
  smtpUrl: string | null
  mailFrom: string
  mailFromService: string | null
  /** Absolute path; with it comes `dkimSelector`. */
  dkimKey: string | null
  dkimSelector: string | null
  bounceDomain: string | null
  bounceMaildir: string | null
  /** Addresses and channel ids. */
  editors: string[]
  /** The same; empty for the editors. */
  maintainers: string[]
  approvalMs: number
  mailLimits: MailLimits
  discordToken: string | null
  discordApiUrl: string | null
  discordChannel: string | null
  maintainerRole: string | null
  /** With it comes `llmModel`. */
  llmBaseUrl: string | null
  llmModel: string | null
  llmApiKey: string | null
  scheduleIngest: string
  scheduleDigest: string
  timezone: string
  allowPrivateNetwork: boolean
  secret: string | null
  postalAddress: string | null
  logLevel: string
  /** Sentences that an operator should know before starting what they are about: the sending of mails, the use of the LLM. */
  warnings: { about: 'mail' | 'llm'; sentence: string }[]
}

/** Wrong configuration; the message lists every fault. The command ends with exit code 2. */
export class ConfigError extends Error {}

/**
 * Reads the settings: `env` goes before `.env` in `root` (when `useEnvFile`). Throws ConfigError naming each unknown or
 * wrong variable.
 */
export function readConfig(options: {
  root: string
  env: Record<string, string | undefined>
  useEnvFile?: boolean
}): Config {
  const faults: string[] = []
  const warnings: Config['warnings'] = []
  const file = options.useEnvFile ? readEnvFile(join(options.root, '.env')) : {}
  const known = new Map(settings.map((setting) => [setting.name, setting]))
  for (const name of Object.keys(file)) {
    if (known.has(name)) continue
    // A key of several lines without quotes is read as names, and must not be told.
    faults.push(
      /^(?:[A-Z][A-Z\d_]*|[a-z][a-z\d_]*)$/.test(name) && name.length <= 40
        ? `.env: ${name} is no setting; .env.example lists them all.`
        : '.env: a line begins with no name of a setting. A value of several lines needs quotes; of a key file only the path is given.',
    )
  }

  const given = (name: string): string | null => options.env[name]?.trim() || file[name]?.trim() || null
  for (const { name, fault } of settings) {
    const value = given(name)
    if (value === null) continue
    const wrong = fault?.(value)
    if (wrong) faults.push(`${name} ${wrong}`)
  }
  const read = (name: string): string | null => given(name) ?? known.get(name)?.default ?? null
  const need = (name: string): string => read(name) ?? ''
  const path = (value: string) => (isAbsolute(value) ? value : resolve(options.root, value))

  const smtpUrl = read('SMTP_URL')
  if (smtpUrl && !given('MAIL_FROM')) {
    faults.push(
      'MAIL_FROM is needed with SMTP_URL: set it to the sender, as in Freehold <digest@example.org>.',
    )
  }
  const llmBaseUrl = read('LLM_BASE_URL')
  if (llmBaseUrl && !given('LLM_MODEL') && !faults.some((fault) => fault.startsWith('LLM_BASE_URL '))) {
    faults.push('LLM_MODEL is needed with LLM_BASE_URL: set it to a model on that server, as in qwen3:8b.')
  }
  if (given('DKIM_KEY') && !given('DKIM_SELECTOR')) {
    faults.push(
      'DKIM_SELECTOR is needed with DKIM_KEY: set it to the name under which DNS has the public key.',
    )
  }
  if (faults.length) throw new ConfigError(faults.join('\n'))
  const publicUrl = need('PUBLIC_URL').replace(/\/+$/, '')
  if (smtpUrl && !publicUrl.startsWith('https:')) {
    const sentence = `Mails will be sent with links to ${publicUrl}, which is not https: mail providers distrust that. Set PUBLIC_URL.`
    warnings.push({ about: 'mail', sentence })
  }
  for (const name of llmBaseUrl ? [] : ['LLM_MODEL', 'LLM_API_KEY']) {
    const sentence = `${name} is set and has no effect without LLM_BASE_URL.`
    if (given(name)) warnings.push({ about: 'llm', sentence })
  }
  const dataDir = path(need('DATA_DIR'))
  const databaseUrl = read('DATABASE_URL') ?? `sqlite:${join(dataDir, 'freehold.db')}`
  return {
    root: options.root,
    databaseUrl: databaseUrl.startsWith('sqlite:') ? `sqlite:${path(databaseUrl.slice(7))}` : databaseUrl,
    feedsDir: path(need('FEEDS_DIR')),
    wikiDir: path(need('WIKI_DIR')),
    templatesDir: path(need('TEMPLATES_DIR')),
    dataDir,
    host: need('HOST'),
    port: Number(need('PORT')),
    publicUrl,
    smtpUrl,
    mailFrom: read('MAIL_FROM') ?? noSender,
    mailFromService: read('MAIL_FROM_SERVICE'),
    dkimKey: given('DKIM_KEY') ? path(need('DKIM_KEY')) : null,
    dkimSelector: read('DKIM_SELECTOR'),
    bounceDomain: read('BOUNCE_DOMAIN')?.toLowerCase() ?? null,
    bounceMaildir: given('BOUNCE_MAILDIR') ? path(need('BOUNCE_MAILDIR')) : null,
    editors: listed(read('EDITORS') ?? ''),
    maintainers: listed(read('MAINTAINERS') ?? ''),
    approvalMs: durationOf(need('DIGEST_APPROVAL')),
    mailLimits: readMailLimits(read('MAIL_LIMITS') ?? ''),
    discordToken: read('DISCORD_TOKEN'),
    discordApiUrl: read('DISCORD_API_URL')?.replace(/\/+$/, '') ?? null,
    discordChannel: read('DISCORD_CHANNEL'),
    maintainerRole: read('MAINTAINER_ROLE'),
    llmBaseUrl: llmBaseUrl?.replace(/\/+$/, '') ?? null,
    llmModel: read('LLM_MODEL'),
    llmApiKey: read('LLM_API_KEY'),
    scheduleIngest: need('SCHEDULE_INGEST'),
    scheduleDigest: need('SCHEDULE_DIGEST'),
    timezone: need('TIMEZONE'),
    allowPrivateNetwork: need('ALLOW_PRIVATE_NETWORK') === 'true',
    secret: read('SECRET'),
    postalAddress: read('POSTAL_ADDRESS'),
    logLevel: need('LOG_LEVEL'),
    warnings,
  }
}

/** The text of `.env.example`: every setting with its default, commented out. */
export function envExample(): string {
  const head = '# Settings of Freehold. Copy to .env and fill in what you need; every line is optional.\n'
  const body = settings.map(({ name, default: value, help }) => `# ${help}\n# ${name}=${value ?? ''}\n`)
  return [head, ...body].join('\n')
}

/** A sentence when a list names anything but addresses and channels. */
function peopleFault(value: string): string | null {
  return listed(value).every((one) => addressOf(one) === one || /^\d{15,21}$/.test(one))
    ? null
    : 'must be e-mail addresses or ids of Discord channels, separated by commas.'
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
}

/** `30m` or `6h` in ms. */
function durationOf(text: string): number {
  return Number(text.slice(0, -1)) * (text.endsWith('h') ? 3_600_000 : 60_000)
}

/** The bare address in `Name <address>`; null when there is none. */
export function addressOf(mailbox: string): string | null {
  const inner = /<([^<>]+)>\s*$/.exec(mailbox)?.[1] ?? mailbox
  return /^[^\s@<>]+@[^\s@<>]+$/.test(inner.trim()) ? inner.trim() : null
}

function readEnvFile(path: string): Record<string, string | undefined> {
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {}
}
