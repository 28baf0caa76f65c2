import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { curatingCheckout, labFeed } from '../feeds/curating.ts'
import { startService } from './freehold.ts'
import { until } from './until.ts'

test('a feed that is added while the service runs is polled; a broken edit changes nothing and is told', async () => {
  const { dir, server, env, remove } = await curatingCheckout()
  onTestFinished(remove)
  const lists = join(dir, 'lists')
  mkdirSync(lists)
  const entry = (id: string) => {
    server.set(`/${id}.xml`, labFeed(id, `https://${id}.example/`, 2))
    return `  - id: ${id}\n    title: ${id}\n    url: ${server.origin}/${id}.xml\n    site: https://${id}.example/\n    kind: lab\n`
  }
  /** As editors and git do it: another file in the place of the first. */
  const edit = (...entries: string[]) => {
    writeFileSync(join(lists, 'one.yaml~'), `group: Test\nfeeds:\n${entries.join('')}`)
    renameSync(join(lists, 'one.yaml~'), join(lists, 'one.yaml'))
  }
  const polled = (id: string) => server.requests.some(({ path }) => path === `/${id}.xml`)
  edit(entry('first'))
  const service = startService(dir, {
    ...env,
    ...{ FEEDS_DIR: 'lists', PORT: '0', SCHEDULE_INGEST: '* * * * * *', SCHEDULE_DIGEST: '0 0 1 1 *' },
  })
  onTestFinished(() => void service.end('SIGKILL'))
  const { url } = JSON.parse(await service.logged((line) => line.includes('Freehold is running')))
  const ready = async () => {
    const answer = await fetch(`${url}/readyz`)
    return [answer.status, await answer.json()]
  }
  const inOrder = async () =>
    /^freehold_feed_lists_in_order (\d)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1]
  await until(() => polled('first'))
  expect(await ready()).toEqual([200, { ready: true, feedLists: 'in order' }])

  edit(entry('first'), entry('second'))
  const added = await service.logged((line) => line.includes('the feed lists were read anew'))
  expect(JSON.parse(added)).toMatchObject({
    level: 30,
    added: ['second'],
    removed: [],
    changed: [],
    feeds: 2,
  })
  await until(() => polled('second'))

  edit(entry('first'), entry('third').replace('kind: lab', 'kind: lob'))
  const broken = await service.logged((line) => line.includes('the feed lists have faults'))
  expect(JSON.parse(broken)).toMatchObject({
    level: 50,
    faults: [expect.stringMatching(/^lists\/one\.yaml:12: third: kind: “lob” is none of/)],
  })
  const detail = expect.stringMatching(/^the last good ones are in use: lists\/one\.yaml:12: third: kind/)
  expect(await ready()).toEqual([200, { ready: true, feedLists: detail }])
  expect(await inOrder()).toBe('0')
  expect(polled('third')).toBe(false)

  edit(entry('third'))
  service.child.kill('SIGHUP')
  const mended = await service.logged((line) => line.includes('in order again'))
  expect(JSON.parse(mended)).toMatchObject({ added: ['third'], removed: ['first', 'second'], feeds: 1 })
  await until(() => polled('third'))
  expect(await inOrder()).toBe('1')
  service.child.kill('SIGHUP')
  await service.logged((line) => line.includes('the same feeds as before'))
  expect(await service.end('SIGTERM')).toEqual({ code: 0, signal: null })
}, 120_000)
