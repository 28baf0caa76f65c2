import { expect, test } from 'vitest'
import type { Complaint } from '../../../src/deliver/returns/index.ts'
import { readFixture } from './fixtures.ts'

const ours: Complaint['headers'] = {
  listUnsubscribe: [
    'https://freehold.example/unsubscribe/s7k2m9qx41.Zp3vJ0aYt8sWq1LrXc5EdA',
    'mailto:digest@freehold.example?subject=unsubscribe%20s7k2m9qx41.Zp3vJ0aYt8sWq1LrXc5EdA',
  ],
  listId: 'Freehold digest <digest.freehold.example>',
  feedbackId: '12:digest:freehold',
}
const none: Complaint['headers'] = { listUnsubscribe: [], listId: null, feedbackId: null }

test.each<[string, Omit<Complaint, 'kind' | 'to'>]>([
  [
    'arf-outlook-redacted',
    { feedbackType: 'abuse', messageId: '<1a41@freehold.example>', recipients: [], headers: ours },
  ],
  [
    'hotmail-complaint-without-report',
    {
      feedbackType: 'abuse',
      messageId: '<1a42@freehold.example>',
      recipients: ['sven@hotmail.example'],
      headers: ours,
    },
  ],
  [
    'arf-yahoo',
    {
      feedbackType: 'abuse',
      messageId: '<1a43@freehold.example>',
      recipients: ['tova@yahoo.example'],
      headers: ours,
    },
  ],
  [
    'arf-without-original',
    {
      feedbackType: 'abuse',
      messageId: null,
      recipients: ['ulla@isp.example', 'vito@isp.example'],
      headers: none,
    },
  ],
  [
    'arf-opt-out-headers-only',
    {
      feedbackType: 'opt-out',
      messageId: '<1a45@freehold.example>',
      recipients: ['wanda@desk.example'],
      headers: ours,
    },
  ],
  [
    'arf-authentication-failure',
    {
      feedbackType: 'auth-failure',
      messageId: '<forged-1@elsewhere.example>',
      recipients: ['xaver@receiver.example'],
      headers: none,
    },
  ],
])('%s', async (file, expected) => {
  expect(await readFixture(file)).toEqual({ kind: 'complaint', to: ['fbl@freehold.example'], ...expected })
})
