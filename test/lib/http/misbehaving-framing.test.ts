import { framing } from '../../servers/feed-misbehaviours-framing.ts'
import { type Case, testEach } from './misbehaving.ts'

const whole: Case = { titles: ['First', 'Größe & Maß'] }
const failing = (reason: string, says: string): Case => ({
  comes: { kind: 'failed', reason, status: null },
  says,
})
const notHttp = (says: string) => failing('badAnswer', `breaks its rules (${says}`)
const cutOff = failing('network', 'closed the connection before its answer was whole')
const otherLength = failing('badAnswer', 'another length than it announced')
const tooManyHeaders = failing('badAnswer', 'more than 16 KiB of headers')

testEach(framing, {
  wrongLength: cutOff,
  shortLength: { titles: ['First'] },
  negativeLength: notHttp('Invalid character in Content-Length'),
  garbageLength: notHttp('Invalid character in Content-Length'),
  twoLengths: otherLength,
  lengthAndChunks: otherLength,
  brokenChunks: notHttp('Invalid character in chunk size'),
  overlongChunk: notHttp('Chunk size overflow'),
  endlessTrailers: tooManyHeaders,
  halfClosed: cutOff,
  cutChunks: cutOff,
  cutLength: otherLength,
  reset: cutOff,
  resetInBody: cutOff,
  closesSilently: cutOff,
  http09: notHttp('Expected HTTP/'),
  http10: whole,
  garbage: notHttp('Expected HTTP/'),
  garbageStatusLine: notHttp('Invalid status code'),
  fourDigitStatus: notHttp('Invalid response status'),
  slowHeaders: {
    ...failing('timeout', 'did not begin to answer'),
    http: { headersMs: 200 },
    atMost: 10_000,
  },
  manyHeaders: whole,
  hugeHeader: tooManyHeaders,
  endlessHeaders: tooManyHeaders,
  headerWithoutColon: notHttp('Invalid header token'),
  headerOnTwoLines: notHttp('Unexpected whitespace after header value'),
  bareLineFeeds: notHttp('Missing expected CR'),
  controlCharacters: notHttp('Invalid header value char'),
  continueStorm: notHttp('bad response'),
  earlyHints: whole,
  hintStorm: failing('badAnswer', 'one interim answer after another'),
  unaskedUpgrade: notHttp('bad upgrade'),
  notModifiedWithBody: { known: { etag: '"old"' }, comes: { kind: 'unchanged', etag: '"new"' } },
  secondAnswer: whole,
})
