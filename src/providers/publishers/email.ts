/** Publishes by mail to an upload address, such as FetLife's, through the tenant's own mail server. */
import { isPublisherError, PublisherError } from '../../base/errors.ts'
import type { Secret } from '../../base/secret.ts'
import { effectsOf, ratingMaps } from '../../contract/rating-map.ts'
import { type CredentialSource, withCredentials } from '../../ports/credentials.ts'
import type { MailConnection, Mailer, MailMessage } from '../../ports/mail.ts'
import type {
  CaptionRules,
  PossibleChanges,
  Post,
  Posted,
  Publisher,
  RunningAttempt,
} from '../../ports/publisher.ts'
import { type ConfirmationSettings, confirmationOf } from './email/confirmation.ts'
import { messageOf } from './email/message.ts'
import {
  attachmentName,
  type EmailSettings,
  parseSettings,
  recipientForPeople,
  subjectOf,
  usableAddresses,
} from './email/settings.ts'

export interface EmailServerSettings {
  host: string
  port: number
  use_tls: boolean
  from_email: string
  username: string
}

export interface EmailPublisherOptions {
  /** `config` of the tenant's entry: `recipient`, `caption_target`, `subject_mode`. */
  config: unknown
  /** The tenant's `email_server` block, if any. */
  server: EmailServerSettings | undefined
  /** The tenant's `confirmation` block. */
  confirmation: ConfirmationSettings
  /** Recipients of the confirmation. The sender gets it if the list has no usable address. */
  admins: readonly string[]
  /** Source of the password behind `email_server.password_ref`. */
  credentials: CredentialSource<{ password: Secret }>
  /** Mailer of this host. */
  mailer: Mailer
  /** The tenant's host, which follows the `@` of a Message-ID. */
  host: string
}

/** Limits of V2, because FetLife publishes no limits. */
const captionRules: CaptionRules = {
  maxLength: 240,
  unit: 'utf16',
  maxHashtags: 0,
  plain: true,
  words: 35,
  style:
    'For FetLife: one or two short sentences of plain text on one line, no hashtags, no emoji, no links.',
}

/** About 1 MB as JPEG; the smallest limits of mail servers are ten times that. */
const pictureBox = { width: 2048, height: 2048 }

const noServer = 'this site\'s configuration names no mail server. Fill in "email_server".'
const noSender = 'the sender in this site\'s configuration is not a mail address. Correct "from_email".'
const noRecipient = 'the recipient in this site\'s configuration is not a mail address. Correct "recipient".'

/** Creates the publisher of one tenant. Checks and connects nothing before the first use. */
export function createEmailPublisher(options: EmailPublisherOptions): Publisher {
  const { server, confirmation, admins, credentials, mailer, host } = options
  const settings = parseSettings(options.config)
  const parts = partsOf(server, settings)
  const recipient = settings ? recipientForPeople(settings) : 'the recipient'

  function connect(
    { host, port, use_tls: useTls, username }: EmailServerSettings,
    signal: AbortSignal,
  ): Promise<MailConnection> {
    return withCredentials(credentials, ({ password }) =>
      mailer.connect({ host, port, useTls, username, password }, signal),
    )
  }

  async function verify(signal: AbortSignal): Promise<string> {
    if (typeof parts === 'string') throw refused(parts)
    await closed(await connect(parts.server, signal))
    return `Signed in to the mail server; mail would go to ${recipientForPeople(parts.settings)}.`
  }

  async function publish(post: Post, { signal }: RunningAttempt): Promise<Posted> {
    if (typeof parts === 'string') throw refused(parts)
    const { server, from, settings } = parts
    const message = messageOf({ from, settings, host }, post)
    const connection = await connect(server, signal)
    try {
      await connection.send(message, signal)
      const warning = await confirm(connection, message, post, signal)
      return { postId: message.messageId, ...(warning !== undefined && { warning }) }
    } finally {
      await closed(connection)
    }
  }

  /** Sends the confirmation if the tenant wants it. Returns a warning instead of throwing, because the photo is already sent. */
  async function confirm(
    connection: MailConnection,
    posted: MailMessage,
    post: Post,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if (!confirmation.confirmation_to_sender) return undefined
    const found = usableAddresses(admins)
    const to = found.length === 0 ? [posted.from] : found
    const messageId = `<${post.sha256}-confirmation@${host}>`
    try {
      await connection.send({ ...confirmationOf(posted, post, confirmation), to, messageId }, signal)
      return undefined
    } catch (error) {
      const reason = isPublisherError(error) ? ` ${error.message}` : ''
      return `The photo was sent, but the confirmation mail was not.${reason}`
    }
  }

  return {
    platform: 'email',
    captionRules,
    // The confirmation lists the tags.
    usesTags: true,
    pictureBox,
    effectOf: effectsOf('FetLife', ratingMaps.email.of(options.config)),
    changesOf: ({ postId }) => changesOf(recipient, postId),
    publish,
    verify,
    subject: ({ caption }) => (settings ? subjectOf(settings, caption) : undefined),
    describe: ({ name, caption }) => {
      if (typeof parts === 'string') return `No email would be sent: ${parts}`
      const { settings } = parts
      const subject = subjectOf(settings, caption)
      return `${recipientForPeople(settings)} would get an email with the subject “${subject}” and ${attachmentName({ name })} attached.`
    },
  }
}

/** Says what a person can do instead, because a mail that was sent can be neither called back nor changed. */
function changesOf(recipient: string, messageId: string): PossibleChanges {
  const insteadOf = (change: string) =>
    recipient === 'FetLife'
      ? `Open the picture on your FetLife profile and ${change} there.`
      : `It went to ${recipient}: ask there to ${change}.`
  const named = messageId === '' ? '' : ` The mail's Message-ID is ${messageId}.`
  return {
    retract: {
      possible: false,
      reason: `A mail cannot be called back. ${insteadOf('delete it')}${named}`,
    },
    correct: {
      possible: false,
      reason: `A mail cannot be changed once it is sent. ${insteadOf('edit its caption')}${named}`,
    },
  }
}

/** Returns the parts that every mail needs, or the reason why mail cannot be sent. */
function partsOf(server: EmailServerSettings | undefined, settings: EmailSettings | null) {
  if (!server) return noServer
  const [from] = usableAddresses([server.from_email])
  if (from === undefined) return noSender
  return settings ? { server, from, settings } : noRecipient
}

function refused(reason: string): PublisherError {
  return new PublisherError('publish_refused', `The photo cannot be sent by mail: ${reason}`)
}

/** Closes the connection. Ignores errors of closing: the server has answered all mails already. */
async function closed(connection: MailConnection): Promise<void> {
  await connection.close().catch(() => undefined)
}
