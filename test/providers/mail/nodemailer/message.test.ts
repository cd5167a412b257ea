import { describe, expect, it } from 'vitest'
import { composeMessage } from '../../../../src/providers/mail/nodemailer/message.ts'

const photo = crypto.getRandomValues(new Uint8Array(60_000))
const message = {
  from: 'alice@photos.example',
  to: ['upload@example.org'],
  subject: 'Dusk',
  text: 'Dusk.\n.hidden dot',
  messageId: '<one@alice.shibari.test>',
  attachment: {
    filename: 'dusk.jpg',
    contentType: 'image/jpeg',
    // Three megabytes, the size of the largest pictures.
    bytes: new Uint8Array(Array.from({ length: 50 }, () => [...photo]).flat()),
  },
}

describe('a mail', () => {
  it('streams a mail while sending, so that memory holds only the picture, and knows the size in advance', async () => {
    const { content, envelope } = await composeMessage(message)
    const pieces: Buffer[] = []
    for await (const piece of content) pieces.push(Buffer.from(piece))
    const whole = Buffer.concat(pieces)
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(256 * 1024)
    expect(whole.length).toBe(envelope.size)
    const text = whole.toString('latin1')
    expect(text).toContain('Message-ID: <one@alice.shibari.test>\r\n')
    const encoded = /filename=dusk\.jpg\r\n\r\n([A-Za-z0-9+/=\r\n]+)\r\n--/.exec(text)?.[1] ?? ''
    expect(Buffer.from(encoded, 'base64').equals(message.attachment.bytes)).toBe(true)
  })

  it('starts to build a mail when its first byte is requested, not before', async () => {
    const outgoing = await composeMessage(message)
    await new Promise((resolve) => setImmediate(resolve))
    expect(outgoing.begun).toBe(false)
    outgoing.content.resume()
    await new Promise((resolve) => outgoing.content.once('data', resolve))
    expect(outgoing.begun).toBe(true)
    outgoing.content.destroy()
  })
})
