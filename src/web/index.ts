export type { Archive } from './archive.ts'
export { type Listening, listen } from './listen.ts'
export { createWeb, type Health, type Log, type WebOptions } from './web.ts'
