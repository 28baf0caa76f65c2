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

export interface ConfirmationMail {
  subject: string
  html: string
  text: string
}

const subject = 'Please confirm your subscription to Freehold'
const textWidth = 72

/** Makes the mail that asks whether an address wants the digest. Nothing that a stranger could have typed stands in it. */
export function confirmationRenderer(
  templates: Templates,
  { site, ideas }: Place,
): (content: ConfirmationContent) => ConfirmationMail {
  const html = templates.html('email-confirmation')
  const text = templates.text('email-confirmation')
  const { host } = new URL(site)
  return ({ confirmUrl, hours, ...choice }) => {
    if (!/^https?:\/\/[^\s"<>]+$/.test(confirmUrl)) {
      throw new Error(`The link to confirm by must begin with https: or http:, but is “${confirmUrl}”.`)
    }
    const phrase = choicePhrase(choice, ideas)
    const view = {
      subject,
      site,
      phrase,
      opening:
        `Somebody, probably you, entered it at ${host} to get Freehold’s weekly digest: ${phrase}. ` +
        'Before anything comes we would like to be sure.',
      validity: `The link holds for ${hours % 24 === 0 ? plural(hours / 24, 'day') : plural(hours, 'hour')}.`,
      confirm: confirmUrl,
    }
    return { subject, html: html(view), text: text({ ...view, width: textWidth, colour: false }) }
  }
}
