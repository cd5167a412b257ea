import { describe, expect, it } from 'vitest'
import { assertPublicEndpoint } from '../../../../src/base/endpoint-guard.ts'
import { Secret } from '../../../../src/base/secret.ts'
import { parsePhotoName } from '../../../../src/ports/photo.ts'
import { createS3Store } from '../../../../src/providers/storage/s3.ts'

/** Creates a store whose every server would answer, so that only the guard can refuse. */
function storeAt(endpoint: string) {
  const asked: string[] = []
  const credentials = {
    access_key_id: new Secret('key'),
    secret_access_key: new Secret('secret'),
    endpoint_url: endpoint,
    bucket: 'photos',
    region: 'auto',
  }
  const store = createS3Store({
    provider: 's3',
    paths: { root: 'a', archive: 'a/archive', keep: 'a/keep', remove: 'a/reject' },
    credentials: { get: async () => credentials, reject: () => undefined },
    checkEndpoint: (url) => assertPublicEndpoint(url, { allowPrivate: false }),
    async fetch(input) {
      asked.push(input instanceof Request ? input.url : String(input))
      return new Response(null, { headers: { etag: '"one"', 'content-length': '9' } })
    },
  })
  return { store, asked }
}

const name = parsePhotoName('a.jpg')

describe('the endpoint of an S3 store', () => {
  it.each([
    'https://10.0.0.1',
    'https://127.0.0.1:9000',
    'https://[::1]',
    'https://169.254.169.254',
    'https://minio.internal',
    'https://minio',
    'https://2130706433',
  ])('sends no request to the endpoint %s and signs no link for it', async (endpoint) => {
    const { store, asked } = storeAt(endpoint)
    const refused = expect.objectContaining({ code: 'endpoint_refused' })
    await expect(store.temporaryLink('root', name)).rejects.toEqual(refused)
    await expect(store.stat('root', name)).rejects.toEqual(refused)
    await expect(store.list('root')).rejects.toEqual(refused)
    expect(asked).toEqual([])
  })

  it('signs links to a public endpoint', async () => {
    const { store } = storeAt('https://s3.example.com')
    const { url } = await store.temporaryLink('root', name)
    expect(url).toMatch(/^https:\/\/s3\.example\.com\/photos\/a\/a\.jpg\?X-Amz-Expires=/)
  })
})
