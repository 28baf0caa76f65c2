export { legend, marks } from './directions.ts'
export type { AlertStory } from './discord/alert.ts'
export {
  type AnswerContent,
  type ConceptContent,
  type ConceptsContent,
  type FeedHealth,
  type HelpCommand,
  type HelpContent,
  type IdeasContent,
  type LabelModalContent,
  type LatestContent,
  latestPerPage,
  type Modal,
  type SourcesContent,
  type StatusContent,
  type SubscribedContent,
  sourcesPerPage,
  type ToldItem,
  type TroubleContent,
  type WhyContent,
} from './discord/cards/index.ts'
export { type DiscordMessage, fingerprintOf } from './discord/components.ts'
export { type CardAction, customId, parseCustomId } from './discord/custom-ids.ts'
export type { DiscordPost } from './discord/digest.ts'
export type { DiscordWish } from './discord/digest-wish.ts'
export { channelEditor, type EditorNote, moment, signatureOf } from './editor-note.ts'
export type { Counts, DigestSummary } from './pages.ts'
export { createRenderer, type Renderer } from './renderer.ts'
export { headlineOf } from './subject.ts'
export { type FeedFormat, feedFormats, type IdeaItem, type ReleasedIssue } from './syndication.ts'
export { TemplateError } from './templates.ts'
