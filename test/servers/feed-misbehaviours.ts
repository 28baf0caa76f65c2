import { answers } from './feed-misbehaviours-answers.ts'
import { bodies } from './feed-misbehaviours-bodies.ts'
import { framing } from './feed-misbehaviours-framing.ts'
import { redirects } from './feed-misbehaviours-redirects.ts'

/** Servers as one meets them, by name. Those below HTTP are in feed-connections.ts. */
export const misbehaviours = { ...bodies, ...framing, ...redirects, ...answers }
