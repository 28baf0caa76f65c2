import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { simpleParser } from 'mailparser'
import { describe, expect, onTestFinished, test } from 'vitest'
import { quietDigest, richDigest } from '../fixtures/digests.ts'
import type { ReceivedMail } from '../servers/smtp-server.ts'
import { until } from '../service/until.ts'
import { headersOf, startPost } from './post-office.ts'
import { answers, freePort, programAt, titleWith } from './sink.ts'

const ada = 'ada@example.org'
const [dovecot, doveadm, spamassassin] = ['dovecot', 'doveadm', 'spamassassin'].map(programAt)
const isRoot = process.getuid?.() === 0
/** Who runs Dovecot: the user of the tests, or nobody when that is root. */
const user = isRoot ? { name: 'nobody', group: 'nogroup', uid: 65534, gid: 65534 } : null

/** The mails of an issue to a reader, and of a confirmation, as our sender gave them to a server. */
async function mailsOf(digest = richDigest): Promise<ReceivedMail[]> {
  const { reader, release, post, send, fresh } = await startPost()
  await reader(ada)
  await release(digest)
  await post('/subscribe', { email: 'new@example.org' })
  await send()
  const mails = fresh()
  return [
    mails.find(({ envelope }) => envelope.to[0] === ada)!,
    mails.find(({ envelope }) => envelope.to[0] !== ada)!,
  ]
}

/** Dovecot in a folder of its own, without privileges, that takes mail by LMTP into Maildirs. */
async function startDovecot() {
  const dir = mkdtempSync(join(tmpdir(), 'dove-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  for (const name of ['run', 'state', 'mail']) mkdirSync(join(dir, name))
  if (user) for (const path of ['', 'run', 'state', 'mail']) chownSync(join(dir, path), user.uid, user.gid)
  chmodSync(dir, 0o755)
  const port = await freePort()
  const name = user?.name ?? spawnSync('id', ['-un'], { encoding: 'utf8' }).stdout.trim()
  const group = user?.group ?? spawnSync('id', ['-gn'], { encoding: 'utf8' }).stdout.trim()
  const file = join(dir, 'dovecot.conf')
  const plain = (service: string) => `service ${service} {\n  chroot =\n  user = ${name}\n}\n`
  writeFileSync(
    file,
    `base_dir = ${dir}/run
state_dir = ${dir}/state
log_path = ${dir}/state/log
protocols = lmtp
ssl = no
default_internal_user = ${name}
default_internal_group = ${group}
default_login_user = ${name}
first_valid_uid = 1
mail_location = maildir:${dir}/mail/%n
auth_mechanisms = plain
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = static
  args = uid=${user?.uid ?? process.getuid!()} gid=${user?.gid ?? process.getgid!()} home=${dir}/mail/%n allow_all_users=yes
}
${['anvil', 'stats', 'auth', 'auth-worker', 'config', 'log', 'dict', 'director', 'imap-urlauth', 'indexer', 'indexer-worker'].map(plain).join('')}
service lmtp {
  chroot =
  user = ${name}
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${port}
  }
}
`,
  )
  const as = user ? { uid: user.uid, gid: user.gid } : {}
  const child = spawn(dovecot!, ['-F', '-c', file], { ...as, cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const ended = once(child, 'exit')
  onTestFinished(async () => {
    child.kill()
    await ended
  })
  const log = () => `${said}${spawnSync('cat', [join(dir, 'state', 'log')], { encoding: 'utf8' }).stdout}`
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`Dovecot ended:\n${log()}`)
    return answers(port)
  }, 20_000)
  return {
    port,
    log,
    /** The messages in somebody's inbox, as they stand on the disk. */
    inbox: (of: string) =>
      readdirSync(join(dir, 'mail', of, 'new')).map((one) => readFileSync(join(dir, 'mail', of, 'new', one))),
    /** What Dovecot itself reads of them. */
    fetch: (of: string, what: string) =>
      spawnSync(doveadm!, ['-c', file, 'fetch', '-u', of, what, 'mailbox', 'inbox'], {
        ...as,
        cwd: dir,
        encoding: 'utf8',
        maxBuffer: 1e8,
      }),
  }
}

/** Hands a mail on by LMTP (RFC 2033), and gives the answer to it. */
async function handOn(port: number, { envelope, raw }: ReceivedMail): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const reply = async () => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done) throw new Error('Dovecot hung up.')
      if (/^\d{3} /.test(value)) return value as string
    }
  }
  await reply()
  for (const command of [
    'LHLO mx.example.org',
    `MAIL FROM:<${envelope.from}>`,
    `RCPT TO:<${envelope.to[0]}>`,
    'DATA',
  ]) {
    socket.write(`${command}\r\n`)
    const answer = await reply()
    if (!/^[23]/.test(answer)) throw new Error(`${command}: ${answer}`)
  }
  socket.write(raw.toString('latin1').replaceAll('\r\n.', '\r\n..'), 'latin1')
  socket.write(raw.toString('latin1').endsWith('\r\n') ? '.\r\n' : '\r\n.\r\n')
  const answer = await reply()
  socket.end('QUIT\r\n')
  return answer
}

