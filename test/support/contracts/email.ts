/** Suite of the publisher by mail, for each host that runs it. */
import { simpleParser } from 'mailparser'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Publisher } from '../../../src/ports/publisher.ts'
import type { MailerTimeouts } from '../../../src/providers/mail/nodemailer.ts'
import type { EmailPublisherOptions } from '../../../src/providers/publishers/email.ts'
import {
  type Moment,
  type ReceivedMail,
  startMailServer,
  startTroubledServer,
  type Trouble,
} from '../fakes/smtp-servers.ts'
import { attemptOf, postOf } from '../fixtures/posts.ts'
import { failure } from '../fixtures/rejections.ts'
import {
  cert,
  certifiedName,
  key,
  loopbackCertificate,
  untrustedCertificate,
} from '../fixtures/test-certificate.ts'
import { describePublisher, describeVerification, type PublisherScene, type SeenPost } from './publisher.ts'

/** Mailer of a publisher, without what only its host can give. */
export interface MailerSettings {
  allowPrivate: boolean
  timeouts: MailerTimeouts
  name?: string
  implicitTlsPort?: number
}

export interface MailPublisherOptions extends Omit<EmailPublisherOptions, 'mailer' | 'credentials'> {
  mailer: MailerSettings
  /** Passwords in the order in which the publisher gets them: the next one after a rejection. The last one repeats. */
  passwords: readonly string[]
}

export interface MailHost {
  /** Creates a publisher whose requests run on the host. It trusts `cert` and `loopbackCertificate`. */
  publisher(options: MailPublisherOptions): Publisher
  close(): Promise<void>
}

const recipient = '12345-uploadcanary@upload.fetlife.com'
const sender = 'alice@photos.example'
/** Timeouts for a busy machine. No case reaches them except those about silence. */
export const patient = { connectMs: 15_000, silenceMs: 15_000, stepMs: 25_000 }
/** Timeouts for silent servers. The cases wait for all silent servers at once. */
const hasty = { connectMs: 2000, silenceMs: 2000, stepMs: 25_000 }
const local: MailerSettings = { allowPrivate: true, timeouts: patient }
const impatient: MailerSettings = { allowPrivate: true, timeouts: hasty }

type Options = Omit<Partial<MailPublisherOptions>, 'server'> & { server?: object }

type SmtpRefusal = Error & { responseCode: number }

/** Reads a mail as a mail program does: the caption is its text, the picture its attachment. */
async function seenMail({ raw }: ReceivedMail): Promise<SeenPost> {
  const { text = '', attachments } = await simpleParser(Buffer.from(raw, 'latin1'))
  return { caption: text.trim(), bytes: new Uint8Array(attachments[0]?.content ?? []) }
}

