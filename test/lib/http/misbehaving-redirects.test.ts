import { type HttpOptions, isPrivateAddress } from '../../../src/lib/http/index.ts'
import { redirects } from '../../servers/feed-misbehaviours-redirects.ts'
import { sampleFeed } from '../../servers/feed-sample.ts'
import { type FeedServer, misbehaviours, type Responder } from '../../servers/feed-server.ts'
import { type Case, testEach } from './misbehaving.ts'

const titles = ['First', 'Größe & Maß']
const failing = (reason: string, says: string): Case => ({
  comes: { kind: 'failed', reason, status: null },
  says,
})
/** The feed is where the redirect leads. */
const leading = (make: () => Responder, path: string): Case & Required<Pick<Case, 'answer'>> => ({
  titles,
  asked: ['/feed', path],
  answer: (server: FeedServer) => {
    server.set(path, sampleFeed)
    return make()
  },
})
const circle = failing('tooManyRedirects', 'redirects in a circle')
const badUrl = (scheme: string) => failing('badUrl', `begins with ${scheme}`)
/** The test's own server passes for a public one. */
const asOutside: Partial<HttpOptions> = {
  allowPrivateNetwork: false,
  ports: 'any',
  isPrivate: (address) => address !== '127.0.0.1' && isPrivateAddress(address),
}

testEach(redirects, {
  redirectTo: leading(() => misbehaviours.redirectTo('/end'), '/end'),
  endlessRedirect: leading(() => misbehaviours.endlessRedirect('/end'), '/end'),
  redirectLoop: circle,
  redirectCircle: { ...circle, asked: ['/feed', '/feed?there', '/feed'] },
  cookieWall: failing('tooManyRedirects', 'to set a cookie'),
  redirectsForEver: {
    ...failing('tooManyRedirects', 'more than 5 times'),
    asked: ['/feed', ...[1, 2, 3, 4, 5].map((times) => `/feed?${times}`)],
  },
  noLocation: { comes: { kind: 'failed', reason: 'status', status: 301 }, says: 'does not say where' },
  twoLocations: leading(redirects.twoLocations, '/end'),
  relativeLocation: leading(redirects.relativeLocation, '/end'),
  fragmentLocation: leading(redirects.fragmentLocation, '/end'),
  locationWithBlanks: leading(redirects.locationWithBlanks, '/the%20end/feed%20xml'),
  utf8Location: leading(redirects.utf8Location, '/gr%C3%B6%C3%9Fe'),
  latin1Location: leading(redirects.latin1Location, '/gr%F6%DFe'),
  endlessLocation: failing('badAnswer', 'more than 16 KiB of headers'),
  toFile: badUrl('file:'),
  toJavascript: badUrl('javascript:'),
  toData: badUrl('data:'),
  toMetadata: { ...failing('privateAddress', '127.0.0.1 redirects there'), http: asOutside },
  toMetadataInDisguise: {
    ...failing('privateAddress', '169.254.169.254 is a private address'),
    http: asOutside,
  },
  toMailPort: {
    ...failing('badPort', 'Port 25 of mail.example'),
    http: ({ origin }) => ({ ...asOutside, ports: [80, 443, Number(new URL(origin).port)] }),
  },
})
