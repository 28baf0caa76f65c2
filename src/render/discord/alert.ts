import type { AlsoIn, Story } from '../../model/index.ts'
import type { Place } from '../digest-view.ts'
import { words } from '../directions.ts'
import { button, type DiscordMessage, messageOf, row, text } from './components.ts'
import { customId } from './custom-ids.ts'
import { withRole } from './digest-role.ts'
import { alsoLine, storyText, zoneOf } from './digest-story.ts'
import type { DiscordWish } from './digest-wish.ts'
import { discordText, maskedLink } from './markdown.ts'

/** A strong story told between digests, under the idea it bears on most. */
export interface AlertStory
  extends Pick<
    Story,
    'item' | 'title' | 'url' | 'feedTitle' | 'publishedAt' | 'direction' | 'evidence' | 'score'
  > {
  /** Id of the idea, and its name. */
  idea: string
  ideaName: string
  /** The other publishers, the earliest first. */
  also: Pick<AlsoIn, 'feedTitle'>[]
}

/** Makes one message of a strong story, with a button for those who think that its label is wrong. */
export function alertRenderer(
  place: Place,
): (story: AlertStory, wish?: DiscordWish | null) => DiscordMessage {
  return (story, wish) => {
    const idea = maskedLink(story.ideaName || story.idea, `${place.site}/ideas/${story.idea}`, 60)
    const facts = [
      `${words[story.direction]} under ${idea}`,
      discordText(story.feedTitle, 60),
      timestamp(story.publishedAt),
      alsoLine(story.also),
    ]
    const report = customId('label', story.item)
    const message = messageOf([
      {
        type: 17,
        accent_color: zoneOf(story.idea, place),
        components: [
          text(storyText(story, [`-# ${facts.filter(Boolean).join(' · ')}`])),
          text('-# A strong story, told ahead of the next digest.'),
          ...(report ? [row(button('Wrong label?', report))] : []),
        ],
      },
    ])
    return withRole(message, wish?.role)
  }
}

/** How long ago, as each reader's Discord says it; empty when it is no date. */
function timestamp(iso: string): string {
  const time = Date.parse(iso)
  return Number.isNaN(time) ? '' : `<t:${Math.floor(time / 1000)}:R>`
}
