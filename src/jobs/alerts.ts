import { createHash } from 'node:crypto'
import { strongStories } from '../digest/index.ts'
import { type Alert, day, effectiveDate, hour, isChosen, type LabelledItem, week } from '../model/index.ts'
import { placesIn, wishOf } from './audience.ts'
import { articlesTold, recentStories, toldInIssues } from './digest.ts'
import type { Way } from './way.ts'

type AlertWay = Pick<Way, 'store' | 'feeds' | 'ideas' | 'post' | 'now'>

/** A story is put together from what came in so lately. */
const window = day
/** What happened longer ago is no alert, whenever it came in. */
const oldest = 2 * day
/** What alerts and issues have told is compared with for so long; what was the same article is known for ever. */
const memory = 2 * week
/** An alert that could not be posted by then is dropped. */
export const alertStale = 12 * hour

/**
 * Writes down the strong stories that nobody has been told of, for the channels that want alerts, as far as each one's
 * allowance for 24 hours goes. A channel gets nothing that came in before it subscribed. Returns how many alerts.
 */
export async function writeAlerts(way: AlertWay): Promise<number> {
  if (!way.post.discord) return 0
  const wanting = (await way.store.channels.active()).filter(({ mode }) => mode !== 'digest')
  if (wanting.length === 0) return 0
  const now = way.now()
  const recent = await way.store.items.list({ since: now - window, newsOnly: true })
  const items = recent.filter((item) => effectiveDate(item) >= now - oldest)
  if (!items.some(({ labels }) => labels.length > 0)) return 0
  const told = await toldBefore(way, items)
  const past = [
    ...(await alerted(way, now - memory)),
    ...(await recentStories(way, 2)),
    ...items.filter(({ id }) => told.has(id)).map((item) => ({ issue: 0, items: [item] })),
  ]
  const known = new Map(items.map((item) => [item.id, item]))
  const spent = await way.store.posts.alertsSince(now - day)
  const names = new Map(way.ideas.map((idea) => [idea.id, idea.name]))
  let made = 0
  for (const { idea, story } of strongStories({ ideas: way.ideas, feeds: way.feeds, items, past })) {
    const cameAt = Math.max(...story.items.map((id) => known.get(id)!.firstSeenAt))
    const channels = wanting.filter(
      (one) =>
        isChosen(one, idea, story.direction) &&
        one.madeAt <= cameAt &&
        (spent.get(one.channel) ?? 0) < one.alertsADay,
    )
    if (channels.length === 0) continue
    const alert: Alert = {
      id: idOf(story.items),
      idea,
      ideaName: names.get(idea) ?? idea,
      story,
      madeAt: now,
    }
    const places = channels.flatMap((one) => placesIn(one, 1, wishOf(one), false))
    if (!(await way.store.alerts.create(alert, story.items, places))) continue
    for (const { channel } of channels) spent.set(channel, (spent.get(channel) ?? 0) + 1)
    made += 1
  }
  return made
}

/** The same story, the same id, for the processes that find it together. */
function idOf(items: string[]): string {
  return createHash('sha256').update(items.toSorted()[0]!).digest('hex').slice(0, 16)
}

/** Of these items the ids of those whose article an alert or an issue has told at any time. */
async function toldBefore({ store }: Pick<Way, 'store'>, items: LabelledItem[]): Promise<Set<string>> {
  const inAlerts = new Set((await store.alerts.itemsSince(0)).flatMap((one) => one.items))
  const alertedIds = await articlesTold(
    store,
    items,
    async (ids) => new Set(ids.filter((id) => inAlerts.has(id))),
  )
  return alertedIds.union(await toldInIssues(store, items))
}

async function alerted(
  way: Pick<Way, 'store'>,
  since: number,
): Promise<{ issue: number; items: LabelledItem[] }[]> {
  const stories = await way.store.alerts.itemsSince(since)
  const items = await way.store.items.byIds([...new Set(stories.flatMap((one) => one.items))])
  const byId = new Map(items.map((item) => [item.id, item]))
  return stories.map((one) => ({ issue: 0, items: one.items.flatMap((id) => byId.get(id) ?? []) }))
}
