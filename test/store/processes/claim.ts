// claim.ts FILE OWNER: claims up to seven mails each time it hears something, and says their ids.
import { openStore } from '../../../src/store/index.ts'
import { now } from '../samples.ts'
import { heard, say } from './parent.ts'

const [file, owner] = process.argv.slice(2)
const store = await openStore(`sqlite:${file}`)
say('ready')
while ((await heard()) !== null) {
  const options = { medium: 'email', owner: owner!, now, leaseMs: 60_000, limit: 7 } as const
  const claimed = await store.deliveries.claim(options)
  say(JSON.stringify(claimed.map((delivery) => delivery.id)))
}
await store.close()
process.exit()
