export type { Archive } from './archive.ts'
export { listen } from './listen.ts'
export { createWeb, type WebOptions } from './web.ts'
