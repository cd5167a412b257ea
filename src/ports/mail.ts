/** Sends mail through a tenant's own server, with nodemailer on both hosts. Other hosts may inject their own mailer. */
import type { Secret } from '../base/secret.ts'

export interface MailServer {
  host: string
  port: number
  /** True when the connection requires STARTTLS, or TLS from the first byte on port 465. False: no encryption, for development. */
  useTls: boolean
  username: string
  password: Secret
}

export interface MailMessage {
  from: string
  to: readonly string[]
  subject: string
  text: string
  /** Message-ID with its angle brackets. */
  messageId: string
  attachment?: { filename: string; contentType: string; bytes: Uint8Array }
}

export interface MailConnection {
  /**
   * Sends a message and returns the server's response. Throws `publish_refused` if the server refused the message,
   * `publish_unavailable` if nothing was sent, and `publish_outcome_unknown` if the message may have arrived.
   */
  send(message: MailMessage, signal: AbortSignal): Promise<{ response: string }>
  close(): Promise<void>
}

export interface Mailer {
  /**
   * Connects, secures the connection and signs in, without sending a message. Throws `publish_unavailable`,
   * `credentials_rejected`, `endpoint_refused`, or `provider_unavailable` if this host cannot send mail.
   */
  connect(server: MailServer, signal: AbortSignal): Promise<MailConnection>
}
