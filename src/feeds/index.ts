export { type FeedLists, readFeedLists } from './lists.ts'
