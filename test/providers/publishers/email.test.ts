import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { createPinnedLookup } from '../../../src/node/public-lookup.ts'
import type { Mailer } from '../../../src/ports/mail.ts'
import { createMailer } from '../../../src/providers/mail/nodemailer.ts'
import { normalTags } from '../../../src/providers/publishers/email/confirmation.ts'
import { createEmailPublisher } from '../../../src/providers/publishers/email.ts'
import { describeMailPublisher, type MailHost, patient } from '../../support/contracts/email.ts'
import { startMailServer } from '../../support/fakes/smtp-servers.ts'
import { attemptOf, credentialsOf, postOf } from '../../support/fixtures/posts.ts'
import { failure } from '../../support/fixtures/rejections.ts'
import { cert, certifiedName, loopbackCertificate } from '../../support/fixtures/test-certificate.ts'

const lookup = createPinnedLookup()
const ca = cert + loopbackCertificate.cert

const node: MailHost = {
  publisher({ mailer, passwords, ...options }) {
    const [first, next] = passwords.map((value) => ({ password: new Secret(value) }))
    const credentials = credentialsOf(first ?? { password: new Secret('') }, next)
    return createEmailPublisher({ ...options, credentials, mailer: createMailer({ ...mailer, lookup, ca }) })
  },
  close: async () => undefined,
}

describeMailPublisher('Mail on Node', async () => node)

function publisher(mailer: Mailer, server: { host: string; port: number }) {
  return createEmailPublisher({
    config: { recipient: '12345-uploadcanary@upload.fetlife.com' },
    server: { use_tls: true, from_email: 'alice@photos.example', username: 'alice', ...server },
    confirmation: { confirmation_to_sender: false, confirmation_tags_count: 5 },
    admins: [],
    credentials: credentialsOf({ password: new Secret('right-canary') }),
    mailer,
    host: 'alice.shibari.photo',
  })
}

describe("a mail server's name on Node", () => {
  it('encrypts for the name and connects to the address that was checked', async () => {
    const server = await startMailServer()
    const loopback = createPinnedLookup({ resolve: async () => ['127.0.0.1'], isPublic: () => true })
    const mailer = createMailer({ allowPrivate: false, lookup: loopback, timeouts: patient, ca: cert })
    const sending = (host: string) => publisher(mailer, { host, port: server.port })
    await sending(certifiedName).publish(await postOf(), attemptOf())
    const error = await failure(sending('mail.other.example').publish(await postOf(), attemptOf()))
    await server.close()
    expect(error).toMatchObject({
      code: 'publish_unavailable',
      message: expect.stringContaining('encrypted'),
    })
    expect(server.mails).toMatchObject([{ secure: true }])
    expect(server.logins).toHaveLength(1)
  })

  it('never connects to a mail server inside the private network by a public name', async () => {
    const server = await startMailServer()
    const mailer = createMailer({
      allowPrivate: false,
      lookup: createPinnedLookup({ resolve: async () => ['127.0.0.1'] }),
      timeouts: patient,
    })
    const target = { host: 'rebinding.example.com', port: server.port }
    const error = await failure(publisher(mailer, target).publish(await postOf(), attemptOf()))
    await server.close()
    expect(error.code).toBe('endpoint_refused')
    expect(server.logins).toEqual([])
  })
})

describe('a mailer', () => {
  it('reports a mail as sent when only closing the connection fails', async () => {
    const mailer: Mailer = {
      connect: async () => ({
        send: async () => ({ response: '250 OK' }),
        close: () => Promise.reject(new Error('too late')),
      }),
    }
    const posted = await publisher(mailer, { host: 'mail.example', port: 587 }).publish(
      await postOf(),
      attemptOf(),
    )
    expect(posted.postId).toContain('@')
  })
})

describe('the tags of a confirmation', () => {
  it('keeps letters of every script, and marks that belong to a letter', () => {
    expect(normalTags(['#Überwurf', '東京_夜', 'مصر', 'Überwurf', 'noe\u0301'])).toEqual([
      'überwurf',
      '東京 夜',
      'مصر',
      'noe\u0301',
    ])
  })
})
