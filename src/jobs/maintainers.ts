import { buildMail, messageIdFor } from '../deliver/index.ts'
import { barrenAfter, isWorthSending, noteOf } from '../feeds/index.ts'
import { type Delivery, day, type FeedNote, mondayOf, normalEmail } from '../model/index.ts'
import type { DiscordMessage } from '../render/index.ts'
import type { Destination } from '../store/index.ts'
import { feedHealth } from './feed-health.ts'
import type { Way } from './way.ts'

/**
 * Writes down this week's note on the feeds for those who keep them, once for each week (which begins on Monday in
 * `zone`); where there is nobody to send it to it is logged. Only when a feed needs a hand, and once in four weeks that
 * all is well. Gives to how many places it goes.
 */
export async function writeFeedNote(
  way: Pick<Way, 'store' | 'feeds' | 'now' | 'post' | 'log'>,
  zone: string,
): Promise<{ needs: number; places: number }> {
  const found = await feedHealth(way)
  const contributions = new Map(found.map(({ feed, contribution }) => [feed, contribution]))
  const conditions = found.map(({ state: _, contribution: __, ...condition }) => condition)
  const note = noteOf({ week: weekOf(way.now(), zone), conditions, contributions }, barrenAfter / day)
  const needs = note.needs.length
  const last = await way.store.notes.last()
  if (!isWorthSending(note, last?.week ?? null)) return { needs, places: 0 }
  const places = placesOf(way)
  if (!(await way.store.notes.create(note, places, way.now()))) return { needs, places: 0 }
  if (places.length === 0) {
    for (const { feed, what, remedy } of note.needs) way.log.warn({ feed, remedy }, what)
    way.log.info(
      { feeds: note.feeds, needs },
      'the weekly note on the feeds is only logged; MAINTAINERS or EDITORS would get it',
    )
  } else
    way.log.info({ week: note.week, needs, places: places.length }, 'the weekly note on the feeds goes out')
  return { needs, places: places.length }
}

function placesOf({ post }: Pick<Way, 'post'>): Destination[] {
  const all = post.maintainers.length > 0 ? post.maintainers : post.editors
  return all.map((target) => ({
    medium: normalEmail(target) === null ? 'discord' : 'email',
    target,
    part: 0,
  }))
}

/** The Monday of a time's week as the calendar of a zone has it: `2026-11-23`. */
function weekOf(time: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  }).formatToParts(time)
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value)
  return new Date(mondayOf(Date.UTC(of('year'), of('month') - 1, of('day')))).toISOString().slice(0, 10)
}

/** The note that a delivery is of; null when a later one has taken its place. */
async function noteFor({ store }: Pick<Way, 'store'>, week: string): Promise<FeedNote | null> {
  const note = await store.notes.last()
  return note?.week === week ? note : null
}

/** The note's mail to one address; null when a later note has taken its place. */
export async function noteMail(
  way: Pick<Way, 'store' | 'renderer' | 'post'>,
  delivery: Delivery,
  week: string,
): Promise<Buffer | null> {
  const note = await noteFor(way, week)
  if (!note) return null
  return buildMail({
    ...way.renderer.noteMail(note),
    from: way.post.serviceFrom,
    to: delivery.target,
    messageId: messageIdFor(delivery.id, way.post.mailDomain),
    date: new Date(delivery.dueAt),
  })
}

/** The note as a post; null when a later note has taken its place. */
export async function notePost(
  way: Pick<Way, 'store' | 'renderer'>,
  week: string,
): Promise<DiscordMessage | null> {
  const note = await noteFor(way, week)
  return note && way.renderer.cards.feedNote(note)
}
