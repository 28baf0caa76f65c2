import { describe, expect, test } from 'vitest'
import { judge, statusIn } from '../../../src/deliver/returns/status.ts'

const forGood = { permanent: true, full: false }
const notForGood = { permanent: false, full: false }
const full = { permanent: false, full: true }

describe('a refusal', () => {
  test.each([
    ['5.1.1', '550 5.1.1 User unknown', '5.1.1', forGood],
    ['5.1.1', '', '5.1.1', forGood],
    ['5.1.1', '550 5.1.1 mailbox full of letters, but nobody lives here', '5.1.1', forGood],
    ['5.1.2', '', '5.1.2', forGood],
    ['5.1.7', 'sender address has bad syntax', '5.1.7', notForGood],
    ['5.1.8', 'sender domain does not resolve', '5.1.8', notForGood],
    ['5.1.0', '550 5.1.0 sender rejected by policy', '5.1.0', notForGood],
    ['5.2.1', '550 5.2.1 disabled', '5.2.1', forGood],
    ['5.2.2', '', '5.2.2', full],
    ['4.2.2', '', '4.2.2', full],
    ['5.2.3', 'message too long', '5.2.3', notForGood],
    ['5.3.4', 'too big', '5.3.4', notForGood],
    ['5.3.0', '553 5.3.0 No such user here', '5.3.0', forGood],
    ['5.4.1', 'Recipient address rejected: Access denied', '5.4.1', forGood],
    ['5.4.1', 'no answer from host', '5.4.1', notForGood],
    ['5.4.4', 'unable to route', '5.4.4', forGood],
    ['5.4.6', 'routing loop', '5.4.6', notForGood],
    ['5.5.0', '550 5.5.0 Requested action not taken: mailbox unavailable', '5.5.0', forGood],
    ['5.5.4', 'invalid command', '5.5.4', notForGood],
    ['5.6.0', 'bad content', '5.6.0', notForGood],
    ['5.7.1', '550 5.7.1 Service unavailable, host blocked using a list', '5.7.1', notForGood],
    ['5.7.1', '550 5.7.1 User unknown', '5.7.1', forGood],
    ['4.4.1', 'connection timed out', '4.4.1', notForGood],
    // The server's own words count where the report says no more than “failed”.
    ['5.0.0', '550 5.1.1 who?', '5.1.1', forGood],
    ['5.0.0', '552 5.2.2 over quota', '5.2.2', full],
    ['5.0.0', '452 4.2.2 too much', '4.2.2', full],
    ['5.0.0', '421 go away', '4.0.0', notForGood],
    ['5.0.0', '550 go away', '5.0.0', forGood],
    ['5.0.0', '550 message looks like spam', '5.0.0', notForGood],
    ['5.0.0', '', '5.0.0', forGood],
    ['5.0.0', 'The mailbox is full', '5.0.0', full],
    ['', '550 5.1.1 unknown', '5.1.1', forGood],
    ['', 'something went wrong', '', notForGood],
    ['', '', '', notForGood],
    ['nonsense', '', '', notForGood],
    ['5.1.1 (bad destination mailbox address)', '', '5.1.1', forGood],
  ])('with status “%s” and “%s”', (reported, said, status, verdict) => {
    expect(judge('failed', reported, said)).toEqual({ status, ...verdict })
  })

  test('is none for good while the server still tries', () => {
    expect(judge('delayed', '5.1.1', '550 5.1.1 User unknown')).toEqual({ status: '5.1.1', ...notForGood })
    expect(judge('delayed', '4.2.2', '')).toEqual({ status: '4.2.2', ...full })
  })

  test('is none when it is a success', () => {
    expect(judge('delivered', '2.1.5', 'mailbox is full of joy')).toEqual({ status: '2.1.5', ...notForGood })
  })
})

describe('figures', () => {
  test.each([
    ['550 5.1.1 <a@b.example>... User unknown', '5.1.1'],
    ['550-5.7.26 blocked', '5.7.26'],
    ["Sorry, I couldn't find any host. (#5.1.2)", '5.1.2'],
    ['host said: 550 no', '5.0.0'],
    ['Remote host said:\n451 later', '4.0.0'],
    ['The response was:\n\n550 : User unknown', '5.0.0'],
    ['It ends with 5.1.1.', '5.1.1'],
  ])('of a reply are seen in “%s”', (text, status) => {
    expect(statusIn(text)).toBe(status)
  })

  test.each([
    'from 5.1.1.9 and 192.5.1.1',
    'version 15.1.1 of 2026',
    'I have 550 reasons',
    'we invited 450 people',
    'Sun, 5.11.2026',
    'id 5.1.1234',
    'the year was 1550 then',
  ])('of other things are not: “%s”', (text) => {
    expect(statusIn(text)).toBe('')
  })
})
