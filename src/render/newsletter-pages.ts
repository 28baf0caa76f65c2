import type { Idea, LeftReason, StoryChoice } from '../model/index.ts'
import { choiceBoxes, choicePhrase } from './choice.ts'
import { plain } from './feed-text.ts'
import { type Frame, type WayOn, waysOn } from './frame.ts'
import { privacyEntries, waysToBeForgotten } from './privacy.ts'

/** What stands in the form for subscribing: what somebody typed and ticked, and what is wrong with it. */
export interface SubscribeContent {
  values: { email: string } & StoryChoice
  /** A sentence; it stands at the field for the address. */
  error: string | null
}

export interface ConfirmContent extends StoryChoice {
  token: string
}

export interface ConfirmedContent {
  /** `/preferences/TOKEN` under the path that the pages are published at; null leaves the link out. */
  preferencesPath: string | null
  /** When the next issue comes, ISO time; null when nobody knows. */
  nextIssue: string | null
}

export interface PreferencesContent {
  token: string
  /** The token for leaving, which is signed for that alone. */
  leaveToken: string
  email: string
  values: StoryChoice
  /** `back` where the same press has ended an absence. */
  state: 'shown' | 'saved' | 'back'
}

/** What one who has left is shown in place of their preferences: with the button by which they come back. */
export interface ComeBackContent {
  token: string
  email: string
  values: StoryChoice
}

/** The same for one whom that button does not bring back. */
export interface StaysAwayContent {
  email: string
  /** How they came to be written to no more; null where nobody noted it. */
  reason: LeftReason | null
  /** As in `PrivacyContent`. */
  contact: string | null
}

export interface UnsubscribeContent {
  token: string
  email: string
}

export interface LeftContent {
  /** As in `ConfirmedContent`. */
  preferencesPath: string | null
}

export interface LinkGoneContent {
  what: 'confirm' | 'preferences' | 'unsubscribe'
  /** True where the page on privacy names an address, of either kind. */
  isReachable: boolean
}

export interface PrivacyContent {
  /** An e-mail address or a URL of whoever answers for the data. */
  contact: string | null
  postalAddress: string | null
}

/** What the small street at the top of a page shows of the reader's house. */
const lots = {
  planned: { planned: true, built: false },
  built: { planned: false, built: true },
  empty: { planned: false, built: false },
}

interface Notice {
  lot: (typeof lots)[keyof typeof lots] | null
  text: string
  more: string[]
  ways: WayOn[]
}

const longDay = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
})

/** No address is longer; what is typed beyond it is not shown again. */
const longestTyped = 400

