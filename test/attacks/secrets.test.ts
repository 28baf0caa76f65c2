import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hiderOf } from '../../src/cli/secrets.ts'
import { readConfig, settings } from '../../src/config.ts'
import { createSigner } from '../../src/lib/sign/index.ts'
import { openStore } from '../../src/store/index.ts'
import { type Checkout, copyCheckout } from '../service/checkout.ts'
import { type Finished, freeholdAlone as freehold, startService } from '../service/freehold.ts'
import { startEchoingHttp, startEchoingSmtp } from './echoing-servers.ts'
import { writeSmallWiki } from './small-wiki.ts'

/** A word for each secret setting, with signs that are written otherwise in URLs and in JSON. */
const canary = {
  DISCORD_TOKEN: 'canary.discord-token/52c1+e=',
  SECRET: 'canary secret "of" links\\8f2a',
  LLM_API_KEY: 'canary-llm-key/77d0+b=',
  SMTP_URL: 'canary smtp/pass@word:31e9',
  DATABASE_URL: 'canary db/pass@word:90b4',
}
const inUrl = encodeURIComponent

/** Every way in which a canary might be written somewhere. */
function formsOf(secret: string): string[] {
  const encoded = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before, 'x'), Buffer.from(secret)]).toString('base64')
    // The first and the last signs depend on what stands beside it.
    return whole.slice(4, -4)
  })
  return [
    secret,
    inUrl(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('hex'),
    ...encoded,
  ]
}

function expectNone(text: string, also: string[] = []): void {
  for (const secret of [...Object.values(canary), ...also]) {
    for (const form of formsOf(secret))
      expect(text.includes(form), `${form} in ${text.slice(0, 3000)}`).toBe(false)
  }
}

test('every setting that is secret has its canary here', () => {
  expect(settings.filter(({ secret }) => secret).map(({ name }) => name).toSorted()).toEqual(Object.keys(canary).toSorted()) // biome-ignore format: one line
})

describe('a text that holds secrets', () => {
  const config = readConfig({
    root: '/srv',
    env: {
      ...{
        ...canary,
        SMTP_URL: `smtp://user:${inUrl(canary.SMTP_URL)}@mail.example:587`,
        MAIL_FROM: 'a@example.org',
      },
      DATABASE_URL: `postgres://user:${inUrl(canary.DATABASE_URL)}@db.example/freehold`,
    },
  })
  const hide = hiderOf(config)

  test.each(Object.entries(canary))('is told without them, however they are written: %s', (_, secret) => {
    const base64 = Buffer.from(`\0user\0${secret}`).toString('base64')
    const basic = Buffer.from(`user:${secret}`).toString('base64')
    for (const form of [
      secret,
      inUrl(secret),
      JSON.stringify({ key: secret }),
      base64,
      basic,
      Buffer.from(secret).toString('base64'),
    ]) {
      const told = hide(`before ${form} after`)
      expectNone(told)
      expect(told).toMatch(/^before .*\[hidden\].* after$/)
    }
  })

  test('keeps its other words, and loses what opens anything: passwords of any URL, tokens of interactions', () => {
    expect(hide('Feed https://reader:pass@a.example/x is gone.')).toBe(
      'Feed https://reader:[hidden]@a.example/x is gone.',
    )
    expect(hide('POST https://discord.com/api/v10/interactions/123/aW50ZXJhY3Rpb24/callback')).toBe(
      'POST https://discord.com/api/v10/interactions/123/[hidden]/callback',
    )
    expect(hide('"url":"https://discord.com/api/webhooks/1/tok-en/messages/@original"')).toBe(
      '"url":"https://discord.com/api/webhooks/1/[hidden]/messages/@original"',
    )
    const plain = 'Ada <ada@example.org> wrote at 09:00: see https://a.example/b@c and mailto:x@y.example.'
    expect(hide(plain)).toBe(plain)
  })

  test.each(['a.', 'a://', 'a://b:', '@', '/webhooks/1/', 'https://a:b@'])(
    'may be ten megabytes of %s',
    (piece) => {
      const times = Math.floor(10_000_000 / piece.length)
      // In time that grows with the square of the length this would take hours.
      expect(hide(piece.repeat(times)) === hide(piece).repeat(times)).toBe(true)
    },
  )

  test('of few letters could be a word of every sentence, and is no secret worth the name', () => {
    const short = readConfig({
      root: '/srv',
      env: { DATABASE_URL: 'postgres://freehold:freehold@db/freehold' },
    })
    expect(hiderOf(short)('Freehold is freehold. postgres://freehold:freehold@db/x')).toBe(
      'Freehold is freehold. postgres://freehold:[hidden]@db/x',
    )
  })
})

