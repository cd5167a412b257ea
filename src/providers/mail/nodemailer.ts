/** Sends mail over SMTP with nodemailer's connection, to servers that tenants configure. Runs on Node and on Workers with Node's modules. */
import type { LookupFunction, Socket } from 'node:net'
import SMTPConnection, { type SMTPConnectionSendInfo } from 'nodemailer/lib/smtp-connection'
import { assertPublicHost, type EndpointRule } from '../../base/endpoint-guard.ts'
import { PublisherError } from '../../base/errors.ts'
import type { MailConnection, Mailer, MailMessage, MailServer } from '../../ports/mail.ts'
import { connectFailure, sendFailure, withoutAddresses } from './nodemailer/failures.ts'
import { composeMessage } from './nodemailer/message.ts'
import { openSocket } from './nodemailer/socket.ts'
import { createSteps, type RunStep } from './nodemailer/steps.ts'

export interface MailerTimeouts {
  /** Timeout of the TCP connection, and again of the greeting and TLS. */
  connectMs: number
  /** Longest silence of the server. */
  silenceMs: number
  /** Timeout of a whole step: greeting with TLS, signing in, or sending a message. */
  stepMs: number
}

export interface MailerOptions extends EndpointRule {
  /**
   * Resolves the names of servers; must fail for every name with an address that is not public. Unused with `allowPrivate`: the system
   * then resolves names. `null` only where the platform itself connects to no private address, as Cloudflare does.
   */
  lookup: LookupFunction | null
  /** Default: 10 s to connect, 20 s of silence, 60 s per step. */
  timeouts?: MailerTimeouts
  /**
   * Fully qualified name for the greeting (RFC 5321, section 4.1.1.1). Some servers refuse the private name of a machine, and servers judge
   * clients of the same address by their names. Default: the machine's name, or its address.
   */
  name?: string
  /** Certificates (PEM) trusted instead of the system's, for tests on Node. Default: the system's. */
  ca?: string
  /** Port with TLS from the first byte. Default: 465 (RFC 8314, section 3.3). */
  implicitTlsPort?: number
}

const patience: MailerTimeouts = { connectMs: 10_000, silenceMs: 20_000, stepMs: 60_000 }
/** Upper bound on a server's reply. A line has at most 512 bytes (RFC 5321, section 4.5.3.1.5), and real replies have few lines. */
const maxReplyBytes = 64 * 1024

/** Creates the mailer of this process. SMTP without TLS needs `allowPrivate`, and is for development only. */
export function createMailer(options: MailerOptions): Mailer {
  const { allowPrivate, timeouts = patience, name, ca, lookup, implicitTlsPort = 465 } = options
  const tls = ca === undefined ? {} : { ca }

  async function connect(server: MailServer, signal: AbortSignal): Promise<MailConnection> {
    const { host, port, useTls, username, password } = server
    assertPublicHost(host, { allowPrivate })
    if (!useTls && !allowPrivate) throw plainRefused()
    const isSecure = useTls && port === implicitTlsPort
    const target = {
      host,
      port,
      tls: isSecure ? tls : null,
      lookup: allowPrivate ? null : lookup,
      timeoutMs: timeouts.connectMs,
    }
    const socket = await openSocket(target, signal).catch((error: unknown) => {
      throw connectFailure(error, { isSecuring: isSecure })
    })
    const smtp = createSession(server, socket)
    const step = createSteps(smtp, socket, timeouts.stepMs)
    try {
      await step<void>(signal, (done) => smtp.connect((error) => done(error ?? null)))
      if (smtp.allowsAuth) {
        const auth = { user: username, pass: password.reveal() }
        await step(signal, (done) => smtp.login(auth, done))
      }
    } catch (error) {
      const isSecuring = smtp.upgrading === true
      smtp.close()
      socket.destroy()
      throw connectFailure(error, { isSecuring })
    }
    return {
      send: (message, signal) => send(smtp, step, message, signal),
      close: async () => smtp.quit(),
    }
  }

  function createSession({ host, port, useTls }: MailServer, connection: Socket): SMTPConnection {
    const secured = useTls && port === implicitTlsPort
    const smtp = new SMTPConnection({
      connection,
      ...(name?.includes('.') && { name }),
      host,
      port,
      secure: secured,
      secured,
      requireTLS: useTls && !secured,
      ignoreTLS: !useTls,
      tls,
      connectionTimeout: timeouts.connectMs,
      greetingTimeout: timeouts.connectMs,
      socketTimeout: timeouts.silenceMs,
      socketCloseTimeout: 1000,
      maxResponseSize: maxReplyBytes,
    })
    // Ignores errors between two steps: the next step fails with them.
    smtp.on('error', () => {})
    return smtp
  }

  return { connect }
}

async function send(
  smtp: SMTPConnection,
  step: RunStep,
  message: MailMessage,
  signal: AbortSignal,
): Promise<{ response: string }> {
  const outgoing = await composeMessage(message)
  try {
    const { envelope, content } = outgoing
    const { response } = await step<SMTPConnectionSendInfo>(signal, (done) =>
      smtp.send(envelope, content, done),
    )
    return { response: withoutAddresses(response) }
  } catch (error) {
    throw sendFailure(error, outgoing.begun)
  }
}

function plainRefused(): PublisherError {
  const message =
    'This server does not send passwords unencrypted. Set "use_tls" to true for the mail server in this site\'s configuration.'
  return new PublisherError('endpoint_refused', message)
}