/** Makes the pages of the newsletter. Tokens are written into paths and escaped; nothing here reads them. */
export function newsletterPages({ base, page }: Frame, ideas: readonly Idea[]) {
  const pages = {
    subscribe: page('subscribe'),
    confirm: page('confirm'),
    preferences: page('preferences'),
    comeBack: page('come-back'),
    unsubscribe: page('unsubscribe'),
    privacy: page('privacy'),
    notice: page('notice'),
  }
  const tokenPath = (what: string, token: string) => `${base}/${what}/${encodeURIComponent(token)}`
  const notice = (heading: string, view: Notice) => pages.notice('', heading, { heading, ...view })
  const [frontPage] = waysOn(base)
  const again = (label: string): WayOn => ({ href: `${base}/subscribe`, label })
  const preferences = (path: string | null, label: string): WayOn[] =>
    path === null ? [] : [{ href: ownPath(path), label }]
  const waysAfterLeaving = (path: string | null): WayOn[] => [
    ...(path === null
      ? [again('Left by mistake? Subscribe again')]
      : preferences(path, 'Left by mistake? Go back to your preferences')),
    { href: `${base}/digests`, label: 'The issues stay here to be read' },
  ]

  return {
    /** The form for subscribing; with an error it begins at the field that has it. */
    subscribePage({ values, error }: SubscribeContent): string {
      const said = error === null ? '' : plain(error, 400)
      return pages.subscribe('/subscribe', said ? 'Please correct: Subscribe' : 'Subscribe', {
        email: typed(values.email),
        error: said,
        described: ['email-hint', ...(said ? ['email-error'] : [])].join(' '),
        boxes: choiceBoxes(values, ideas),
      })
    },

    /** The answer to the form. It says the same whether the address is known, unknown or refuses mail. */
    checkInboxPage(): string {
      return notice('Look in your inbox', {
        lot: lots.planned,
        text: 'If that address can be written to, a mail is on its way; open it and press the button.',
        more: [
          'It may take a few minutes. If nothing comes, look among the spam and see whether the address was typed rightly.',
          'An address is sent no more than one such mail an hour, so asking again at once brings nothing.',
        ],
        ways: [again('Enter the address again'), frontPage!],
      })
    },

    /** What the link in the confirmation mail opens; opening it changes nothing. */
    confirmPage({ token, ideas: chosen, directions }: ConfirmContent): string {
      return pages.confirm('', 'Confirm your subscription', {
        lot: lots.planned,
        action: tokenPath('confirm', token),
        phrase: choicePhrase({ ideas: chosen, directions }, ideas),
      })
    },

    confirmedPage({ preferencesPath, nextIssue }: ConfirmedContent): string {
      const day = dayOf(nextIssue)
      return notice('You are subscribed', {
        lot: lots.built,
        text: day ? `The next issue comes on ${day}.` : 'The next issue comes to your inbox.',
        more: [
          'Every issue has a link for leaving at its top and at its foot, and one for changing what you get.',
        ],
        ways: [
          ...preferences(preferencesPath, 'Change what you get'),
          { href: `${base}/digests`, label: 'Read the issues so far' },
        ],
      })
    },

    /** What a subscriber chose, to be changed, and below it the way out. */
    preferencesPage({ token, leaveToken, email, values, state }: PreferencesContent): string {
      const { title, done } = preferenceStates[state]
      return pages.preferences('', title, {
        action: tokenPath('preferences', token),
        leave: tokenPath('unsubscribe', leaveToken),
        email: typed(email),
        done,
        saved: `From now on you get ${choicePhrase(values, ideas)}.`,
        boxes: choiceBoxes(values, ideas),
      })
    },

    /** The preferences of one who has left: their choice, and one button to come back by. */
    comeBackPage({ token, email, values }: ComeBackContent): string {
      return pages.comeBack('', 'You have left', {
        lot: lots.empty,
        action: tokenPath('preferences', token),
        email: typed(email),
        boxes: choiceBoxes(values, ideas),
      })
    },

    /** The same where a link is not enough to come back by: why, and what to do instead. */
    staysAwayPage({ email, reason, contact }: StaysAwayContent): string {
      const complained = reason === 'complained'
      const whom = waysToBeForgotten(contact).contact
      return notice('You are off the list', {
        lot: lots.empty,
        text: `${whyAway(reason, typed(email))} Freehold sends nothing to it.`,
        more: complained
          ? [
              `To get it again, ${whom ? `write to ${whom}` : 'ask whoever runs this Freehold'}, from that address.`,
            ]
          : [
              'To get it again, enter the address anew; a mail with a button shows that it can be written to.' +
                ` If none comes, ${whom ? `write to ${whom}` : 'ask whoever runs this Freehold'}.`,
            ],
        ways: [
          ...(complained ? [] : [again('Enter the address again')]),
          { href: `${base}/digests`, label: 'The issues stay here to be read' },
        ],
      })
    },

    /** What the link for leaving opens; opening it changes nothing. */
    unsubscribePage({ token, email }: UnsubscribeContent): string {
      return pages.unsubscribe('', 'Unsubscribe', {
        lot: lots.built,
        action: tokenPath('unsubscribe', token),
        email: typed(email),
      })
    },

    /** The same link, once it has been used. */
    leftAlreadyPage({ preferencesPath }: LeftContent): string {
      return notice('You have left already', {
        lot: lots.empty,
        text: 'Freehold sends you no more mail. There is nothing left to press.',
        more: [],
        ways: waysAfterLeaving(preferencesPath),
      })
    },

    leftPage({ preferencesPath }: LeftContent): string {
      return notice('You are off the list.', {
        lot: lots.empty,
        text: 'Freehold sends you no more mail.',
        more: [],
        ways: waysAfterLeaving(preferencesPath),
      })
    },

    /** Answers a link that is no longer, or never was, one of ours. */
    linkGonePage({ what, isReachable }: LinkGoneContent): string {
      const { heading, text, more } = linkGone[what]
      return notice(heading, {
        lot: null,
        text,
        more: [what === 'unsubscribe' ? `${more} If that fails too, ${lastResort(isReachable)}.` : more],
        ways: [
          again(what === 'confirm' ? 'Enter the address again' : 'Subscribe'),
          { href: `${base}/privacy`, label: isReachable ? 'Privacy, and whom to write to' : 'Privacy' },
          frontPage!,
        ],
      })
    },

    /** All that is kept of people, and for how long. */
    privacyPage({ contact, postalAddress }: PrivacyContent): string {
      return pages.privacy('/privacy', 'Privacy', {
        parts: privacyEntries,
        ...waysToBeForgotten(contact),
        postalAddress: plain(postalAddress ?? '', 300),
      })
    },
  }
}

/** Its title in the browser, and what has been done; empty where nothing has. */
const preferenceStates: Record<PreferencesContent['state'], { title: string; done: string }> = {
  shown: { title: 'Your preferences', done: '' },
  saved: { title: 'Preferences saved', done: 'Saved.' },
  back: { title: 'You are back', done: 'You are back.' },
}

function whyAway(reason: LeftReason | null, email: string): string {
  if (reason === 'complained') return `A mail to ${email} was reported as unwanted.`
  if (reason === 'bounced') return `Mails to ${email} came back.`
  return `${email} was taken off the list.`
}

const linkGone: Record<LinkGoneContent['what'], { heading: string; text: string; more: string }> = {
  confirm: {
    heading: 'This link can’t confirm anything',
    text: 'It may be too old, a newer one may have been sent, or the mail program may have cut it short.',
    more: 'If you confirmed before, everything is in order. If not, enter the address again and use the mail that comes then.',
  },
  preferences: {
    heading: 'This link opens no preferences',
    text: 'The mail program may have cut it short, or the address it belonged to is no longer kept.',
    more: 'Each issue of the digest has a link to your preferences at its top and at its foot. Please use that of the latest.',
  },
  unsubscribe: {
    heading: 'This link ends no subscription',
    text: 'The mail program may have cut it short, or the address it belonged to is no longer kept.',
    more: 'If issues still come, use the link “Unsubscribe” at the top or the foot of the latest.',
  },
}

function lastResort(isReachable: boolean): string {
  return isReachable ? 'write to the address on the page on privacy' : 'ask whoever runs this Freehold'
}

/** What somebody typed, in one line, without what can't be seen. */
function typed(text: string): string {
  return plain(text.slice(0, longestTyped))
}

/** A path of ours, as it is; anything else is a fault of the caller. */
function ownPath(path: string): string {
  if (!/^\/[\w/.%-]*$/.test(path) || path.startsWith('//')) {
    throw new Error(`A page can't link to “${path}”: give a path of our own such as /preferences/TOKEN.`)
  }
  return path
}

function dayOf(iso: string | null): string {
  const date = new Date(iso ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? '' : longDay.format(date).replace(',', '')
}
