import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { addressOf, ConfigError, envExample, readConfig, settings } from '../../src/config.ts'

const checkout = join(import.meta.dirname, '..', '..')

/** The variables of the contract; each must stay a setting. */
const promised = [
  'DATABASE_URL',
  'FEEDS_DIR',
  'WIKI_DIR',
  'TEMPLATES_DIR',
  'DATA_DIR',
  'HOST',
  'PORT',
  'PUBLIC_URL',
  'SMTP_URL',
  'MAIL_FROM',
  'DISCORD_TOKEN',
  'DISCORD_API_URL',
  'DISCORD_CHANNEL',
  'LLM_BASE_URL',
  'LLM_MODEL',
  'LLM_API_KEY',
  'SCHEDULE_INGEST',
  'SCHEDULE_DIGEST',
  'TIMEZONE',
  'ALLOW_PRIVATE_NETWORK',
  'SECRET',
  'EDITORS',
  'DIGEST_APPROVAL',
  'DKIM_KEY',
  'DKIM_SELECTOR',
  'BOUNCE_DOMAIN',
  'POSTAL_ADDRESS',
  'MAIL_FROM_SERVICE',
  'MAINTAINER_ROLE',
  'MAINTAINERS',
  'LOG_LEVEL',
]

const fromEnv = (env: Record<string, string | undefined>) => readConfig({ root: '/srv/freehold', env })

/** Reads a `.env` with this text. */
async function fromFile(text: string, env: Record<string, string> = {}, useEnvFile = true) {
  const root = await mkdtemp(join(tmpdir(), 'freehold-config-'))
  onTestFinished(() => rm(root, { recursive: true }))
  await writeFile(join(root, '.env'), text)
  return readConfig({ root, env, useEnvFile })
}

/** The faults of an environment, one a line; empty when it can be read. */
function faults(env: Record<string, string>): string[] {
  try {
    fromEnv(env)
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message.split('\n')
  }
}

describe('without any setting', () => {
  test('the defaults hold', () => {
    expect(fromEnv({})).toEqual({
      root: '/srv/freehold',
      databaseUrl: 'sqlite:/srv/freehold/data/freehold.db',
      feedsDir: '/srv/freehold/feeds',
      wikiDir: '/srv/freehold/wiki',
      templatesDir: '/srv/freehold/templates',
      dataDir: '/srv/freehold/data',
      host: '127.0.0.1',
      port: 8080,
      publicUrl: 'http://localhost:8080',
      smtpUrl: null,
      mailFrom: 'Freehold <freehold@localhost>',
      discordToken: null,
      discordApiUrl: null,
      mailFromService: null,
      dkimKey: null,
      dkimSelector: null,
      bounceDomain: null,
      bounceMaildir: null,
      editors: [],
      maintainers: [],
      approvalMs: 0,
      mailLimits: { perSecond: null, perHour: null, perDomainMinute: null },
      discordChannel: null,
      maintainerRole: null,
      scheduleIngest: '*/15 * * * *',
      scheduleDigest: '0 9 * * MON',
      timezone: 'UTC',
      allowPrivateNetwork: false,
      secret: null,
      postalAddress: null,
      llmBaseUrl: null,
      llmModel: null,
      llmApiKey: null,
      logLevel: 'info',
      warnings: [],
    })
  })

  test('variables of other programs are nobody’s business', () => {
    expect(fromEnv({ PATH: '/bin', FREEHOLD: '1' })).toEqual(fromEnv({}))
  })
})

describe('.env', () => {
  test('is read', async () => {
    const config = await fromFile('# comment\nPORT=9000\nMAIL_FROM="Freehold <digest@example.org>"\n')
    expect(config).toMatchObject({ port: 9000, mailFrom: 'Freehold <digest@example.org>' })
  })

  test('gives way to the environment', async () => {
    const config = await fromFile('PORT=9000\nHOST=0.0.0.0\n', { PORT: '9001' })
    expect(config).toMatchObject({ port: 9001, host: '0.0.0.0' })
  })

  test('is left alone where it is not asked for', async () => {
    expect(await fromFile('PORT=9000\nNONSENSE=1\n', {}, false)).toMatchObject({ port: 8080 })
  })

  test('with unknown keys is refused, each by its name', async () => {
    await expect(fromFile('SMTP_ULR=smtp://x\nPORT=9000\nport=1\n')).rejects.toThrow(
      '.env: SMTP_ULR is no setting; .env.example lists them all.\n' +
        '.env: port is no setting; .env.example lists them all.',
    )
  })

  test('with an empty value leaves the default', async () => {
    expect(await fromFile('PORT=\nSMTP_URL=\n')).toMatchObject({ port: 8080, smtpUrl: null })
  })
})

