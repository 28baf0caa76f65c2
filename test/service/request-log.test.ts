import { expect, onTestFinished, test } from 'vitest'
import { copyCheckout } from './checkout.ts'
import { startService } from './freehold.ts'

test('with LOG_LEVEL=debug the service logs each request, under its id and the name of its process', async () => {
  const checkout = copyCheckout()
  const service = startService(checkout.dir, { PORT: '0', LOG_LEVEL: 'debug' }, ['--only', 'web'])
  onTestFinished(async () => {
    await service.end('SIGKILL')
    checkout.remove()
  })
  const running = JSON.parse(await service.logged((line) => line.includes('Freehold is running')))
  const answer = await fetch(new URL('/wiki', running.url))
  const line = JSON.parse(await service.logged((one) => one.includes('a request was answered')))
  expect(answer.status).toBe(200)
  expect(line).toMatchObject({ owner: running.owner, method: 'GET', path: '/wiki', status: 200 })
  expect(line.request).toMatch(/^[0-9a-f]{8}$/)
})
