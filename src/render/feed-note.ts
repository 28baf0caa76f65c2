import type { FeedNote } from '../model/index.ts'
import { longDate } from './dates.ts'
import type { Place } from './digest-view.ts'
import { plain } from './feed-text.ts'
import { number, plural } from './numbers.ts'
import type { Templates } from './templates.ts'

export interface NoteMail {
  subject: string
  html: string
  text: string
}

/** Feeds that a mail tells one by one. */
const mostInMail = 40
const textWidth = 72

/** Makes the weekly mail to those who keep the feed lists. */
export function noteRenderer(templates: Templates, { site }: Place): (note: FeedNote) => NoteMail {
  const html = templates.html('email-note')
  const text = templates.text('email-note')
  return (note) => {
    const shown = note.needs.slice(0, mostInMail)
    const subject = noteTitle(note)
    const view = {
      subject,
      site,
      week: longDate(note.week),
      opening: noteOpening(note),
      needs: shown.map((one) => ({ ...noteLine(one), link: one.site })),
      more: moreWords(note.needs.length - shown.length),
      brought: broughtWords(note),
    }
    return { subject, html: html(view), text: text({ ...view, width: textWidth, colour: false }) }
  }
}

/** `Feeds: 3 of 74 need a hand`. */
export function noteTitle({ needs, feeds, unread }: FeedNote): string {
  if (needs.length > 0)
    return `Feeds: ${number(needs.length)} of ${number(feeds)} ${needs.length === 1 ? 'needs' : 'need'} a hand`
  if (unread * 2 > feeds) return `Feeds: ${number(unread)} of ${number(feeds)} are not being read`
  return `Feeds: all is well with ${number(feeds)}`
}

/** What there is to say before the feeds one by one. */
export function noteOpening({ needs, feeds, unread }: FeedNote): string {
  const calm = `None of the ${plural(feeds, 'feed')} needs a hand.`
  const busy = `${number(needs.length)} of ${plural(feeds, 'feed')} will not get well without one of you.`
  const silent = `${plural(unread, 'feed')} ${unread === 1 ? 'was' : 'were'} not read for two days or more: see that the service runs and is on the network.`
  return [needs.length > 0 ? busy : calm, ...(unread > 0 ? [silent] : [])].join(' ')
}

/** A feed in the note, its words made safe to show. */
export function noteLine(one: FeedNote['needs'][number]) {
  return {
    title: plain(one.title, 100) || one.feed,
    feed: one.feed,
    what: plain(one.what, 400),
    remedy: plain(one.remedy ?? '', 300),
  }
}

/** `and 3 more; freehold feeds health lists them.`; empty without any. */
export function moreWords(more: number): string {
  return more > 0 ? `And ${number(more)} more, which npx freehold feeds health lists.` : ''
}

/** What the feeds have brought, in a sentence or two. */
export function broughtWords({ days, contributed, most, feeds }: FeedNote): string {
  const { read, labelled, published, alerts } = contributed
  const span = `In the last ${plural(days, 'day')}`
  if (read + published === 0) return `${span} the feeds have brought nothing yet.`
  const counts = `${span} ${plural(feeds, 'feed')} brought ${plural(read, 'item')}: ${number(labelled)} bore on an idea, ${number(published)} stood in digests, ${number(alerts)} in alerts.`
  if (most.length === 0) return counts
  const names = most.map(({ title, published: times }) => `${plain(title, 60)} (${number(times)})`)
  return `${counts} Most was published of ${listed(names)}.`
}

function listed(names: string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
