import { describe, expect, test } from 'vitest'
import type { Bounce, BouncedRecipient } from '../../../src/deliver/returns/index.ts'
import { bounceAddress, readFixture } from './fixtures.ts'

type Said = Partial<BouncedRecipient> & Pick<BouncedRecipient, 'address' | 'status'>

/** A refusal for good, of which nothing more was said; what differs is given. */
function recipient(said: Said): BouncedRecipient {
  return { action: 'failed', permanent: true, full: false, diagnostic: '', ...said }
}

/** About the message `<1aNN@freehold.example>`, sent to the bounce address of `mNN` alone; what differs is given. */
function bounce(number: string, recipients: Said[], more: Partial<Bounce> = {}): Bounce {
  return {
    kind: 'bounce',
    to: [bounceAddress(`m${number}`)],
    recipients: recipients.map(recipient),
    messageId: `<1a${number}@freehold.example>`,
    ...more,
  }
}

const soft = { permanent: false } as const
const mailboxFull = { permanent: false, full: true } as const

describe('a report of a mail server', () => {
  test.each<[string, Bounce]>([
    [
      'postfix-user-unknown',
      bounce(
        '01',
        [
          {
            address: 'ada@readers.example',
            status: '5.1.1',
            diagnostic:
              '550 5.1.1 <Ada@readers.example>: Recipient address rejected: User unknown in virtual mailbox table',
          },
        ],
        { to: [bounceAddress('m01'), 'returns@freehold.example'] },
      ),
    ],
    [
      'postfix-domain-gone',
      bounce('02', [
        {
          address: 'bram@closed-shop.example',
          status: '5.4.4',
          diagnostic:
            'Host or domain name not found. Name service error for name=closed-shop.example type=AAAA: Host not found',
        },
      ]),
    ],
    [
      'postfix-gave-up-after-days',
      bounce('03', [
        {
          address: 'chidi@slow.example',
          status: '4.4.1',
          ...soft,
          diagnostic: 'connect to mx.slow.example[203.0.113.9]:25: Connection timed out',
        },
      ]),
    ],
    [
      'postfix-delayed',
      bounce('04', [
        {
          address: 'dora@busy.example',
          action: 'delayed',
          status: '4.7.1',
          ...soft,
          diagnostic: '451 4.7.1 Greylisting in action, please come back later',
        },
      ]),
    ],
    [
      'postfix-success',
      bounce('05', [
        {
          address: 'emeka@readers.example',
          action: 'relayed',
          status: '2.1.5',
          ...soft,
          diagnostic: '250 2.1.5 Ok',
        },
      ]),
    ],
    [
      'sendmail-delivered-and-expanded',
      bounce('06', [
        { address: 'board@club.example', action: 'expanded', status: '2.0.0', ...soft },
        { address: 'freya@club.example', action: 'delivered', status: '2.1.5', ...soft },
      ]),
    ],
    [
      'postfix-utf8',
      bounce('07', [
        {
          address: 'jörg@bücher.example',
          status: '5.1.1',
          diagnostic: '550 5.1.1 <jörg@bücher.example>: Empfänger unbekannt',
        },
      ]),
    ],
    [
      'utf8-address-written-in-ascii',
      bounce('08', [
        {
          address: 'jörg@bücher.example',
          status: '5.1.6',
          diagnostic: '551 5.1.6 Recipient has moved; no forwarding address',
        },
      ]),
    ],
    [
      'exim-user-unknown',
      bounce('09', [
        {
          address: 'gwen@host.example',
          status: '5.1.1',
          diagnostic: "550 5.1.1 <gwen@host.example> User doesn't exist: gwen@host.example",
        },
      ]),
    ],
    [
      'exim-retry-timeout',
      bounce('12', [
        { address: 'kofi@quiet.example', status: '5.0.0', ...soft, diagnostic: 'retry timeout exceeded' },
      ]),
    ],
    [
      'exchange-online-not-found',
      bounce('16', [
        {
          address: 'olga@corp.example',
          status: '5.1.10',
          diagnostic:
            '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient olga@corp.example not found by SMTP address lookup',
        },
      ]),
    ],
    [
      'exchange-online-access-denied',
      bounce('17', [
        {
          address: 'paul@corp.example',
          status: '5.4.1',
          diagnostic:
            '550 5.4.1 Recipient address rejected: Access denied. [DB5PEPF00014B8A.eurprd02.prod.office.example 2026-11-16T09:00:09.512Z]',
        },
      ]),
    ],
    [
      'exchange-online-mailbox-full',
      bounce('18', [
        {
          address: 'quentin@corp.example',
          status: '5.2.2',
          ...mailboxFull,
          diagnostic:
            '554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded; Failed to process message due to a permanent exception with message Cannot save changes made to an item to store. [Stage: CreateMessage] 16.55847:B5000000, 17.43559:00000000940000000000000000',
        },
      ]),
    ],
    [
      'google-not-found',
      bounce('20', [
        {
          address: 'sara.typo@google.example',
          status: '5.1.1',
          diagnostic:
            "550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking the recipient's email address for typos or 550-5.1.1 unnecessary spaces. For more information, go to 550 5.1.1 https://support.google.example/mail/?p=NoSuchUser - gsmtp",
        },
      ]),
    ],
    [
      'google-delayed-no-original',
      bounce('21', [
        {
          address: 'tariq@full.example',
          action: 'delayed',
          status: '4.2.2',
          ...mailboxFull,
          diagnostic:
            "452-4.2.2 The recipient's inbox is out of storage space. Please direct the 452-4.2.2 recipient to 452 4.2.2 https://support.google.example/mail/?p=OverQuotaTemp - gsmtp",
        },
      ]),
    ],
    [
      'google-refuses-us',
      bounce('22', [
        {
          address: 'uma@google.example',
          status: '5.7.26',
          ...soft,
          diagnostic:
            '550-5.7.26 Your email has been blocked because the sender is unauthenticated. 550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM. 550 5.7.26 - gsmtp',
        },
      ]),
    ],
    [
      'yahoo-report-overquota',
      bounce('25', [
        {
          address: 'xenia@yahoo.example',
          status: '5.0.0',
          ...mailboxFull,
          diagnostic: '552 1 Requested mail action aborted, exceeded storage allocation',
        },
      ]),
    ],
    [
      'ses-bounce',
      bounce(
        '26',
        [{ address: 'yusuf@readers.example', status: '5.1.1', diagnostic: '550 5.1.1 user unknown' }],
        { messageId: '<0102018c1f2e3d4c-9a8b7c6d-000000@eu-west-1.ses.example>' },
      ),
    ],
    [
      'sendmail-quota',
      bounce('37', [
        {
          address: 'nora@campus.example',
          status: '5.2.2',
          ...mailboxFull,
          diagnostic: '552 5.2.2 <nora@campus.example> Quota exceeded (mailbox for user is full)',
        },
      ]),
    ],
    [
      'blocklisted',
      bounce('38', [
        {
          address: 'otto@outlook.example',
          status: '5.0.0',
          ...soft,
          diagnostic:
            "550 Unfortunately, messages from [192.0.2.25] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140). You can also refer your provider to http://mail.outlook.example/mail/troubleshooting.aspx#errors. And so that this answer goes on for lo",
        },
      ]),
    ],
    [
      'several-recipients',
      bounce(
        '30',
        [
          { address: 'cleo@one.example', status: '5.1.1', diagnostic: '550 5.1.1 No such user' },
          {
            address: 'dina@two.example',
            action: 'delayed',
            status: '4.2.2',
            ...mailboxFull,
            diagnostic: '452 4.2.2 Mailbox full',
          },
          { address: 'egon@three.example', action: 'delivered', status: '2.1.5', ...soft },
          { address: null, status: '5.1.1' },
        ],
        { to: [bounceAddress('m30'), 'owner@lists.example'] },
      ),
    ],
  ])('%s', async (file, expected) => {
    expect(await readFixture(file)).toEqual(expected)
  })
})