describe('a wrong value is refused by its name', () => {
  test.each([
    ['DATABASE_URL', 'mysql://localhost/freehold'],
    ['DATABASE_URL', 'sqlite:'],
    ['PORT', '80a'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PUBLIC_URL', 'freehold.example.org'],
    ['PUBLIC_URL', 'ftp://freehold.example.org'],
    ['SMTP_URL', 'mail.example.org:587'],
    ['MAIL_FROM', 'Freehold'],
    ['MAIL_FROM', 'Freehold <digest>'],
    ['DISCORD_API_URL', 'discord.com'],
    ['DISCORD_CHANNEL', '#digest'],
    ['LLM_BASE_URL', 'localhost:11434'],
    ['MAINTAINER_ROLE', '@maintainers'],
    ['MAINTAINER_ROLE', '<@&123456789012345678>'],
    ['MAINTAINER_ROLE', '1234'],
    ['SCHEDULE_INGEST', 'hourly'],
    ['SCHEDULE_INGEST', '0 0 30 2 *'],
    ['SCHEDULE_DIGEST', '0 9 * *'],
    ['TIMEZONE', 'Mars/Phobos'],
    ['ALLOW_PRIVATE_NETWORK', 'yes'],
    ['SECRET', 'short'],
    ['DIGEST_APPROVAL', '6'],
    ['LOG_LEVEL', 'loud'],
  ])('%s=%s', (name, value) => {
    const said = faults({ [name]: value, ...(name === 'SMTP_URL' ? { MAIL_FROM: 'a@example.org' } : {}) })
    expect(said).toEqual([expect.stringMatching(new RegExp(`^${name} .+\\.$`))])
  })

  test('and all faults are told at once', async () => {
    expect(
      faults({ PORT: 'x', LOG_LEVEL: 'loud', TIMEZONE: 'Mars' }).map((line) => line.split(' ')[0]),
    ).toEqual(['PORT', 'TIMEZONE', 'LOG_LEVEL'])
  })

  test('which a secret one does not repeat', () => {
    for (const { name } of settings.filter((setting) => setting.secret && setting.fault)) {
      expect(faults({ [name]: 'hunter2', MAIL_FROM: 'a@example.org' }).join(' ')).not.toContain('hunter2')
    }
  })
})

describe('paths', () => {
  test('begin at the checkout when they are relative', () => {
    expect(fromEnv({ FEEDS_DIR: 'lists/feeds', WIKI_DIR: './w', DATA_DIR: '../state' })).toMatchObject({
      feedsDir: '/srv/freehold/lists/feeds',
      wikiDir: '/srv/freehold/w',
      dataDir: '/srv/state',
      databaseUrl: 'sqlite:/srv/state/freehold.db',
    })
    expect(fromEnv({ DATABASE_URL: 'sqlite:mine.db' }).databaseUrl).toBe('sqlite:/srv/freehold/mine.db')
  })

  test('stay as they are when they are absolute', () => {
    expect(fromEnv({ DATA_DIR: '/var/lib/freehold', DATABASE_URL: 'sqlite:/var/db/f.db' })).toMatchObject({
      dataDir: '/var/lib/freehold',
      databaseUrl: 'sqlite:/var/db/f.db',
    })
  })

  test('have no part in a PostgreSQL URL', () => {
    const url = 'postgres://freehold:word@db.example/freehold'
    expect(fromEnv({ DATABASE_URL: url }).databaseUrl).toBe(url)
  })
})

describe('mail', () => {
  const smtp = { SMTP_URL: 'smtp://mail.example.org', MAIL_FROM: 'Freehold <digest@example.org>' }

  test('needs a sender', () => {
    expect(faults({ SMTP_URL: smtp.SMTP_URL })).toEqual([
      expect.stringMatching(/^MAIL_FROM is needed with SMTP_URL/),
    ])
    expect(faults(smtp)).toEqual([])
  })

  test.each([{}, { PUBLIC_URL: 'http://freehold.example.org' }])(
    'with links that are not https is warned of: %j',
    (env) => {
      expect(fromEnv({ ...smtp, ...env }).warnings).toEqual([
        { about: 'mail', sentence: expect.stringMatching(/not https.*Set PUBLIC_URL\.$/) },
      ])
    },
  )

  test('with https links, or to files, is not', () => {
    expect(fromEnv({ ...smtp, PUBLIC_URL: 'https://freehold.example.org' }).warnings).toEqual([])
    expect(fromEnv({ PUBLIC_URL: 'http://freehold.example.org' }).warnings).toEqual([])
  })
})

test('URLs lose the slash at their end', () => {
  const env = { PUBLIC_URL: 'https://freehold.example.org//', DISCORD_API_URL: 'http://127.0.0.1:9/api/' }
  expect(fromEnv(env)).toMatchObject({
    publicUrl: 'https://freehold.example.org',
    discordApiUrl: 'http://127.0.0.1:9/api',
  })
})

describe('the maintainers’ role', () => {
  test('is the id of a role', () => {
    const id = '123456789012345678'
    expect(fromEnv({ MAINTAINER_ROLE: id }).maintainerRole).toBe(id)
  })

  test('has its effect: nobody is warned of it, and .env.example does not say otherwise', () => {
    expect(fromEnv({ MAINTAINER_ROLE: '123456789012345678' }).warnings).toEqual([])
    expect(envExample()).toMatch(/correction.*\n# MAINTAINER_ROLE=\n/)
  })

  test('given wrongly is told how to find it', () => {
    expect(faults({ MAINTAINER_ROLE: 'maintainers' })).toEqual([
      'MAINTAINER_ROLE must be a role id, a long number (right click, Copy Role ID).',
    ])
  })
})

describe('settings of the newsletter', () => {
  test('are read as they are meant', () => {
    const config = fromEnv({
      EDITORS: 'a@example.org, 123456789012345678',
      MAINTAINERS: 'b@example.org',
      DIGEST_APPROVAL: '90m',
      MAIL_LIMITS: '20/s, 5000/h, 60/m per domain',
      BOUNCE_DOMAIN: 'Bounce.Example.org',
    })
    expect(config).toMatchObject({
      editors: ['a@example.org', '123456789012345678'],
      maintainers: ['b@example.org'],
      approvalMs: 90 * 60_000,
      mailLimits: { perSecond: 20, perHour: 5000, perDomainMinute: 60 },
      bounceDomain: 'bounce.example.org',
    })
  })

  test.each([
    [{ EDITORS: 'nobody' }, 'EDITORS must be e-mail addresses'],
    [{ MAINTAINERS: 'a@example.org, #keepers' }, 'MAINTAINERS must be e-mail addresses'],
    [{ DIGEST_APPROVAL: 'soon' }, 'DIGEST_APPROVAL must be a time'],
    [{ MAIL_LIMITS: 'slow' }, 'MAIL_LIMITS must be made of parts'],
    [{ BOUNCE_DOMAIN: 'x' }, 'BOUNCE_DOMAIN must be a domain'],
    [{ MAIL_FROM_SERVICE: 'x' }, 'MAIL_FROM_SERVICE must hold an e-mail address'],
    [{ DKIM_KEY: 'key.pem' }, 'DKIM_SELECTOR is needed with DKIM_KEY'],
  ])('are refused when they are wrong: %j', (env, said) => {
    expect(faults(env as unknown as Record<string, string>).join('\n')).toContain(said)
  })
})

describe('the table of settings', () => {
  test('holds what the contract promises', () => {
    expect(settings.map((setting) => setting.name)).toEqual(expect.arrayContaining(promised))
  })

  test('has defaults that are right', () => {
    for (const { name, default: value, fault } of settings) {
      expect(value === null ? null : (fault?.(value) ?? null), name).toBeNull()
    }
  })

  test('is what .env.example says', async () => {
    const example = await readFile(join(checkout, '.env.example'), 'utf8')
    // Write it anew after a change: node -e "import('./src/config.ts').then((c) => process.stdout.write(c.envExample()))" > .env.example
    expect(example).toBe(envExample())
  })

  test('gives a working .env when every line with a default is uncommented', async () => {
    const uncommented = envExample().replace(/^# (?=[A-Z_]+=.)/gm, '')
    const { warnings, root, ...rest } = await fromFile(uncommented)
    expect(rest).toMatchObject({ port: 8080, timezone: 'UTC', feedsDir: join(root, 'feeds') })
    expect(warnings.every(({ sentence }) => sentence.includes('no effect yet'))).toBe(true)
  })
})

test.each([
  ['Freehold <digest@example.org>', 'digest@example.org'],
  ['digest@example.org', 'digest@example.org'],
  ['"Freehold, weekly" <digest@example.org> ', 'digest@example.org'],
  ['Freehold', null],
  ['Freehold <>', null],
  ['a b@example.org', null],
])('the address in %j is %j', (mailbox, address) => {
  expect(addressOf(mailbox)).toBe(address)
})
