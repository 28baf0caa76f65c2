/** What came back to a newsletter. `to` are the addresses it was sent to, bare and lower-case, without repeats. */
export type Return = Bounce | Complaint | Leave | AutoReply | Other | Unreadable

/** A mail server tells what became of a message. */
export interface Bounce {
  kind: 'bounce'
  to: string[]
  recipients: BouncedRecipient[]
  /** Message-ID of the message it is about, angle brackets included. */
  messageId: string | null
}

export interface BouncedRecipient {
  /** Whom we wrote to (Original-Recipient), else where it ended up (Final-Recipient); bare and lower-case. */
  address: string | null
  action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded'
  /** Enhanced status such as `5.1.1`; `5.0.0` or `4.0.0` where only a plain reply code is known, '' where nothing is. */
  status: string
  /**
   * The address will not take mail on another day either. False for a refusal that is about us or the message (policy,
   * reputation, size), for a full mailbox, and where nobody can tell.
   */
  permanent: boolean
  /** The mailbox is full, whatever the status says. */
  full: boolean
  /** What the server said, without its type, on one line, at most 300 characters. */
  diagnostic: string
}

/** A reader's provider tells that the reader called a message spam (ARF, RFC 5965). */
export interface Complaint {
  kind: 'complaint'
  to: string[]
  /** `abuse` where the report has none. Reports about authentication come with `auth-failure`, all-clears with `not-spam`. */
  feedbackType: string
  messageId: string | null
  /** Who complained, as far as the provider says; bare and lower-case. */
  recipients: string[]
  headers: ComplaintHeaders
}

/** Headers of the message complained of, by which its reader is known where the address is blacked out. */
export interface ComplaintHeaders {
  /** The URIs of List-Unsubscribe (https, http, mailto), in order. */
  listUnsubscribe: string[]
  listId: string | null
  feedbackId: string | null
}

/** A person, or the mail program for one, asks to leave. */
export interface Leave {
  kind: 'leave'
  to: string[]
  /** Bare and lower-case; '' where the mail names nobody, which only happens beside a token. */
  from: string
  subject: string
  /** The first 2,000 characters. */
  text: string
  /** What follows `unsubscribe` in the subject, where it can be a token of ours. Not checked. */
  token: string | null
}

/** A machine answers in somebody's place. */
export interface AutoReply {
  kind: 'auto-reply'
  to: string[]
}

/** Anything else, for a person to read. */
export interface Other {
  kind: 'other'
  to: string[]
  subject: string
}

export interface Unreadable {
  kind: 'unreadable'
  /** A sentence. */
  reason: string
}
