import { stream } from './feed-misbehaviours-bodies.ts'
import { rssType, writing } from './feed-sample.ts'
import type { Responder } from './feed-server.ts'

const redirectTo =
  (location: string, status = 302): Responder =>
  (_request, response) => {
    response.writeHead(status, { location }).end('Moved')
  }
/** Header bytes as they are; Node would refuse them. */
const redirectToBytes = (location: Buffer | string) =>
  writing('HTTP/1.1 301 Moved\r\nlocation: ', location, '\r\ncontent-length: 0\r\n\r\n')

/** Redirects that lead astray. */
export const redirects = {
  redirectTo,
  /** A redirect with a body without end. */
  endlessRedirect: (location: string) => stream({ ...rssType, location }, undefined, undefined, 302),
  redirectLoop: (): Responder => (request, response) => {
    response.writeHead(302, { location: request.url ?? '/' }).end()
  },
  /** From here to there and back again. */
  redirectCircle: (): Responder => (request, response) => {
    response.writeHead(302, { location: request.url?.endsWith('?there') ? '?' : '?there' }).end()
  },
  /** Redirects to itself with a cookie, until it is sent back. */
  cookieWall: (): Responder => (request, response) => {
    response.writeHead(302, { location: request.url ?? '/', 'set-cookie': 'seen=yes; Path=/' }).end()
  },
  /** Every time to a new URL of its own. */
  redirectsForEver: (): Responder => (request, response) => {
    const times = Number(request.url?.split('?')[1] ?? 0)
    response.writeHead(302, { location: `?${times + 1}` }).end()
  },
  noLocation: (): Responder => (_request, response) => {
    response.writeHead(301).end('Moved, and nobody says where')
  },
  /** Two places at once. */
  twoLocations: () =>
    writing('HTTP/1.1 301 Moved\r\nlocation: /end\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n'),
  relativeLocation: () => redirectTo('end', 301),
  fragmentLocation: () => redirectTo('/end#newest', 301),
  locationWithBlanks: () => redirectToBytes('  /the end/feed xml  '),
  /** UTF-8 as it is, which no header may hold. */
  utf8Location: () => redirectToBytes(Buffer.from('/größe')),
  /** Latin-1 as it is. */
  latin1Location: () => redirectToBytes(Buffer.from('/größe', 'latin1')),
  /** A URL of 64 KB. */
  endlessLocation: () => redirectToBytes(`/${'o'.repeat(64 * 1024)}`),
  toFile: () => redirectTo('file:///etc/passwd'),
  toJavascript: () => redirectTo('javascript:alert(1)'),
  toData: () => redirectTo('data:application/rss+xml,<rss/>'),
  /** The metadata service of a cloud, by its address. */
  toMetadata: () => redirectTo('http://169.254.169.254/latest/meta-data/'),
  /** The same address in one number. */
  toMetadataInDisguise: () => redirectTo('http://2852039166/latest/meta-data/'),
  /** A mail server's port on a public host. */
  toMailPort: () => redirectTo('http://mail.example:25/'),
}
