import { plain } from './feed-text.ts'

/** Something that is kept: what, why, until when. */
export interface PrivacyEntry {
  what: string
  why: string
  until: string
}

export interface PrivacyPart {
  id: string
  heading: string
  entries: PrivacyEntry[]
}

/** All that is kept of people. Whoever makes the program keep more has to say so here. */
export const privacyEntries: PrivacyPart[] = [
  {
    id: 'by-mail',
    heading: 'If you read it by mail',
    entries: [
      {
        what: 'Your address, and which stories you chose',
        why: 'To send you the digest.',
        until:
          'Kept until you leave, and 30 days longer in case you change your mind. Then only a keyed hash stays, which tells nobody the address and keeps it from being written to again.',
      },
      {
        what: 'A keyed hash of an address that asked to be forgotten',
        why: 'So that it is never written to again unless its owner subscribes anew. The address can’t be read from it.',
        until: 'Kept as long as Freehold is published.',
      },
      {
        what: 'An address that was entered and not confirmed',
        why: 'To wait for its owner to press the button.',
        until: 'Kept for 30 days.',
      },
      {
        what: 'A keyed hash of the network an address was entered from, and of the address',
        why: 'So that nobody can use the form to flood others with mail.',
        until: 'Kept for 30 days.',
      },
      {
        what: 'That an issue was sent to you, when, and what your mail server answered',
        why: 'So that each issue reaches you once.',
        until: 'Kept as long as the address.',
      },
      {
        what: 'Mails that came back',
        why: 'To stop writing to an address that can’t be reached. Only which kind it was, and when, is noted.',
        until: 'Kept for a year; how many there were in a row, as long as the address.',
      },
    ],
  },
  {
    id: 'suggestions',
    heading: 'If you suggest a feed',
    entries: [
      {
        what: 'Its address, and what you wrote about it',
        why: 'For those who keep the feed lists to look at. No name stands with it.',
        until: 'Kept until they have added the feed or turned it down.',
      },
      {
        what: 'A keyed hash of the network it was suggested from',
        why: 'So that nobody can flood the list by the form on these pages.',
        until: 'Kept for 30 days.',
      },
    ],
  },
  {
    id: 'on-discord',
    heading: 'If you meet the bot on Discord',
    entries: [
      {
        what: 'Questions that the wiki has no answer to',
        why: 'So that its writers know what is missing. No name stands with them.',
        until: 'Kept as long as they help those who write the wiki.',
      },
      {
        what: 'Answers of the bot, with the question',
        why: 'So that people can say whether they helped. No name stands with them.',
        until: 'Kept for 90 days.',
      },
      {
        what: 'What you say of an answer or a label, under a keyed hash',
        why: 'To put it right, and to count each person once. Nobody can tell from the hash who it was.',
        until: 'Kept as long as it helps to put things right.',
      },
      {
        what: 'That a channel is subscribed: the channel, its server, and who subscribed it',
        why: 'To post there, and to tell that person when posting fails.',
        until: 'Kept until it is unsubscribed, or 30 days after the bot has left the server.',
      },
    ],
  },
  {
    id: 'on-the-web',
    heading: 'If you read it here',
    entries: [
      {
        what: 'Nothing',
        why: 'These pages set no cookies, run no scripts, and load nothing from anybody else.',
        until: '',
      },
    ],
  },
]

/** Whom to ask to be forgotten: a link where there is an address to link to. */
export function waysToBeForgotten(raw: string | null): { contact: string; contactHref: string } {
  const contact = plain(raw ?? '', 300)
  const isAddress = /^[^\s@<>"?&#%/:]+@[^\s@<>"?&#%/:]+$/.test(contact)
  const isLink = /^https?:\/\/[^\s"<>]+$/.test(contact)
  return { contact, contactHref: isAddress ? `mailto:${contact}` : isLink ? contact : '' }
}
