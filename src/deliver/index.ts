export {
  createDiscord,
  type Discord,
  type DiscordIdentity,
  type DiscordOptions,
  type DiscordPost,
  nonceFor,
} from './discord.ts'
export type { DiscordSearch, PostedMessage } from './discord-find.ts'
export type { ForumPost, MessagePlace } from './discord-threads.ts'
export { createDkim, type DkimKey } from './dkim.ts'
export { buildMail, type Mail, messageIdFor } from './mail.ts'
export { type MailForm, mailForm } from './mail-form.ts'
export { type Slot, slotOf } from './mail-slots.ts'
export { createOutbox, type Outbox } from './outbox.ts'
export {
  type Bounce,
  type Complaint,
  type Leave,
  type Maildir,
  readMaildir,
  readReturn,
  splitMbox,
} from './returns/index.ts'
export { createSmtp, type Smtp, type SmtpMessage, type SmtpOptions } from './smtp.ts'
export type { SmtpTimeouts } from './smtp-session.ts'
export { type MailServer, readSmtpUrl } from './smtp-url.ts'
