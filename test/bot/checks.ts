import { expect, test } from 'vitest'
import { checkCallback, checkMessage } from '../servers/discord-limits.ts'
import { openApiSkipped, validateBody } from '../servers/discord-openapi.ts'
import type { TestDiscordServer } from '../servers/discord-server.ts'

const servers = new Set<TestDiscordServer>()

/** From now on `checkBodies` looks at what this server was sent, also when it is closed. */
export function keepForChecks(server: TestDiscordServer): void {
  servers.add(server)
}

const message = 4
const choicesOrModal = [8, 9]

interface Told {
  route: string
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent.
  body: any
}

/** What is sent that people will see, without its wrapping. */
function told({ route, body }: Told): Told['body'] | null {
  if (body === null) return null
  if (route.endsWith('/callback')) return body.type === message ? body.data : null
  return /^(POST|PATCH) \/(channels\/:channel\/messages|webhooks\/)/.test(route) ? body : null
}

/** Parts of bodies that hold half a character, which no JSON reader has to take. */
function halves(value: unknown): string[] {
  if (typeof value === 'string') return value.isWellFormed() ? [] : [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(halves) : []
}

/**
 * Registers the tests at the end of a file: all that its bots sent keeps within the limits, pings nobody, and is valid by
 * Discord's own description. `least` is how many bodies there have to be.
 */
export function checkBodies(least: number): void {
  const sent = () => [...servers].flatMap(({ requests }) => requests).filter(({ body }) => body !== null)

  test('all that was sent keeps within Discord’s limits and pings nobody', () => {
    const said = sent().filter((one) => told(one) !== null)
    expect(sent().length).toBeGreaterThanOrEqual(least)
    for (const one of said) {
      expect(checkMessage(told(one))).toBeNull()
      const { parse, users = [], roles = [], replied_user = false } = told(one).allowed_mentions ?? {}
      expect({ parse, users, roles, replied_user }, JSON.stringify(one)).toEqual({
        parse: [],
        users: [],
        roles: [],
        replied_user: false,
      })
    }
    for (const { body } of sent().filter(({ body }) => choicesOrModal.includes(body.type))) {
      expect(checkCallback(body)).toBeNull()
    }
    expect(sent().flatMap(({ body }) => halves(body))).toEqual([])
  })

  // Discord's description is not ours to hand on: where it does not lie beside the checkout, the test's name says so.
  test(openApiSkipped ?? 'all that was sent is valid by Discord’s own description', () => {
    expect(sent().flatMap(({ route, body }) => validateBody(route, body))).toEqual([])
    expect(sent().length).toBeGreaterThanOrEqual(least)
  })
}
