import type { StoryChoice } from '../model/index.ts'
import { choicePhrase } from './choice.ts'
import type { Place } from './digest-view.ts'
import { plural } from './numbers.ts'
import type { Templates } from './templates.ts'

export interface ConfirmationContent extends StoryChoice {
  /** The page with the button; http(s). It is shown as it is given. */
  confirmUrl: string
  /** How long the link holds. */
  hours: number
}

/** What one is sent who reads the digest already and was entered in the form again. Links as in `ConfirmationContent`. */
export interface ReaderContent {
  /** What they get. */
  reads: StoryChoice
  preferencesUrl: string
  unsubscribeUrl: string
  /** What the form asked for, where that is something else. */
  wish: ConfirmationContent | null
}

export interface ConfirmationMail {
  subject: string
  html: string
  text: string
}

/** What the template is filled with, but for what all such mails share. */
interface Words {
  subject: string
  /** What stands beside the subject in a list of mails. */
  glance: string
  heading: string
  opening: string
  /** The one button; plain text has `prompt` above its address. */
  press: Press
  after: string
  others: (Press & { words: string })[]
  ending: string
}

interface Press {
  label: string
  prompt: string
  href: string
}

const subject = 'Please confirm your subscription to Freehold'
const readsAlready = 'You read Freehold already'
const textWidth = 72

/** Makes the mails that answer the form for subscribing. Nothing that a stranger could have typed stands in them. */
export function confirmationRenderer(templates: Templates, { site, ideas }: Place) {
  const html = templates.html('email-confirmation')
  const text = templates.text('email-confirmation')
  const { host } = new URL(site)
  const mail = (words: Words): ConfirmationMail => {
    const view = { ...words, site }
    return {
      subject: words.subject,
      html: html(view),
      text: text({ ...view, width: textWidth, colour: false }),
    }
  }

  return {
    /** Asks whether an address wants the digest. */
    confirmationMail({ confirmUrl, hours, ...choice }: ConfirmationContent): ConfirmationMail {
      const phrase = choicePhrase(choice, ideas)
      return mail({
        subject,
        glance: `One press, and once a week you get ${phrase}.`,
        heading: 'Is this address yours?',
        opening:
          `Somebody, probably you, entered it at ${host} to get Freehold’s weekly digest: ${phrase}. ` +
          'Before anything comes we would like to be sure.',
        press: {
          label: 'Confirm the subscription',
          prompt: 'To confirm it, open this page and press its button:',
          href: checked(confirmUrl, 'to confirm by'),
        },
        after: `It opens a page with one button to press. ${validity(hours)}`,
        others: [],
        ending:
          'If it was not you, do nothing. Nothing more comes, and the address is deleted after 30 days.',
      })
    },

    /** Tells a reader that there is nothing to confirm, and where to change or end what comes. */
    readerMail({ reads, preferencesUrl, unsubscribeUrl, wish }: ReaderContent): ConfirmationMail {
      const wished = wish && choicePhrase(wish, ideas)
      return mail({
        subject: readsAlready,
        glance: 'Change your choice or leave here.',
        heading: readsAlready,
        opening:
          `Somebody, probably you, entered this address at ${host}. It gets Freehold once a week: ` +
          `${choicePhrase(reads, ideas)}. Change your choice or leave here.`,
        press: {
          label: 'Change your choice',
          prompt: 'To change your choice, open this page:',
          href: checked(preferencesUrl, 'to the preferences'),
        },
        after: 'It opens your preferences; nothing changes until you press a button there.',
        others: [
          ...(wish
            ? [
                {
                  words: `The form asked for ${wished}. ${validity(wish.hours)}`,
                  label: 'Get that instead',
                  prompt: `The form asked for ${wished}. To get that instead, open this page and press its button. ${validity(wish.hours)}`,
                  href: checked(wish.confirmUrl, 'to confirm by'),
                },
              ]
            : []),
          {
            words: 'Enough of it?',
            label: 'Unsubscribe',
            prompt: 'To leave, open this page and press its button:',
            href: checked(unsubscribeUrl, 'to leave by'),
          },
        ],
        ending: 'If it was not you, do nothing. Nothing changes, and the issues come as before.',
      })
    },
  }
}

function validity(hours: number): string {
  return `The link holds for ${hours % 24 === 0 ? plural(hours / 24, 'day') : plural(hours, 'hour')}.`
}

function checked(url: string, what: string): string {
  if (!/^https?:\/\/[^\s"<>]+$/.test(url)) {
    throw new Error(`The link ${what} must begin with https: or http:, but is “${url}”.`)
  }
  return url
}
