export { type Asker, type AskerOptions, createAsker } from './asker.ts'
export type { NewsItem, NewsSource } from './news-items.ts'
