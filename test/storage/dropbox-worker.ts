/** A worker that carries out steps on a Dropbox store, for the test that runs the provider in workerd. */
import { createDropboxStore } from '../../src/providers/storage/dropbox.ts'
import { Secret } from '../../src/secret.ts'
import { parsePhotoName } from '../../src/workflow/photo.ts'

interface Environment {
  BASE_URL: string
  APP_SECRET: string
  REFRESH_TOKEN: string
}

const name = parsePhotoName('写真 1.jpg')

// biome-ignore lint/style/noDefaultExport: the form of a Worker
export default {
  async fetch(request: Request, env: Environment): Promise<Response> {
    const credentials = { refresh_token: new Secret(env.REFRESH_TOKEN) }
    const store = createDropboxStore({
      credentials: { get: async () => credentials, reject: () => undefined },
      app: { key: 'app-key', secret: new Secret(env.APP_SECRET) },
      baseUrl: env.BASE_URL,
      paths: { root: '/Photos', archive: '/Photos/archive', keep: '/Photos/keep', remove: '/Photos/reject' },
    })
    if (new URL(request.url).pathname === '/original') {
      const { body } = await store.read('root', parsePhotoName('seeded.jpg'))
      return new Response(body)
    }
    const uploaded = await store.upload('root', name, new Blob(['picture']).stream(), 7)
    await store.writeSidecar('root', name, 'caption', null)
    const claims = [
      await store.createRecord(['claim.json'], '{}'),
      await store.createRecord(['claim.json'], '{}'),
    ]
    const thumbnail = await store.thumbnail?.(
      'root',
      parsePhotoName('seeded.jpg'),
      { width: 256, height: 256 },
      'image/jpeg',
    )
    const moved = await store.move(name, 'root', 'archive')
    const { photos, withSidecar } = await store.list('archive')
    return Response.json({
      globals: [typeof globalThis.Buffer, typeof globalThis.process],
      uploaded: uploaded.name,
      claims,
      thumbnail: thumbnail?.bytes.length,
      moved,
      archive: photos.map((photo) => [photo.name, photo.size, withSidecar.has(photo.name)]),
      sidecar: await store.readSidecar('archive', name),
      record: await store.readRecord(['claim.json']),
    })
  },
}