describe('a report that breaks the rules', () => {
  test.each<[string, Bounce]>([
    [
      'recipients-without-empty-line',
      bounce('31', [
        { address: 'gus@gw.example', status: '5.2.1' },
        {
          address: 'hugo@gw.example',
          status: '5.3.4',
          ...soft,
          diagnostic: '552 5.3.4 Message size exceeds fixed limit',
        },
      ]),
    ],
    [
      'empty-line-after-each-field',
      bounce(
        '32',
        [
          { address: 'ida@spacious.example', status: '5.1.1', diagnostic: '550 5.1.1 ida.box7 is gone' },
          { address: 'jan@spacious.example', action: 'delayed', status: '4.4.2', ...soft },
        ],
        { messageId: null },
      ),
    ],
    [
      'latin1-diagnostic',
      bounce(
        '33',
        [
          {
            address: 'katja@latin.example',
            status: '5.0.0',
            ...mailboxFull,
            diagnostic: "550 Boîte aux lettres pleine, réessayez après l'été",
          },
        ],
        { messageId: null },
      ),
    ],
    [
      'base64-status',
      bounce('34', [
        { address: 'lars@encoded.example', status: '5.1.1', diagnostic: '550 5.1.1 Unknown user' },
      ]),
    ],
    [
      'report-without-status-part',
      bounce('35', [
        {
          address: 'mona@half.example',
          status: '5.0.0',
          diagnostic: '<mona@half.example>: host mx.half.example[198.51.100.9] said: 550 No such user here',
        },
      ]),
    ],
    ['report-with-nothing-in-it', bounce('36', [])],
    [
      'report-in-a-list-footer',
      bounce(
        '39',
        [
          {
            address: 'pia@wrapped.example',
            action: 'delayed',
            status: '4.4.7',
            ...soft,
            diagnostic: '421 4.4.7 Delivery time expired',
          },
        ],
        { messageId: null },
      ),
    ],
  ])('%s', async (file, expected) => {
    expect(await readFixture(file)).toEqual(expected)
  })
})

