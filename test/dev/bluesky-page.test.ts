import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BlueskyServer, startBluesky } from '../../dev/peers/pds.ts'
import { planned } from '../support/contracts/publisher-scene.ts'
import { openBlueskyScene } from '../support/fixtures/bluesky.ts'
import { postOf } from '../support/fixtures/posts.ts'

let server: BlueskyServer
beforeAll(async () => {
  server = await startBluesky({ accounts: ['alice'] })
})
afterAll(() => server.close())

describe('the page of the Bluesky server', () => {
  it('shows posts as text, with links, labels, alt text and picture, until they are taken back', async () => {
    const empty = await (await fetch(server.pageUrl)).text()
    expect(empty).toContain('Nothing has been posted yet.')

    const scene = await openBlueskyScene(server)
    const publisher = scene.publisher()
    const caption = '<script>alert(1)</script> 縄 https://example.org/a #rope @alice.test'
    const post = await postOf({ caption, altText: 'Hemp “on” skin.', rating: 'explicit' })
    const { postId, notes = {} } = await publisher.publish(post, planned(publisher))

    const answer = await fetch(server.pageUrl)
    const text = await answer.text()
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(text).not.toContain('<script')
    expect(text).toContain('&lt;script&gt;')
    expect(text).toContain('<a href="https://example.org/a">https://example.org/a</a>')
    expect(text).toContain('<mark>#rope</mark>')
    expect(text).toContain(
      `<a href="https://bsky.app/profile/${server.account('alice').did}">@alice.test</a>`,
    )
    expect(text).toContain('<strong>porn</strong>')
    expect(text).toContain('alt="Hemp “on” skin."')

    const [, source = ''] = /src="([^"]+)"/.exec(text) ?? []
    const photo = await fetch(new URL(source, server.pageUrl))
    expect(new Uint8Array(await photo.arrayBuffer())).toEqual(post.picture.bytes)
    expect((await fetch(new URL('/blobs/did:plc:none/none', server.pageUrl))).status).toBe(404)

    const receipt = { postId, notes, postedAt: new Date(), rating: post.rating }
    await publisher.retract?.(receipt, new AbortController().signal)
    expect(await (await fetch(server.pageUrl)).text()).not.toContain('Hemp')
    await scene.stop()
  })
})