describe('freehold, with a canary in every secret setting,', () => {
  let checkout: Checkout
  let wiki: string
  const key = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey // biome-ignore format: one line
  const inKey = key.split('\n').slice(1, -2)

  beforeAll(() => {
    checkout = copyCheckout()
    wiki = writeSmallWiki(checkout.dir)
    mkdirSync(join(checkout.dir, 'data'), { recursive: true })
    writeFileSync(join(checkout.dir, 'dkim.pem'), key)
  })
  afterAll(() => checkout.remove())

  const told = ({ stdout, stderr }: Finished) => stdout + stderr
  const run = (args: string[], env: Record<string, string>) => freehold(checkout.dir, args, { env })

  async function surrounded(): Promise<Record<string, string>> {
    const [smtp, discord, llm] = [
      await startEchoingSmtp(),
      await startEchoingHttp(401),
      await startEchoingHttp(400),
    ]
    return {
      ...canary,
      SMTP_URL: `smtp://user:${inUrl(canary.SMTP_URL)}@127.0.0.1:${smtp}?ignoreTls=true`,
      DATABASE_URL: `sqlite:${join(checkout.dir, 'data', 'freehold.db')}`,
      MAIL_FROM: 'Freehold <digest@example.org>',
      DISCORD_API_URL: discord,
      LLM_BASE_URL: `${llm}/v1`,
      LLM_MODEL: 'heron:7b',
      DKIM_KEY: 'dkim.pem',
      DKIM_SELECTOR: 'one',
      DATA_DIR: join(checkout.dir, 'data'),
      LOG_LEVEL: 'trace',
      WIKI_DIR: wiki,
      PORT: '0',
    }
  }

  test('tells none of them in doctor, whatever the servers repeat', async () => {
    const env = await surrounded()
    const answers = [
      await run(['doctor'], env),
      await run(['doctor', '--json'], env),
      await run(['doctor'], {
        ...env,
        DATABASE_URL: `postgres://user:${inUrl(canary.DATABASE_URL)}@127.0.0.1:1/freehold`,
      }),
    ]
    for (const one of answers) expectNone(told(one), inKey)
    // They were asked, and did repeat it.
    expect(answers[0]!.stdout).toMatch(/✗ e-mail [^✗✓]*\[hidden\]/)
    expect(answers[0]!.stdout).toMatch(/✗ Discord/)
    expect(answers[0]!.stdout).toMatch(/✗ LLM/)
    expect(answers[2]!.stdout).toMatch(/✗ database/)
  })

  test('tells none of them in its log when mails and posts are refused', async () => {
    const env = await surrounded()
    const store = await openStore(env.DATABASE_URL!)
    const signer = createSigner(canary.SECRET)
    const keys = { addressKey: signer.hash('sign-up', 'a'), networkKey: null, suppressionHash: 'x' }
    const wish = { email: 'ada@example.org', ideas: [], directions: [], ...keys }
    await store.signUps.ask(wish, { addressEvery: 1, network: { most: 9, within: 9 } }, Date.now())
    await store.close()
    const jobs = await run(['jobs', 'run', 'deliver'], env)
    expectNone(told(jobs), inKey)
    const digests = await run(['subscribers', 'list', '--json'], env)
    expectNone(told(digests), inKey)
    const after = await openStore(env.DATABASE_URL!)
    const [delivery] = await after.deliveries.list({ medium: 'email' })
    await after.close()
    expect(delivery!.attempts).toBeGreaterThan(0)
  })

  test.each([
    ['SECRET', 'canary-short'],
    ['LLM_API_KEY', 'canary with blanks 5d11'],
    ['SMTP_URL', `smpt://user:${inUrl(canary.SMTP_URL)}@mail.example`],
    ['SMTP_URL', `smtp://user:canary%zz5d11@mail.example`],
    ['SMTP_URL', 'smtp://user:canary5d11@mail.example/path?x=canary5d11'],
    ['DATABASE_URL', 'mysql://user:canary5d11@db.example/x'],
    ['DATABASE_URL', 'postgres://user:canary5d11 with blanks@:nowhere/x'],
    ['DATABASE_URL', 'postgres://user:canary5d11@127.0.0.1:99999/x'],
    ['DATABASE_URL', 'postgres://user:canary5d11%zz@127.0.0.1:1/x'],
  ])('given wrongly, tells none: %s=%s', async (name, value) => {
    const env = {
      DATA_DIR: join(checkout.dir, 'data'),
      MAIL_FROM: 'a@example.org',
      [name]: value,
      LOG_LEVEL: 'debug',
    }
    const answer = await run(name === 'SMTP_URL' ? ['jobs', 'run', 'deliver'] : ['channels', 'list'], env)
    expect(answer.code).not.toBe(0)
    expect(told(answer).length).toBeGreaterThan(10)
    expect(told(answer)).not.toMatch(/canary/)
    expectNone(told(answer))
  })

  test('tells no line of a key that was put into .env as it is', async () => {
    writeFileSync(
      join(checkout.dir, '.env'),
      `DKIM_KEY=${key}\nSECRET=${canary.SECRET}\n${canary.LLM_API_KEY}=x\n`,
    )
    const answer = await run(['channels', 'list'], { DATA_DIR: join(checkout.dir, 'data') })
    writeFileSync(join(checkout.dir, '.env'), '')
    expect(answer.code).toBe(2)
    expect(answer.stderr).toContain('a line begins with no name of a setting')
    expectNone(told(answer), inKey)
  })

  test('tells none on its pages, in its figures, its health and its log, from its start to its end', async () => {
    const env = await surrounded()
    const service = startService(checkout.dir, env)
    const line = await service.logged((one) => one.includes('Freehold is running'))
    const { url } = JSON.parse(line) as { url: string }
    const pages: string[] = []
    for (const path of [
      '/',
      '/healthz',
      '/readyz',
      '/metrics',
      '/privacy',
      '/subscribe',
      '/suggest',
      '/nothing',
      '/desk/x.y',
    ]) {
      const answer = await fetch(url + path)
      pages.push(JSON.stringify([...answer.headers]), await answer.text())
    }
    const { code } = await service.end('SIGTERM')
    expect(code).toBe(0)
    expect(pages.join('')).toContain('freehold_items')
    expectNone(pages.join('\n'), inKey)
    expectNone(service.log.join('\n'), inKey)
    expect(service.log.length).toBeGreaterThan(3)
  })
})
