import type { Digest } from '../model/index.ts'
import type { Kept } from './digest-view.ts'

/**
 * The most stories of which `fits` approves. The last story of the longest section goes first, so that every idea
 * keeps its strongest ones.
 */
export function keepWhatFits(digest: Digest, fits: (kept: Kept) => boolean): Kept {
  const steps = stepsDown(digest)
  let [fewest, most] = [0, steps.length - 1]
  while (fewest < most) {
    const middle = Math.floor((fewest + most) / 2)
    if (fits(steps[middle]!)) most = middle
    else fewest = middle + 1
  }
  return steps[fewest]!
}

/** All stories, one fewer, two fewer, … none. */
function stepsDown(digest: Digest): Kept[] {
  let kept = new Map(digest.sections.map((section) => [section.idea, section.stories.length]))
  const steps: Kept[] = [kept]
  for (;;) {
    const longest = [...kept].reduce<[string, number]>((a, b) => (b[1] >= a[1] ? b : a), ['', 0])
    if (longest[1] === 0) return steps
    kept = new Map(kept).set(longest[0], longest[1] - 1)
    steps.push(kept)
  }
}
