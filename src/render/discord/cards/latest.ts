import type { Direction, LabelledItem } from '../../../model/index.ts'
import { effectiveDate } from '../../../model/index.ts'
import { type Place, quoteOf } from '../../digest-view.ts'
import { words } from '../../directions.ts'
import { clip, plain } from '../../feed-text.ts'
import { type ActionRow, type DiscordMessage, gap, type SelectOption } from '../components.ts'
import { noZone, zoneOf } from '../digest-story.ts'
import { pagingRow } from './buttons.ts'
import { box, moment, small, textOf } from './layout.ts'
import { fitted, type Pen } from './pen.ts'
import { deeds, ideaName, leadingLabel, markOf } from './phrases.ts'

/** A stored item with the name of the feed that brought it. */
export interface ToldItem {
  item: LabelledItem
  feedTitle: string
}

export interface LatestContent {
  /** Of this page, the newest first; {@link latestPerPage} of them. */
  stories: readonly ToldItem[]
  /** What the list is narrowed to; null for all. */
  idea: string | null
  direction: Direction | null
  /** From 1 on. */
  page: number
  pages: number
  /** The beginning of the period in words, as they stand behind “since”: `9 November`. */
  since: string
}

/** How many stories a page of the list holds. */
export const latestPerPage = 5

/** The newest stories, as asked for, with a way to the older ones and to say that a label is wrong. */
export function latestCard(place: Place): (content: LatestContent) => DiscordMessage {
  return (content) =>
    fitted((pen) => {
      const { stories, idea, direction, page, pages } = content
      const about = idea === null ? '' : ` on ${ideaName(idea, place.ideas, pen)}`
      const since = content.since ? `since ${pen.sentence(content.since, 60)}` : ''
      if (stories.length === 0) {
        const that = direction === null ? '' : ` that ${deeds[direction]}`
        const hint =
          about || that
            ? '`/latest` without a filter shows everything.'
            : '`/sources` shows which feeds are read, and whether they answer.'
        return [
          box(
            textOf(`Freehold has stored no story${about}${that}${since && ` ${since}`}.`, small(hint)),
            noZone,
          ),
        ]
      }
      const shown = stories.slice(0, latestPerPage)
      const facts = [
        direction === null ? '' : `only what ${deeds[direction]}`,
        since,
        pages > 1 ? `page ${page} of ${pages}` : '',
      ]
      return [
        box(
          [
            ...textOf(`### Latest stories${about}`, small(...facts)),
            ...shown.flatMap((story) => [gap(), ...storyText(story, content, place, pen)]),
            gap(),
            ...wrongLabel(shown, content, place),
            ...pagingRow(content, ['Newer', 'Older'], idea ?? '', direction ?? ''),
          ],
          idea === null ? noZone : zoneOf(idea, place),
        ),
      ]
    })
}

function storyText(
  { item, feedTitle }: ToldItem,
  { idea, direction }: LatestContent,
  { ideas }: Place,
  pen: Pen,
) {
  const label = leadingLabel(item, idea, direction)
  const quote = label ? quoteOf(clip(plain(label.evidence), 200), item.title) : ''
  return textOf(
    `${markOf(label)}**${pen.link(item.title, item.url, 160)}**`,
    small(
      // The head says it where the list is narrowed to one idea.
      label && idea === null ? ideaName(label.idea, ideas, pen) : '',
      label ? words[label.direction] : '',
      pen.words(feedTitle, 60),
      moment(effectiveDate(item), 'D'),
    ),
    quote && `> ${pen.words(quote, 240)}`,
  )
}

/** A menu of the stories shown. */
function wrongLabel(
  stories: readonly ToldItem[],
  { idea, direction }: LatestContent,
  { ideas }: Place,
): ActionRow[] {
  const options = new Map<string, SelectOption>()
  for (const { item } of stories) {
    if (item.id === '' || item.id.length > 100 || !item.id.isWellFormed()) continue
    const label = leadingLabel(item, idea, direction)
    const name = label && plain(ideas.find(({ id }) => id === label.idea)?.name ?? label.idea, 60)
    options.set(item.id, {
      label: plain(item.title, 100) || 'Untitled',
      value: item.id,
      ...(label ? { description: `${name} · ${words[label.direction]}` } : {}),
    })
  }
  if (options.size === 0) return []
  return [
    {
      type: 1,
      components: [
        {
          type: 3,
          custom_id: 'label',
          placeholder: 'Wrong label? Choose the story',
          options: [...options.values()],
        },
      ],
    },
  ]
}
