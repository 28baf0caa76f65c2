import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createOutbox } from '../../src/deliver/index.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'freehold-outbox-'))
})
afterEach(() => rm(dir, { recursive: true }))

describe('the outbox', () => {
  test('writes a mail and says where', async () => {
    const outbox = createOutbox(path.join(dir, 'data', 'outbox'))
    const receipt = await outbox.writeMail('digest-3-reader@example.org', Buffer.from('Subject: x\r\n\r\ny'))
    const file = path.join(dir, 'data', 'outbox', 'digest-3-reader@example.org.eml')
    expect(receipt).toEqual({ outcome: 'sent', receipt: file })
    expect(await readFile(file, 'latin1')).toBe('Subject: x\r\n\r\ny')
  })

  test('writes a Discord message as JSON', async () => {
    const receipt = await createOutbox(dir).writeDiscord('digest-3-discord', { content: 'Grüße' })
    expect(receipt).toEqual({ outcome: 'sent', receipt: path.join(dir, 'digest-3-discord.json') })
    expect(JSON.parse(await readFile(path.join(dir, 'digest-3-discord.json'), 'utf8'))).toEqual({
      content: 'Grüße',
    })
  })

  test('replaces the file when the same delivery is written again, and leaves nothing else', async () => {
    const outbox = createOutbox(dir)
    await outbox.writeMail('a', Buffer.from('a longer first try'))
    await outbox.writeMail('a', Buffer.from('second'))
    expect(await readdir(dir)).toEqual(['a.eml'])
    expect(await readFile(path.join(dir, 'a.eml'), 'utf8')).toBe('second')
  })

  test('ends with one whole file when two write it at the same time', async () => {
    const [x, y] = [Buffer.alloc(2_000_000, 'x'), Buffer.alloc(1_000_000, 'y')]
    await Promise.all([createOutbox(dir).writeMail('a', x), createOutbox(dir).writeMail('a', y)])
    const written = await readFile(path.join(dir, 'a.eml'))
    expect(written.equals(x) || written.equals(y)).toBe(true)
    expect(await readdir(dir)).toEqual(['a.eml'])
  })

  test.each(['../../evil', '/etc/passwd', '..', '.hidden', '', 'a\0b', 'a/b', 'x'.repeat(400)])(
    'keeps “%s” inside its folder',
    async (stem) => {
      const inside = path.join(dir, 'inside')
      const receipt = await createOutbox(inside).writeMail(stem, Buffer.from('x'))
      expect(receipt.outcome).toBe('sent')
      const [name, ...others] = await readdir(inside)
      expect(others).toEqual([])
      expect(name).toMatch(/^[A-Za-z0-9][^/]*\.eml$/)
      expect(await readdir(dir)).toEqual(['inside'])
    },
  )

  test('never lets two stems share a file', async () => {
    const outbox = createOutbox(dir)
    for (const stem of ['a/b', 'a b', 'a-b', 'a:b']) await outbox.writeMail(stem, Buffer.from(stem))
    expect(await readdir(dir)).toHaveLength(4)
  })

  test('defers, with the path and the cause, when the folder can’t be made', async () => {
    await writeFile(path.join(dir, 'file'), '')
    const receipt = await createOutbox(path.join(dir, 'file')).writeMail('a', Buffer.from('x'))
    expect(receipt.outcome).toBe('deferred')
    expect(receipt).toHaveProperty('error', expect.stringMatching(/file\/a\.eml: .*EEXIST.*Check DATA_DIR/s))
  })
})
