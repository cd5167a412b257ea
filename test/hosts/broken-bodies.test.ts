import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminRequest, cookieOf } from '../support/fixtures/admin.ts'
import { baseDomain } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts, nodeHost } from '../support/fixtures/hosts.ts'
import { picture } from '../support/fixtures/photographers.ts'
import { type Studio, startStudio } from '../support/fixtures/studio.ts'

/** Creates a form with one file, whose header line is raw bytes. */
function formOf(disposition: Uint8Array | string, content: Uint8Array): Uint8Array {
  const parts = ['--x\r\ncontent-disposition: ', disposition, '\r\n\r\n', content, '\r\n--x--\r\n']
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
}

describeOnBothHosts('malformed request bodies', (kind) => {
  let studio: Studio
  beforeAll(async () => {
    studio = await startStudio(kind)
    studio.tenant('alice')
  })
  afterAll(() => studio[Symbol.asyncDispose]())

  it.each([
    [
      'a file name that is not UTF-8',
      Buffer.from('form-data; name="file"; filename="\xff\xfe.jpg"', 'latin1'),
    ],
    ['a part without a name', 'nonsense'],
    ['a part that is not a file', 'form-data; name="file"'],
  ])('refuses an upload with 400 when its form has %s', async (_title, disposition) => {
    const answer = await adminRequest(studio.fleet, 'alice', '/api/library/upload', {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: formOf(disposition, await picture(1)),
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code: 'invalid_request' })
  })
})

describe('a client that disconnects', () => {
  const json = 'application/json'
  const form = 'multipart/form-data; boundary=x'

  it.each([
    ['PATCH /api/images/a.jpg', json],
    ['POST /api/images/a.jpg/publish', json],
    ['POST /api/images/a.jpg/restore', json],
    ['POST /api/library/upload', form],
  ])('counts no server error when the client disconnects within the body of %s', async (line, type) => {
    await using studio = await startStudio(nodeHost)
    studio.tenant('alice')
    const { port, lines } = studio.fleet.host
    const head = [
      `${line} HTTP/1.1`,
      `host: alice.${baseDomain}`,
      `cookie: ${await cookieOf()}`,
      'x-forwarded-proto: https',
      'sec-fetch-site: same-origin',
      'x-request-id: broken-off',
      `content-type: ${type}`,
      'content-length: 500',
    ]
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(
      `${head.join('\r\n')}\r\n\r\n--x\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n`,
    )
    socket.end()
    const ofRequest = () =>
      lines
        .map((text) => JSON.parse(text))
        .filter(({ request_id: id, msg }) => id === 'broken-off' && msg === 'request')
    await expect.poll(ofRequest).toHaveLength(1)
    expect(ofRequest()[0]).toMatchObject({ status: 400 })
    expect(lines.join('\n')).not.toContain('internal_error')
  })
})