describe('a bounce in prose', () => {
  test.each<[string, Bounce]>([
    [
      'exim-old-two-recipients',
      bounce('10', [
        {
          address: 'hana@old.example',
          status: '5.1.1',
          diagnostic:
            'SMTP error from remote mail server after RCPT TO:<hana@old.example>: host mx.old.example [192.0.2.153]: 550 5.1.1 <hana@old.example>... User Unknown',
        },
        {
          address: 'ivo@old.example',
          status: '5.2.2',
          ...mailboxFull,
          diagnostic:
            'SMTP error from remote mail server after end of data: host mx.old.example [192.0.2.153]: 552 5.2.2 Over quota',
        },
      ]),
    ],
    [
      'exim-old-warning',
      bounce(
        '11',
        [
          {
            address: 'jana@old.example',
            action: 'delayed',
            status: '',
            ...soft,
            diagnostic:
              'No action is required on your part. Delivery attempts will continue for some time, and this warning may be repeated at intervals if the message remains undelivered.',
          },
        ],
        { messageId: null },
      ),
    ],
    [
      'qmail-no-user',
      bounce('13', [
        {
          address: 'lena@dept.q.example',
          status: '5.1.1',
          diagnostic:
            '198.51.100.44 does not like recipient. Remote host said: 550 5.1.1 <lena@dept.q.example>: no such user here Giving up on 198.51.100.44.',
        },
      ]),
    ],
    [
      'qmail-no-host',
      bounce('14', [
        {
          address: 'mia@nowhere.example',
          status: '5.1.2',
          diagnostic: "Sorry, I couldn't find any host named nowhere.example. (#5.1.2)",
        },
      ]),
    ],
    [
      'qmail-no-code',
      bounce('15', [
        {
          address: 'nils@q.example',
          status: '',
          ...soft,
          diagnostic: 'The script that sorts mail here went wrong.',
        },
      ]),
    ],
    [
      'exchange-old-did-not-reach',
      bounce('19', [
        {
          address: 'rosa@firm.example',
          status: '',
          ...soft,
          diagnostic:
            'rosa@firm.example on Mon, 16 Nov 2026 10:00:58 +0100 The recipient name is not recognized MSEXCH:IMS:FIRM:GATE:MAIL 0 (000C05A6)',
        },
      ]),
    ],
    [
      'google-old-plain',
      bounce('23', [
        {
          address: 'vera@school.example',
          status: '5.1.1',
          diagnostic:
            'Technical details of permanent failure: Google tried to deliver your message, but it was rejected by the recipient domain. We recommend contacting the other email provider for further information about the cause of this error. The error that the other server returned was: 550 550 5.1.1 user unknown',
        },
      ]),
    ],
    [
      'yahoo-plain',
      bounce('24', [
        {
          address: 'wim@yahoo.example',
          status: '5.0.0',
          diagnostic:
            'Remote host said: 554 delivery error: dd Sorry your message to wim@yahoo.example cannot be delivered. This mailbox is disabled (554.30). - mta1234.mail.yahoo.example [END_OF_MESSAGE]',
        },
      ]),
    ],
    [
      'gmx-plain',
      bounce('27', [
        {
          address: 'zoe@gmx.example',
          status: '5.1.1',
          diagnostic:
            'SMTP error from remote server after RCPT command: host: mx.gmx.example 5.1.1 <zoe@gmx.example>... User Unknown',
        },
      ]),
    ],
    [
      'webde-plain-german',
      bounce('28', [
        {
          address: 'anke@web.example',
          status: '4.2.2',
          ...mailboxFull,
          diagnostic:
            'SMTP-Fehler nach RCPT TO, Server mx01.web.example (198.51.100.5) antwortete: 452 4.2.2 Das Postfach ist voll, bitte später noch einmal',
        },
      ]),
    ],
    [
      'ionos-plain-no-code',
      bounce('29', [
        {
          address: 'bela@ionos.example',
          status: '',
          ...soft,
          diagnostic:
            'For the following reason: Mail size limit exceeded. For explanation visit http://postmaster.ionos.example/en/error-messages?ip=192.0.2.25',
        },
      ]),
    ],
    [
      'many-ways-it-was-sent',
      bounce(
        '40',
        [
          {
            address: 'rolf@relay.example',
            status: '5.1.1',
            diagnostic: '<rolf@relay.example>: 550 5.1.1 unknown user',
          },
        ],
        {
          to: ['returns@freehold.example', bounceAddress('m40'), 'returns@inside.freehold.example'],
          messageId: null,
        },
      ),
    ],
  ])('%s', async (file, expected) => {
    expect(await readFixture(file)).toEqual(expected)
  })
})
