import { expect, test } from 'vitest'
import { onEachDatabase } from './databases.ts'
import { feedState, now } from './samples.ts'

onEachDatabase((db) => {
  test('a feed never polled has no state', async () => {
    expect(await db.store.feedStates.get('lab')).toBeNull()
    expect(await db.store.feedStates.all()).toEqual([])
  })

  test('a saved state comes back whole', async () => {
    const empty = feedState({
      feed: 'new',
      etag: null,
      lastModified: null,
      bodyHash: null,
      firstPolledAt: null,
      lastPolledAt: null,
      lastSuccessAt: null,
      nextPollAt: 0,
    })
    await db.store.feedStates.save(feedState())
    await db.store.feedStates.save(empty)
    expect(await db.store.feedStates.get('lab')).toEqual(feedState())
    expect(await db.store.feedStates.get('new')).toEqual(empty)
  })

  test('saving again replaces every field', async () => {
    const later = feedState({
      url: 'https://lab.example/moved.xml',
      etag: null,
      lastModified: null,
      bodyHash: null,
      firstPolledAt: now - 5,
      lastPolledAt: now + 5,
      lastSuccessAt: null,
      nextPollAt: now + 6,
      failures: 7,
      lastError: 'The server answered 503.',
      itemsSeen: 0,
    })
    await db.store.feedStates.save(feedState())
    await db.store.feedStates.save(later)
    expect(await db.store.feedStates.all()).toEqual([later])
  })

  test('all are listed by feed', async () => {
    for (const feed of ['policy', 'arxiv', 'lab']) await db.store.feedStates.save(feedState({ feed }))
    expect((await db.store.feedStates.all()).map((state) => state.feed)).toEqual(['arxiv', 'lab', 'policy'])
  })
})
