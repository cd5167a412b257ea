/**
 * A process that publishes each of `PHOTOS` (`photo.jpg`) `ATTEMPTS` times at once to a platform on loopback: of a local store, or of an
 * S3 server at `S3_ENDPOINT`. Before call number `STOP_AT` of its store or platform it says so and waits to be killed.
 */
import { isPublisherError } from '../../src/errors.ts'
import { createLocalStore } from '../../src/providers/storage/local.ts'
import { createS3Store } from '../../src/providers/storage/s3.ts'
import { Secret } from '../../src/secret.ts'
import { parsePhotoName } from '../../src/workflow/photo.ts'
import type { PhotoStore } from '../../src/workflow/ports/storage.ts'
import { publishPhoto } from '../../src/workflow/publish.ts'
import { loopbackPublisher, rootPaths, toolsFor } from './publishing.ts'

const {
  ROOT = '',
  PLATFORM_URL = '',
  ATTEMPTS = '1',
  STOP_AT = '0',
  PHOTOS = 'photo.jpg',
  S3_ENDPOINT,
} = process.env
const stopAt = Number(STOP_AT)
let calls = 0

/** Resolves at once, or never. */
async function pass(name: string): Promise<void> {
  calls += 1
  if (calls !== stopAt) return
  process.stdout.write(`stopped before ${calls} ${name}\n`)
  await new Promise(() => setInterval(() => undefined, 1000))
}

/** The same object, each of whose methods passes a point first. */
function stepped<T extends object>(target: T): T {
  return new Proxy(target, {
    get(from, name) {
      const member: unknown = Reflect.get(from, name)
      if (typeof member !== 'function' || name === 'describe') return member
      return async (...args: unknown[]) => {
        await pass(String(name))
        return member.apply(from, args)
      }
    },
  })
}

/** Any keys will do: the servers of the tests let each client in. */
function openS3(endpoint: string): PhotoStore {
  const credentials = {
    access_key_id: new Secret('access-key'),
    secret_access_key: new Secret('secret-key'),
    endpoint_url: endpoint,
    bucket: 'photos',
    region: 'us-east-1',
  }
  const paths = { root: ROOT, archive: `${ROOT}/archive`, keep: `${ROOT}/keep`, remove: `${ROOT}/reject` }
  const source = { get: async () => credentials, reject: () => undefined }
  return createS3Store({ provider: 's3', paths, credentials: source, allowPrivateEndpoints: true })
}

const store = stepped(
  S3_ENDPOINT ? openS3(S3_ENDPOINT) : createLocalStore({ paths: rootPaths(ROOT), link: async () => '/' }),
)
const publisher = stepped(loopbackPublisher(PLATFORM_URL))
const names = PHOTOS.split(',').flatMap((name) => Array.from({ length: Number(ATTEMPTS) }, () => name))
const results = await Promise.all(
  names.map((name, index) =>
    publishPhoto(
      toolsFor(store, [publisher]),
      {
        name: parsePhotoName(name),
        caption: 'Typed by hand.',
        dryRun: false,
        force: false,
        requestId: `${process.pid}-${index}`,
      },
      () => undefined,
    ).catch((error: unknown) => ({
      error: String(error),
      ...(isPublisherError(error) && { code: error.code }),
    })),
  ),
)
process.stdout.write(`${JSON.stringify({ calls, results })}\n`)
process.exit(0)
