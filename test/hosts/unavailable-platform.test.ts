/** A tenant enables a platform that this server cannot publish to. Only the Node host lets a test plant such a platform. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost } from '../support/fixtures/admin.ts'
import { nodeHostWith } from '../support/fixtures/hosts.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { chatOf, type Studio, startStudio } from '../support/fixtures/studio.ts'
import { withoutPlatform } from '../support/fixtures/unbuilt-providers.ts'

const photo = parsePhotoName('dusk.jpg')

describe('publishing where a platform is enabled that this server cannot use', () => {
  let studio: Studio
  beforeAll(async () => {
    studio = await startStudio(nodeHostWith({ providers: withoutPlatform('instagram', ['instagram']) }))
  })
  afterAll(() => studio[Symbol.asyncDispose]())

  async function open(tenant: string) {
    const telegram = {
      credentials_ref: `${tenant}-telegram`,
      channel_id: -1_000_000_000_000 - chatOf(tenant),
    }
    const store = studio.tenant(tenant, {
      publishers: { telegram, instagram: { credentials_ref: 'later' } },
    })
    await upload(store, photo, await picture(7, 300, 200))
    return {
      publish: (body: unknown) => adminPost(studio.fleet, tenant, `/api/images/${photo}/publish`, body),
      posts: () => studio.telegram.posts.filter(({ chat }) => chat.title === tenant),
    }
  }

  it('reports the platform, and sends to the others', async () => {
    const { publish, posts } = await open('studio-of-two')
    for (const body of [{}, { platforms: ['instagram', 'telegram'] }]) {
      const { results, any_success } = await (await publish(body)).json()
      expect(any_success).toBe(true)
      expect(results.telegram).toMatchObject({ success: true })
      expect(results.instagram).toEqual({
        success: false,
        code: 'provider_unavailable',
        error: expect.stringMatching(/instagram/i),
      })
    }
    expect(posts()).toHaveLength(1)
  })

  it('is refused with 501 when the request names no other platform', async () => {
    const { publish, posts } = await open('studio-of-one')
    const response = await publish({ platforms: ['instagram'] })
    expect([response.status, (await response.json()).code]).toEqual([501, 'provider_unavailable'])
    expect(posts()).toEqual([])
  })
})
