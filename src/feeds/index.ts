export { type Candidate, candidatesOf, formatOf, knownFeeds, usual } from './candidates.ts'
export {
  addEntry,
  dropEntry,
  followedAt,
  kindFor,
  type ListEdit,
  placeFor,
  type Refusal,
  standing,
} from './edit.ts'
export { type FeedEntry, type FeedFile, type FeedLists, feedListSchema, readFeedLists } from './lists.ts'
