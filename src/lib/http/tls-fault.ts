const certificate: Record<string, string> = {
  CERT_HAS_EXPIRED: 'its certificate has expired; tell its owner',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; compare the clock of this machine',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is made out to another name; check the spelling of the host, or tell its owner',
  HOSTNAME_MISMATCH:
    'its certificate is made out to another name; check the spelling of the host, or tell its owner',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'it vouches for its certificate itself; tell its owner to get one from an authority',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its certificate comes from an authority that this machine does not know; tell its owner',
  CERT_REVOKED: 'its certificate has been revoked; tell its owner',
}
const incomplete =
  'its certificate can not be traced to an authority; tell its owner to send the whole chain of certificates'
const oldProtocol =
  'it offers no version or cipher of TLS that is still safe; tell its owner to allow TLS 1.2 or newer'
const noTls = 'what listens there does not speak TLS; try the URL with http:// or check its port'

/** What a code of Node or OpenSSL says of a TLS handshake that failed; null for a code that is of something else. */
export function tlsFault(code: string): string | null {
  if (Object.hasOwn(certificate, code)) return certificate[code]!
  if (/^UNABLE_TO_(VERIFY|GET)_/.test(code)) return incomplete
  if (/^ERR_SSL_.*(VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|RECORD_LAYER)/.test(code)) return noTls
  if (/^ERR_SSL_.*(PROTOCOL|VERSION|HANDSHAKE_FAILURE|TOO_SMALL|CIPHER)/.test(code)) return oldProtocol
  if (/^(CERT_|ERR_TLS_|ERR_SSL_|INVALID_CA|EPROTO$)/.test(code)) {
    return `the TLS handshake failed (${code}); tell its owner`
  }
  return null
}
