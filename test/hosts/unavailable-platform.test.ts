/**
 * A tenant with a platform that this server cannot publish to. Tests can plant such a platform only on the
 * Node host.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost } from '../support/fixtures/admin.ts'
import { nodeHostWith } from '../support/fixtures/hosts.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { chatOf, type Studio, startStudio } from '../support/fixtures/studio.ts'
import { withoutPlatform } from '../support/fixtures/unbuilt-providers.ts'

const photo = parsePhotoName('dusk.jpg')

describe('publishing with an enabled platform that this server does not support', () => {
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

  it('reports the unsupported platform and publishes to the others', async () => {
    const { publish, posts } = await open('studio-of-two')
    for (const body of [{}, { platforms: ['instagram', 'telegram'] }]) {
      const { results, any_success } = await (await publish(body)).json()
      expect(any_success).toBe(true)
      expect(results.telegram).toMatchObject({ success: true })
      expect(results.instagram).toEqual({
        success: false,
        type: 'instagram',
        code: 'provider_unavailable',
        error: expect.stringMatching(/instagram/i),
      })
    }
    expect(posts()).toHaveLength(1)
  })

  it('answers 501 when the request names only unsupported platforms', async () => {
    const { publish, posts } = await open('studio-of-one')
    const response = await publish({ platforms: ['instagram'] })
    expect([response.status, (await response.json()).code]).toEqual([501, 'provider_unavailable'])
    expect(posts()).toEqual([])
  })
})
