export { type Asker, type AskerOptions, createAsker } from './asker.ts'
export type { NewsSource } from './news.ts'
