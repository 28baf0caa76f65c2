import { expect, test } from 'vitest'
import { connectionMisbehaviours } from '../../servers/feed-connections.ts'
import { answers } from '../../servers/feed-misbehaviours-answers.ts'
import { bodies } from '../../servers/feed-misbehaviours-bodies.ts'
import { framing } from '../../servers/feed-misbehaviours-framing.ts'
import { redirects } from '../../servers/feed-misbehaviours-redirects.ts'
import { misbehaviours } from '../../servers/feed-server.ts'

// That each has a case is checked by the compiler: see Cases in misbehaving.ts.
test('servers misbehave in more than a hundred ways by name', () => {
  const names = [...Object.keys(misbehaviours), ...Object.keys(connectionMisbehaviours)]
  expect(names.length).toBeGreaterThan(100)
  const themes = [answers, bodies, framing, redirects, connectionMisbehaviours].flatMap((theme) =>
    Object.keys(theme),
  )
  expect(new Set(themes).size, 'a name used by two themes hides one of them').toBe(themes.length)
  expect(themes.sort()).toEqual(names.sort())
})
