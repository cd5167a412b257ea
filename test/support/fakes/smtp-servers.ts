/** Mail servers on loopback: a real server that keeps its mail, and a server that fails at a chosen command. */
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { cert, key } from '../fixtures/test-certificate.ts'

export interface ReceivedMail {
  from: string
  to: string[]
  /** Header fields as sent, with folded lines joined. */
  headers: string
  raw: string
  secure: boolean
}

export interface MailServerOnLoopback {
  port: number
  mails: ReceivedMail[]
  /** Credentials of each login. */
  logins: { user: string; password: string }[]
  /** Keeps the next mail but never confirms it. */
  loseNextAnswer(): void
  close(): Promise<void>
}

/** Starts a server that accepts any recipient and the given password. */
export async function startMailServer(
  options: SMTPServerOptions & { password?: string } = {},
): Promise<MailServerOnLoopback> {
  const { password = 'right-canary', ...rest } = options
  const mails: ReceivedMail[] = []
  const logins: MailServerOnLoopback['logins'] = []
  let answerLost = false
  const server = new SMTPServer({
    key,
    cert,
    logger: false,
    closeTimeout: 50,
    allowInsecureAuth: true,
    onAuth({ username, password: given }, _session, done) {
      logins.push({ user: username ?? '', password: given ?? '' })
      if (given === password) done(null, { user: username ?? '' })
      else done(new Error(`Invalid login for ${username}`))
    },
    onData(stream, { envelope, secure }, done) {
      stream.toArray().then((chunks: Uint8Array[]) => {
        const raw = Buffer.concat(chunks).toString('latin1')
        const headers = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ')
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), headers, raw, secure })
        if (!answerLost) done()
        answerLost = false
      }, done)
    },
    ...rest,
  })
  // Some tests hang up mid-conversation.
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    port: portOf(server.server),
    mails,
    logins,
    loseNextAnswer() {
      answerLost = true
    },
    close: () => new Promise((resolve) => void server.close(resolve)),
  }
}

/** Moment at which a conversation fails. `content` is the mail itself, up to its final dot. */
export type Moment = 'connect' | 'EHLO' | 'STARTTLS' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'content'

/** An unusual reply, silence, or a dropped connection. */
export type Trouble = { reply: string } | 'silence' | 'reset'

/** Speaks just enough SMTP for consecutive mails, and causes the trouble at the moment of the `nth` mail. */
export async function startTroubledServer(moment: Moment, trouble: Trouble, nth = 1) {
  let mails = 0
  const heard: string[] = []
  const names: string[] = []
  const reached = Promise.withResolvers<void>()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    // The client may hang up first.
    socket.on('error', () => {})
    const answer = (now: Moment, usual: string) => {
      heard.push(now)
      const goesWrong = now === moment && mails + 1 >= nth
      if (goesWrong) reached.resolve()
      if (!goesWrong) socket.write(`${usual}\r\n`)
      else if (trouble === 'reset') socket.resetAndDestroy()
      else if (trouble !== 'silence') socket.write(`${trouble.reply}\r\n`)
    }
    answer('connect', '220 troubled.example ESMTP')
    let inContent = false
    let buffer = ''
    socket.on('data', (chunk) => {
      buffer += chunk.toString('latin1')
      for (let end = endOf(buffer, inContent); end > 0; end = endOf(buffer, inContent)) {
        const part = buffer.slice(0, end)
        buffer = buffer.slice(end)
        if (inContent) {
          inContent = false
          answer('content', '250 2.0.0 Queued as 4711')
          mails += 1
        } else if (/^EHLO/i.test(part)) {
          names.push(part.slice(4).trim())
          answer('EHLO', '250-troubled.example\r\n250 AUTH PLAIN')
        } else if (/^STARTTLS/i.test(part)) answer('STARTTLS', '220 Ready to start TLS')
        else if (/^AUTH/i.test(part)) answer('AUTH', '235 2.7.0 Accepted')
        else if (/^MAIL/i.test(part)) answer('MAIL', '250 2.1.0 Sender OK')
        else if (/^RCPT/i.test(part)) answer('RCPT', '250 2.1.5 Recipient OK')
        else if (/^DATA/i.test(part)) {
          inContent = !(moment === 'DATA' && mails + 1 >= nth)
          answer('DATA', '354 Go ahead')
        } else socket.end('221 Bye\r\n')
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: portOf(server),
    /** Moments reached so far, in order. */
    heard,
    /** Names that clients gave in EHLO (RFC 5321, section 4.1.1.1). */
    names,
    /** Settles when the trouble begins. */
    reached: reached.promise,
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}

/** Returns the end of the next command, or of the content, in the buffer; 0 if the end has not arrived. */
function endOf(buffer: string, inContent: boolean): number {
  const end = inContent ? '\r\n.\r\n' : '\r\n'
  const at = buffer.indexOf(end)
  return at < 0 ? 0 : at + end.length
}

function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}
