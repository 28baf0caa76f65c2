import type { Place } from '../../digest-view.ts'
import { answerCard } from './answer.ts'
import { conceptCard, concepts } from './concept.ts'
import { feedNote } from './feed-note.ts'
import { help } from './help.ts'
import { ideasCard } from './ideas.ts'
import { labelModal } from './label-modal.ts'
import { latestCard } from './latest.ts'
import { newsletterCard } from './newsletter.ts'
import { notice } from './notice.ts'
import { passages } from './passages.ts'
import { previewCard } from './preview.ts'
import { reasonModal } from './reason-modal.ts'
import { sourcesCard } from './sources.ts'
import { statusCard } from './status.ts'
import { subscribedCard } from './subscribed.ts'
import { trouble } from './trouble.ts'
import { whyCard } from './why.ts'

export type { AnswerContent } from './answer.ts'
export type { ConceptContent, ConceptsContent } from './concept.ts'
export type { HelpCommand, HelpContent } from './help.ts'
export type { IdeasContent } from './ideas.ts'
export type { LabelModalContent } from './label-modal.ts'
export { type LatestContent, latestPerPage, type ToldItem } from './latest.ts'
export type { Modal } from './modal.ts'
export { type FeedHealth, type SourcesContent, sourcesPerPage } from './sources.ts'
export type { StatusContent } from './status.ts'
export type { SubscribedContent } from './subscribed.ts'
export type { TroubleContent } from './trouble.ts'
export type { WhyContent } from './why.ts'

/** Makes what the bot answers with: messages of Components V2 and modals, all within Discord's limits. */
export function cardRenderer(place: Place) {
  return {
    answer: answerCard(place),
    passages,
    concept: conceptCard(place),
    concepts,
    ideas: ideasCard(place),
    latest: latestCard(place),
    sources: sourcesCard(place),
    why: whyCard(place),
    labelModal,
    reasonModal,
    subscribed: subscribedCard(place),
    status: statusCard(place),
    help,
    notice,
    newsletter: newsletterCard(place),
    trouble,
    preview: previewCard,
    feedNote,
  }
}
