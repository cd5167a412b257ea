/** Sends mail through a tenant's own server. nodemailer on Node; another host may inject its own. */
import type { Secret } from '../base/secret.ts'

export interface MailServer {
  host: string
  port: number
  /** STARTTLS required, or TLS from the first byte on port 465. False: plain, for development. */
  useTls: boolean
  username: string
  password: Secret
}

export interface MailMessage {
  from: string
  to: readonly string[]
  subject: string
  text: string
  /** With its angle brackets. */
  messageId: string
  attachment?: { filename: string; contentType: string; bytes: Uint8Array }
}

export interface MailConnection {
  /**
   * Hands one message to the server. Gives what the server said. Throws `publish_outcome_unknown` once the message itself may
   * have arrived, `publish_refused` where the server said no, `publish_unavailable` where nothing was sent.
   */
  send(message: MailMessage, signal: AbortSignal): Promise<{ response: string }>
  close(): Promise<void>
}

export interface Mailer {
  /**
   * Connects, secures the connection and signs in; nothing is sent. Throws `publish_unavailable`, `credentials_rejected`,
   * `endpoint_refused`, or `provider_unavailable` where this host cannot send mail.
   */
  connect(server: MailServer, signal: AbortSignal): Promise<MailConnection>
}
