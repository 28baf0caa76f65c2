export { addressTyped, type Candidate, candidatesOf, formatOf, knownFeeds, usual } from './candidates.ts'
export {
  checkLists,
  editFor,
  type Finding,
  isPrivateHost,
  linesOfFields,
  planEdits,
  type Severity,
  severities,
  sortFindings,
} from './check.ts'
export { disguises, isSameFeed } from './disguise.ts'
export {
  addEntry,
  dropEntry,
  entryAt,
  followedAt,
  idFrom,
  isMeantBy,
  type ListEdit,
  placeAndKind,
  placeFor,
  type Refusal,
  standing,
} from './edit.ts'
export { barrenAfter, conditionsOf, type HealthFacts, isWorthSending, noteOf } from './health.ts'
export { type ImportLine, type ImportPlan, planImport } from './import.ts'
export { isOldEnough, type JudgeOptions, judge, wantsAnother } from './judge.ts'
export {
  type FeedEntry,
  type FeedFile,
  type FeedLists,
  feedListSchema,
  feedListsIn,
  readFeedLists,
} from './lists.ts'
export { type Look, type LookAnswer, type LookedItem, newestOf } from './look.ts'
export { fromOpml, toOpml } from './opml.ts'
export { type FeedChanges, feedChanges, type ListWatch, watchFeedLists } from './reload.ts'
