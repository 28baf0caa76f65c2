import type { Item } from '../model/index.ts'

/** An item ready to be stored, with the keys it is found again by. */
export interface NewItem extends Item {
  identity: string
  revision: string
  /** Its date as the feed tells it, also where that lies in the future; `publishedAt` without it. */
  statedAt?: number | null
}
