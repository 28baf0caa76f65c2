export { type FeedLists, feedListSchema, readFeedLists } from './lists.ts'
