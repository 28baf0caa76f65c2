export { balanceOf, balanceWeeks } from './balance.ts'
export { type Composition, composeDigest, type DigestInput } from './compose.ts'
export { groupStories } from './stories.ts'
