// absorb.ts FILE ROUND: stores polls of three items, and says the number of each when it is acknowledged.
import { openStore } from '../../../src/store/index.ts'
import { feedState, newItem, now } from '../samples.ts'
import { say } from './parent.ts'

const [file, round] = process.argv.slice(2)
const store = await openStore(`sqlite:${file}`)
for (let n = 0; ; n++) {
  const poll = [0, 1, 2].map((i) => {
    const id = `${round} ${n} ${i}`
    const url = `https://lab.example/${round}/${n}/${i}`
    return newItem(i, {
      id,
      identity: id,
      title: `Post ${i} of poll ${n} in round ${round}`,
      url,
      canonicalUrl: url,
      content: 'long text '.repeat(500),
    })
  })
  await store.items.absorb(poll, feedState({ itemsSeen: n }), now)
  say(String(n))
}
