export { type Candidate, candidatesOf, formatOf, knownFeeds, usual } from './candidates.ts'
export {
  addEntry,
  dropEntry,
  followedAt,
  idFrom,
  kindFor,
  type ListEdit,
  placeFor,
  type Refusal,
  standing,
} from './edit.ts'
export { type ImportLine, type ImportPlan, planImport } from './import.ts'
export { type FeedEntry, type FeedFile, type FeedLists, feedListSchema, readFeedLists } from './lists.ts'
export { fromOpml, toOpml } from './opml.ts'
