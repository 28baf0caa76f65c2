import { bodies } from '../../servers/feed-misbehaviours-bodies.ts'
import { type Case, testEach } from './misbehaving.ts'

const mebibyte = 1024 * 1024
const titles = ['First', 'Größe & Maß']
const whole: Case = { titles }
const tooLarge: Case = {
  comes: { kind: 'failed', reason: 'tooLarge', status: null },
  says: 'sent more than 1 MiB',
  http: { maxBytes: mebibyte },
}
const late = (says: string, http: Case['http']): Case => ({
  comes: { kind: 'failed', reason: 'timeout', status: null },
  says,
  http,
  atMost: 10_000,
})
const badEncoding = (says: string): Case => ({
  comes: { kind: 'failed', reason: 'badEncoding', status: null },
  says,
})

testEach(bodies, {
  endless: tooLarge,
  huge: tooLarge,
  exactlyTheLimit: { titles, atMost: 21 * mebibyte },
  oneByteOver: {
    comes: { kind: 'failed', reason: 'tooLarge', status: null },
    says: 'sent more than 20 MiB',
    atMost: 21 * mebibyte,
  },
  drip: late('within 0.3 s', { deadlineMs: 300 }),
  silent: late('did not begin to answer', { headersMs: 100 }),
  stalled: late('stopped sending', { idleMs: 100 }),
  gzipBomb: { ...tooLarge, atMost: 2 * mebibyte },
  nestedBomb: { ...tooLarge, atMost: mebibyte },
  unlabelledBomb: { ...tooLarge, atMost: mebibyte },
  emptyGzip: tooLarge,
  nestedGzip: whole,
  twiceGzip: whole,
  unlabelledGzip: whole,
  plainAsGzip: whole,
  plainAsDeflate: whole,
  plainAsBrotli: whole,
  rawDeflate: whole,
  gzipAsBrotli: badEncoding('not what its Content-Encoding says'),
  brokenBrotli: badEncoding('not what its Content-Encoding says'),
  unknownCoding: badEncoding('not asked for (zstd)'),
  gzipWithTail: whole,
  cutGzip: { titles: ['First'] },
})