const dovecotTitle = titleWith(
  'a mailbox of Dovecot',
  dovecot && doveadm,
  'dovecot, of the packages dovecot-core and dovecot-lmtpd,',
)
describe.skipIf(!dovecot || !doveadm)(dovecotTitle, () => {
  test('takes a digest and gives it back, both parts whole', async () => {
    const mailbox = await startDovecot()
    const [digest, confirmation] = await mailsOf()
    for (const mail of [digest!, confirmation!])
      expect(await handOn(mailbox.port, mail), mailbox.log()).toMatch(/^250 /)
    for (const [who, mail] of [
      ['ada', digest!],
      ['new', confirmation!],
    ] as const) {
      const [stored, ...more] = mailbox.inbox(who)
      expect(more).toEqual([])
      // What was delivered is what was sent, but for what servers put on top, and line ends.
      expect(stored!.toString('latin1')).toContain(
        mail.raw.toString('latin1').replaceAll('\r\n', '\n').trimEnd(),
      )
      const [sent, kept] = [
        await mail.parsed(),
        await simpleParser(stored!, { skipTextToHtml: true, skipImageLinks: true }),
      ]
      expect([kept.text, kept.html, kept.subject, kept.messageId]).toEqual([
        sent.text,
        sent.html,
        sent.subject,
        sent.messageId,
      ])
      const returnPath = headersOf(
        Buffer.from(stored!.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
      ).find(([name]) => name === 'return-path')
      expect(returnPath?.[1]).toBe(`<${mail.envelope.from}>`)
    }
  })

  test('reads the headers and the parts as we meant them', async () => {
    const mailbox = await startDovecot()
    const [digest] = await mailsOf()
    await handOn(mailbox.port, digest!)
    const { stdout, stderr } = mailbox.fetch(
      'ada',
      'hdr.list-unsubscribe hdr.list-id imap.bodystructure text.utf8',
    )
    expect(stderr).toBe('')
    expect(stdout).toContain('"text" "plain" ("charset" "utf-8")')
    expect(stdout).toMatch(/"text" "plain".*"text" "html".*"alternative"/)
    expect(stdout).toContain('<https://freehold.example/unsubscribe/')
    expect(stdout).toContain('Freehold digest <digest.freehold.example>')
    expect(stdout.match(/用四分之一的算力训练同等规模的开放模型/g)!.length).toBeGreaterThanOrEqual(2)
  })
})

describe.skipIf(!spamassassin)(titleWith('SpamAssassin', spamassassin, 'spamassassin'), () => {
  /** Its score and rules, by its local tests; as a server has received the mail an hour after it was dated. */
  function judged({ raw, envelope }: ReceivedMail) {
    const home = mkdtempSync(join(tmpdir(), 'freehold-spam-'))
    onTestFinished(() => rmSync(home, { recursive: true, force: true }))
    // An address that is routed: those set aside for documentation count as forged. Nothing is looked up.
    const received =
      `Return-Path: <${envelope.from}>\r\n` +
      'Received: from mail.freehold.example (mail.freehold.example [93.184.215.14])\r\n' +
      `\tby mx.example.org (Postfix) with ESMTPS id 4XyQ2z0Kf1z9sT for <${envelope.to[0]}>;\r\n` +
      '\tMon, 23 Nov 2026 09:00:10 +0000 (UTC)\r\n'
    const run = spawnSync(spamassassin!, ['-L', '-t'], {
      input: Buffer.concat([Buffer.from(received), raw]),
      env: { PATH: process.env.PATH, HOME: home, LC_ALL: 'C' },
      encoding: 'utf8',
      maxBuffer: 1e8,
    })
    const [, score] = /^Content analysis details: +\((-?[\d.]+) points/m.exec(run.stdout) ?? []
    const rules = [...run.stdout.matchAll(/^ *(-?\d+\.\d+) ([A-Z][A-Z0-9_]+) /gm)].map(
      ([, points, rule]) => `${rule} ${points}`,
    )
    return { score: Number(score), rules, said: run.stderr }
  }

  test.each([
    ['a full issue', richDigest],
    ['a quiet issue', quietDigest],
  ] as const)('finds nothing much in %s, nor in a confirmation', async (name, digest) => {
    const mails = await mailsOf(digest)
    for (const [n, mail] of mails.entries()) {
      const { score, rules, said } = judged(mail)
      process.stdout.write(
        `SpamAssassin gives ${n === 0 ? name : 'a confirmation'} ${score} points: ${rules.join(', ')}\n`,
      )
      expect(score, `${rules.join(', ')} ${said}`).toBeLessThan(1)
    }
  })

  test('would find what is wrong', async () => {
    const [mail] = await mailsOf(quietDigest)
    const raw = mail!.raw
      .toString('latin1')
      .replace(/^(Date|Message-ID|Subject): .*\r\n/gm, '')
      .replace('\r\n\r\n', '\r\nSubject: VIAGRA!!! CHEAP, ONLY $$$ TODAY\r\n\r\n')
    expect(judged({ ...mail!, raw: Buffer.from(raw, 'latin1') }).score).toBeGreaterThan(1)
  })
})