/** Runs the suite on a host. */
export function describeMailPublisher(title: string, open: () => Promise<MailHost>): void {
  describe(title, () => {
    let host: MailHost
    const servers: { close(): Promise<void> }[] = []

    beforeAll(async () => {
      host = await open()
    })
    afterEach(async () => {
      await Promise.all(servers.splice(0).map((server) => server.close()))
    })
    afterAll(() => host.close())

    async function running<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
      const server = await starting
      servers.push(server)
      return server
    }

    function publisher(port: number, { config, server, ...rest }: Options = {}) {
      return host.publisher({
        config: { recipient, ...Object(config) },
        server: { host: '127.0.0.1', port, use_tls: false, from_email: sender, username: sender, ...server },
        confirmation: { confirmation_to_sender: false, confirmation_tags_count: 5 },
        admins: [],
        passwords: ['right-canary'],
        mailer: local,
        host: 'alice.shibari.photo',
        ...rest,
      })
    }

    async function openScene(): Promise<PublisherScene> {
      const passwords = {
        good: ['right-canary'],
        bad: ['wrong-canary'],
        stale: ['old-canary', 'right-canary'],
      }
      let refusal: SmtpRefusal | undefined
      const refuseNext = (message: string, responseCode: number) => () => {
        refusal = Object.assign(new Error(message), { responseCode })
      }
      const server = await startMailServer({
        onRcptTo: (_address, _session, done) => {
          const given = refusal
          refusal = undefined
          done(given)
        },
      })
      return {
        publisher: (kind = 'good', config = {}) =>
          publisher(server.port, { config, mailer: impatient, passwords: passwords[kind] }),
        received: () => server.mails.length,
        loseNextAnswer: server.loseNextAnswer,
        stop: server.close,
        posts: () => Promise.all(server.mails.map(seenMail)),
        failures: {
          publish_refused: refuseNext('No such user here', 550),
          publish_unavailable: refuseNext('Mailbox busy', 450),
        },
      }
    }

    describePublisher('Mail', openScene)
    describeVerification('Mail', openScene)

    describe('a photo', () => {
      it('sends a mail with the caption and the attached photo', async () => {
        const { port, mails } = await running(startMailServer())
        const post = await postOf()
        expect(await publisher(port).publish(post, attemptOf())).toEqual({
          postId: `<${post.sha256}-email@alice.shibari.photo>`,
        })
        expect(mails).toHaveLength(1)
        const [mail] = mails
        expect(mail).toMatchObject({ from: sender, to: [recipient] })
        expect(mail?.headers).toContain('Subject: Tied at dawn.')
        expect(mail?.headers).toContain(`From: ${sender}`)
        expect(mail?.headers).toContain(`To: ${recipient}`)
        expect(mail?.headers).toContain(`Message-ID: <${post.sha256}-email@alice.shibari.photo>`)
        expect(mail?.raw).toMatch(/Content-Type: text\/plain; charset=utf-8[\s\S]*Tied at dawn\./)
        expect(mail?.raw).toMatch(/Content-Type: image\/jpeg; name="rope at dawn\.jpg"/)
        expect(mail?.raw).toMatch(/Content-Disposition: attachment; filename="rope at dawn\.jpg"/)
        const [, attached = ''] = /\r\n\r\n([A-Za-z0-9+/=\r\n]{200,})\r\n--/.exec(mail?.raw ?? '') ?? []
        expect(new Uint8Array(Buffer.from(attached, 'base64'))).toEqual(post.picture.bytes)
      })

      it.each([
        ['the caption', {}, 'Tied at dawn.'],
        ['the caption with the target `both`', { caption_target: 'both' }, 'Tied at dawn.'],
        ['a default text with the target `body`', { caption_target: 'body' }, 'Photo upload'],
        ['a prefix for friends only', { subject_mode: 'private' }, 'Private: Tied at dawn.'],
        [
          'a prefix in any case',
          { subject_mode: ' PRIVATE', caption_target: 'Body ' },
          'Private: Photo upload',
        ],
        [
          'the caption when the settings are blank',
          { subject_mode: '', caption_target: ' ' },
          'Tied at dawn.',
        ],
        [
          'the caption when the settings are null or unknown',
          { subject_mode: null, caption_target: 'x' },
          'Tied at dawn.',
        ],
        [
          'a prefix for the profile',
          { subject_mode: 'avatar', caption_target: 'body' },
          'Avatar: Photo upload',
        ],
      ])('writes %s into the subject', async (_, config, subject) => {
        const { port, mails } = await running(startMailServer())
        await publisher(port, { config }).publish(await postOf(), attemptOf())
        expect(mails[0]?.headers).toMatch(new RegExp(`^Subject: ${subject}$`, 'm'))
        expect(mails[0]?.raw).toMatch(/\r\n\r\nTied at dawn\.\r\n/)
      })

      it('writes a subject when the photo has no caption', async () => {
        const { port, mails } = await running(startMailServer())
        await publisher(port).publish(await postOf({ caption: '' }), attemptOf())
        expect(mails[0]?.headers).toMatch(/^Subject: Photo upload$/m)
      })

      it('lets neither caption, tags nor configuration add headers', async () => {
        const { port, mails } = await running(startMailServer())
        const caption = 'Tied\r\nBcc: thief@example.com\u2028X-Evil: 1\u0000'
        const confirmation = {
          confirmation_to_sender: true,
          confirmation_tags_count: 5,
          confirmation_tags_nature: 'tags\r\nBcc: thief@example.com',
        }
        const admins = ['admin@example.com\r\nBcc: thief@example.com', 'admin@example.com']
        const post = await postOf({ caption, tags: ['rope\r\n.\r\nMAIL FROM:<x@y>'] })
        await publisher(port, { confirmation, admins, config: { subject_mode: 'private' } }).publish(
          post,
          attemptOf(),
        )
        expect(mails.map(({ to }) => to)).toEqual([[recipient], ['admin@example.com']])
        for (const { headers } of mails) {
          expect(headers).not.toMatch(/^(bcc|x-evil)/im)
          expect(headers).toMatch(/^Subject: Private: Tied Bcc: thief@example\.com X-Evil: 1$/m)
        }
      })

      it.each([
        ['several recipients', 'a@example.com, b@example.com'],
        ['a name', 'Alice <a@example.com>'],
        ['a line break', 'a@example.com\r\nDATA'],
        ['missing', undefined],
      ])('sends no mail when the recipient is unusable (%s)', async (_, wrong) => {
        const { port, mails } = await running(startMailServer())
        const error = await failure(
          publisher(port, { config: { recipient: wrong } }).publish(await postOf(), attemptOf()),
        )
        expect(error).toMatchObject({
          code: 'publish_refused',
          message: expect.stringContaining('recipient'),
        })
        expect(mails).toEqual([])
      })

      it('describes the mail without revealing an address, and sends nothing', async () => {
        const sentence = publisher(1, { config: { subject_mode: 'private' } }).describe(await postOf())
        expect(sentence).toBe(
          'FetLife would get an email with the subject “Private: Tied at dawn.” and rope at dawn.jpg attached.',
        )
        const other = publisher(1, { config: { recipient: 'secretcanary@mail.example' } })
        expect(other.describe(await postOf())).toContain('an address at mail.example would get')
        const none = host.publisher({
          config: {},
          server: undefined,
          confirmation: { confirmation_to_sender: true, confirmation_tags_count: 5 },
          admins: [],
          passwords: ['x'],
          mailer: local,
          host: 'alice.shibari.photo',
        })
        expect(none.describe(await postOf())).toContain('"email_server"')
        expect((await failure(none.publish(await postOf(), attemptOf()))).code).toBe('publish_refused')
      })
    })

    describe('the confirmation', () => {
      const confirmation = { confirmation_to_sender: true, confirmation_tags_count: 3 }

      it('sends the confirmation to the admins over the same connection, with the first tags and the photo', async () => {
        let connections = 0
        const { port, mails } = await running(
          startMailServer({
            onConnect: (_session, done) => {
              connections += 1
              done()
            },
          }),
        )
        const admins = ['alice@example.com', 'helper@example.com']
        const posted = await publisher(port, { confirmation, admins }).publish(await postOf(), attemptOf())
        expect(posted.warning).toBeUndefined()
        expect(connections).toBe(1)
        expect(mails.map(({ to }) => to)).toEqual([[recipient], admins])
        expect(mails[1]?.headers).toContain('Subject: Tied at dawn.')
        expect(mails[1]?.headers).not.toContain(posted.postId)
        expect(mails[1]?.raw).toContain('---\r\nTags: rope, dawn, portrait\r\n')
        expect(mails[1]?.raw).toContain('filename="rope at dawn.jpg"')
        expect(mails[1]?.raw).not.toContain('uploadcanary')
        expect(mails[0]?.raw).not.toContain('Tags:')
      })

      it('sends the confirmation to the sender when there are no admins, with a plain heading for the tags', async () => {
        const { port, mails } = await running(startMailServer())
        const own = { ...confirmation, confirmation_tags_nature: 'short nouns; no emojis' }
        await publisher(port, { confirmation: own }).publish(await postOf(), attemptOf())
        expect(mails[1]?.to).toEqual([sender])
        expect(mails[1]?.raw).toContain('\r\nTags: rope, dawn, portrait')
        expect(mails[1]?.raw).not.toContain('short nouns')
      })

      it('lists tags as V2 does when they have hashes, capitals, punctuation and repetitions', async () => {
        const { port, mails } = await running(startMailServer())
        const tags = [
          ' ##Rope_Art ',
          'rope-art',
          'ROPE  art!',
          '#',
          '...',
          'c++',
          'dawn/light',
          'a',
          'b',
          'extra',
        ]
        await publisher(port, { confirmation }).publish(await postOf({ tags }), attemptOf())
        expect(mails[1]?.raw).toContain('\r\nTags: rope art, c, dawn light\r\n')
      })

      it('sends one confirmation to an address that is listed twice in different case', async () => {
        const { port, mails } = await running(startMailServer())
        const admins = ['Alice@Example.com', 'alice@example.com ', 'helper@example.com', 'ALICE@EXAMPLE.COM']
        await publisher(port, { confirmation, admins }).publish(await postOf(), attemptOf())
        expect(mails[1]?.to).toEqual(['Alice@Example.com', 'helper@example.com'])
      })

      it('omits the line of tags for a photo without tags', async () => {
        const { port, mails } = await running(startMailServer())
        await publisher(port, { confirmation }).publish(await postOf({ tags: [] }), attemptOf())
        expect(mails).toHaveLength(2)
        expect(mails[1]?.raw).not.toContain('Tags:')
      })

      it.each<[string, Moment, Trouble]>([
        ['refused', 'content', { reply: '554 5.7.1 No' }],
        ['not answered', 'content', 'silence'],
        ['cut off', 'RCPT', 'reset'],
      ])('warns instead of failing when the confirmation is %s', async (_, moment, trouble) => {
        const { port } = await running(startTroubledServer(moment, trouble, 2))
        const mailer = trouble === 'silence' ? impatient : local
        const posted = await publisher(port, { confirmation, mailer }).publish(await postOf(), attemptOf())
        expect(posted.postId).toContain('-email@')
        expect(posted.warning).toMatch(
          /^The photo was sent, but the confirmation mail was not\. The mail server/,
        )
      })
    })

    describe('a failed mail', () => {
      const busy = { reply: '451 4.3.0 Try later' }
      const no = { reply: '554 5.7.1 <12345-uploadcanary@upload.fetlife.com> is not wanted' }
      const noise = { reply: 'Hello?' }
      it.each<[Moment, Trouble, string]>([
        ['connect', 'reset', 'publish_unavailable'],
        ['connect', busy, 'publish_unavailable'],
        ['connect', no, 'publish_unavailable'],
        ['connect', noise, 'publish_unavailable'],
        ['EHLO', 'reset', 'publish_unavailable'],
        ['AUTH', 'reset', 'publish_unavailable'],
        ['AUTH', { reply: '454 4.7.0 Temporary failure' }, 'publish_unavailable'],
        ['AUTH', { reply: '535 5.7.8 Bad credentials' }, 'credentials_rejected'],
        ['MAIL', 'reset', 'publish_unavailable'],
        ['MAIL', busy, 'publish_unavailable'],
        ['MAIL', no, 'publish_refused'],
        ['RCPT', 'reset', 'publish_unavailable'],
        ['RCPT', busy, 'publish_unavailable'],
        ['RCPT', no, 'publish_refused'],
        ['DATA', 'reset', 'publish_unavailable'],
        ['DATA', busy, 'publish_unavailable'],
        ['DATA', no, 'publish_refused'],
        ['content', 'reset', 'publish_outcome_unknown'],
        ['content', busy, 'publish_unavailable'],
        ['content', no, 'publish_refused'],
        ['content', noise, 'publish_outcome_unknown'],
        ['content', { reply: '354 Go on' }, 'publish_outcome_unknown'],
        ['content', { reply: '421 4.3.2 Closing' }, 'publish_unavailable'],
      ])('reports a failure at %s (%j) as %s', async (moment, trouble, code) => {
        const { port, heard } = await running(startTroubledServer(moment, trouble))
        const error = await failure(publisher(port).publish(await postOf(), attemptOf()))
        expect(error.code).toBe(code)
        expect(heard.at(-1)).toBe(moment)
        // Nothing is sent twice; only the sign-in is repeated with fresh credentials.
        expect(heard.filter((moment) => moment === 'connect')).toHaveLength(
          code === 'credentials_rejected' ? 2 : 1,
        )
      })

      it.each<[Moment, string, RegExp]>([
        ['connect', '421 4.3.2 Service not available', /try again later/],
        ['EHLO', '421 4.3.2 Shutting down', /try again later/],
        ['STARTTLS', '454 4.7.0 TLS not available due to temporary reason', /try again later/],
        ['AUTH', '454 4.7.0 Temporary authentication failure', /try again later/],
        ['AUTH', '421 4.7.0 Too many connections', /try again later/],
        ['MAIL', '452 4.3.1 Insufficient system storage', /try again later/],
        ['RCPT', '450 4.2.0 Mailbox busy', /try again later/],
        ['content', '451 4.3.0 Local error', /try again later/],
        ['connect', '554 5.7.1 No service for you', /refuses this server/],
        ['EHLO', '550 5.7.0 Go away', /refuses this server/],
        ['STARTTLS', '502 5.5.1 Unknown command', /trusted encrypted connection/],
      ])('describes the reply at %s (%s) correctly when nothing was sent', async (moment, reply, words) => {
        const { port, names } = await running(startTroubledServer(moment, { reply }))
        const mailer = { ...local, name: 'app.shibari.photo' }
        // The client sends STARTTLS only with TLS. Without TLS, it sends HELO after a refused EHLO.
        const server = { use_tls: moment === 'STARTTLS' || moment === 'EHLO' }
        const error = await failure(publisher(port, { mailer, server }).publish(await postOf(), attemptOf()))
        expect(error).toMatchObject({ code: 'publish_unavailable', message: expect.stringMatching(words) })
        if (words.source === 'try again later') expect(error.message).toContain(reply.slice(0, 3))
        expect(error.message).not.toMatch(/sign-in|password|cannot be reached/)
        expect(new Set(names)).toEqual(new Set(moment === 'connect' ? [] : ['app.shibari.photo']))
      })

      it('fails in time with the right outcome when the server is silent at any step', async () => {
        const moments = [
          ['connect', 'publish_unavailable'],
          ['EHLO', 'publish_unavailable'],
          ['AUTH', 'publish_unavailable'],
          ['MAIL', 'publish_unavailable'],
          ['RCPT', 'publish_unavailable'],
          ['DATA', 'publish_unavailable'],
          ['content', 'publish_outcome_unknown'],
        ] as const
        await Promise.all(
          moments.map(async ([moment, code]) => {
            const { port, heard } = await running(startTroubledServer(moment, 'silence'))
            const error = await failure(
              publisher(port, { mailer: impatient }).publish(await postOf(), attemptOf()),
            )
            expect([moment, error.code, heard.at(-1)]).toEqual([moment, code, moment])
            expect(heard.filter((one) => one === 'connect')).toHaveLength(1)
          }),
        )
      })

      it('reports a mail as unsent without a server, and for a name that does not resolve', async () => {
        const server = await startMailServer()
        await server.close()
        expect((await failure(publisher(server.port).publish(await postOf(), attemptOf()))).code).toBe(
          'publish_unavailable',
        )
        const nowhere = publisher(1, { server: { host: 'mail.invalid' } })
        expect((await failure(nowhere.publish(await postOf(), attemptOf()))).code).toBe('publish_unavailable')
      })

      it('reports a mail as refused and unsent when the photo exceeds the announced limit', async () => {
        const { port, mails } = await running(startMailServer({ size: 1000 }))
        const error = await failure(publisher(port).publish(await postOf(), attemptOf()))
        expect(error).toMatchObject({ code: 'publish_refused', message: expect.stringContaining('larger') })
        expect(mails).toEqual([])
      })

      it('reports the right outcome to a caller that aborts', async () => {
        const before = await failure(
          publisher(1).publish(await postOf(), attemptOf({ signal: AbortSignal.abort() })),
        )
        expect(before.code).toBe('publish_unavailable')
        for (const [moment, code] of [
          ['AUTH', 'publish_unavailable'],
          ['content', 'publish_outcome_unknown'],
        ] as const) {
          const caller = new AbortController()
          const { port, reached } = await running(startTroubledServer(moment, 'silence'))
          const failed = failure(
            publisher(port).publish(await postOf(), attemptOf({ signal: caller.signal })),
          )
          await reached
          caller.abort()
          expect((await failed).code).toBe(code)
        }
      })

      it('fails at the timeout of a step when the server sends its replies byte by byte', async () => {
        const { port } = await running(startTroubledServer('EHLO', { reply: '250-and\r\n250-on' }))
        const mailer = { ...local, timeouts: { ...patient, silenceMs: 60_000, stepMs: 100 } }
        expect((await failure(publisher(port, { mailer }).publish(await postOf(), attemptOf()))).code).toBe(
          'publish_unavailable',
        )
      })
    })

    describe('the credentials', () => {
      it('resolves credentials again, once, when the server rejects them', async () => {
        const { port, mails, logins } = await running(startMailServer())
        await publisher(port, { passwords: ['old', 'right-canary'] }).publish(await postOf(), attemptOf())
        expect(mails).toHaveLength(1)
        expect(logins.map(({ password }) => password)).toEqual(['old', 'right-canary'])
      })

      it('explains that the password is wrong when fresh credentials are rejected too', async () => {
        const { port, mails } = await running(startMailServer({ password: 'another' }))
        const error = await failure(publisher(port).publish(await postOf(), attemptOf()))
        expect(error).toMatchObject({
          code: 'credentials_rejected',
          message: expect.stringContaining('password'),
        })
        expect(mails).toEqual([])
      })

      it('sends mail without credentials to a server without sign-in', async () => {
        const { port, mails } = await running(
          startMailServer({ authOptional: true, disabledCommands: ['AUTH'] }),
        )
        await publisher(port).publish(await postOf(), attemptOf())
        expect(mails).toHaveLength(1)
      })
    })

    describe('the encryption', () => {
      const modes = ['STARTTLS', 'implicit TLS'] as const
      type Mode = (typeof modes)[number]

      /** Starts a server and publishes through it with TLS. */
      async function sendOver(
        mode: Mode,
        options: Parameters<typeof startMailServer>[0],
        timeouts = patient,
      ) {
        const secure = mode === 'implicit TLS'
        const server = await running(startMailServer({ ...options, secure }))
        const mailer = { allowPrivate: true, timeouts, ...(secure && { implicitTlsPort: server.port }) }
        const post = await postOf()
        const publishing = publisher(server.port, { mailer, server: { use_tls: true } }).publish(
          post,
          attemptOf(),
        )
        return { server, publishing }
      }

      it.each(modes)('encrypts with %s before the sign-in', async (mode) => {
        const { server, publishing } = await sendOver(mode, loopbackCertificate)
        await publishing
        expect(server.mails).toMatchObject([{ secure: true }])
        expect(server.logins).toHaveLength(1)
      })

      const faults = {
        'has an untrusted certificate': untrustedCertificate,
        'has a certificate for another name': { cert, key },
        'hides STARTTLS': { ...loopbackCertificate, disabledCommands: ['STARTTLS'] },
      }
      it.each([
        ['STARTTLS', 'hides STARTTLS'],
        ['STARTTLS', 'has an untrusted certificate'],
        ['STARTTLS', 'has a certificate for another name'],
        ['implicit TLS', 'has an untrusted certificate'],
        ['implicit TLS', 'has a certificate for another name'],
      ] as const)('sends no mail over %s to a server that %s', async (mode, fault) => {
        const { server, publishing } = await sendOver(mode, faults[fault])
        expect(await failure(publishing)).toMatchObject({
          code: 'publish_unavailable',
          message: expect.stringContaining('encrypted'),
        })
        expect(server.logins).toEqual([])
        expect(server.mails).toEqual([])
      })

      it('sends no mail to a server that speaks no TLS on the port of implicit TLS', async () => {
        const { port, logins } = await running(startMailServer())
        const mailer = { allowPrivate: true, timeouts: hasty, implicitTlsPort: port }
        const error = await failure(
          publisher(port, { mailer, server: { use_tls: true } }).publish(await postOf(), attemptOf()),
        )
        expect(error.code).toBe('publish_unavailable')
        expect(logins).toEqual([])
      })

      it.each(modes)('reports an unknown outcome when the answer over %s is lost', async (mode) => {
        const { server, publishing } = await sendOver(mode, loopbackCertificate, hasty)
        server.loseNextAnswer()
        expect((await failure(publishing)).code).toBe('publish_outcome_unknown')
        expect(server.mails).toHaveLength(1)
      })

      it('requires encryption outside of development', async () => {
        const { port, logins } = await running(startMailServer())
        const mailer = { allowPrivate: false, timeouts: patient }
        const server = { host: certifiedName, use_tls: false }
        const error = await failure(publisher(port, { mailer, server }).publish(await postOf(), attemptOf()))
        expect(error).toMatchObject({ code: 'endpoint_refused', message: expect.stringContaining('use_tls') })
        expect(logins).toEqual([])
      })
    })

    describe('a mail server inside the private network', () => {
      it.each([
        '127.0.0.1',
        'localhost',
        '169.254.169.254',
        '10.0.0.5',
        '[::1]',
        '0x7f.1',
        'mail.internal',
        'mail',
      ])('never connects to a mail server inside the private network as %s', async (host) => {
        const { port, logins } = await running(startMailServer())
        const mailer = { allowPrivate: false, timeouts: patient }
        const error = await failure(
          publisher(port, { mailer, server: { host, use_tls: true } }).publish(await postOf(), attemptOf()),
        )
        expect(error.code).toBe('endpoint_refused')
        expect(logins).toEqual([])
      })
    })
  })
}
