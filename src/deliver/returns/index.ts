export { type MailboxMessage, type Maildir, readMaildir, splitMbox } from './mailbox.ts'
export { readReturn } from './read-return.ts'
export type * from './return.ts'
