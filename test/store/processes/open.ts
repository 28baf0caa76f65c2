// open.ts: opens each database file it is told, as a start of the program does.
import { openStore } from '../../../src/store/index.ts'
import { heard, say } from './parent.ts'

say('ready')
for (let file = await heard(); file !== null; file = await heard()) {
  const store = await openStore(`sqlite:${file}`)
  say(await store.settings.getOrSet('secret', () => `made by ${process.pid}`))
  await store.close()
}
process.exit()
