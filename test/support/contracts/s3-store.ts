import { afterAll, beforeAll, describe } from 'vitest'
import type { R2Server } from '../../../dev/emulators/r2.ts'
import { Secret } from '../../../src/base/secret.ts'
import type { CredentialSource } from '../../../src/ports/credentials.ts'
import { createS3Store, type S3Credentials, type VerdictMemory } from '../../../src/providers/storage/s3.ts'
import { putObject } from '../fixtures/s3-servers.ts'
import { describePhotoStore, type OpenStorage, type StorageTraits } from './photo-store.ts'

export interface S3Suite {
  start: () => Promise<R2Server>
  rootName: string
  pageSize: number
  request?: typeof fetch
  traits: StorageTraits
}

/** Runs the contract suite of photo stores on an S3 server. */
export function describeS3Store(name: string, { start, rootName, pageSize, request, traits }: S3Suite): void {
  describe(`S3 by ${name}`, () => {
    let server: R2Server
    beforeAll(async () => {
      server = await start()
    })
    afterAll(() => server.close())
    describePhotoStore(
      'the S3 store',
      opener(() => server, rootName, pageSize, request),
      traits,
    )
  })
}

const oneAttempt = { attempts: 1, baseMs: 1, capMs: 1, attemptTimeoutMs: 5000, deadlineMs: 10_000 }

/** Returns a function that opens storages, each in a different folder of the same bucket. */
function opener(
  server: () => R2Server,
  rootName: string,
  pageSize: number,
  request: typeof fetch = (...asked) => fetch(...asked),
) {
  let count = 0
  const verdicts = oneServer()
  return async (): Promise<OpenStorage> => {
    const root = `${rootName}-${++count}`
    const paths = { root, archive: `${root}/archive`, keep: `${root}/keep`, remove: `${root}/reject` }
    const base = {
      provider: 's3',
      verdicts,
      paths,
      credentials: credentialsOf(server()),
      allowPrivateEndpoints: true,
      pageSize,
      fetch: request,
    }
    return {
      store: createS3Store(base),
      another: () => createS3Store(base),
      failing(nth) {
        let calls = 0
        const failingFetch: typeof fetch = async (...asked) => {
          calls++
          if (calls === nth) throw new TypeError('interrupted')
          return request(...asked)
        }
        return {
          store: createS3Store({ ...base, fetch: failingFetch, retry: oneAttempt }),
          calls: () => calls,
        }
      },
      waiting: (before) =>
        createS3Store({
          ...base,
          // A single attempt, because the other process may be paused while this process waits for it.
          retry: oneAttempt,
          async fetch(...asked) {
            await before()
            return request(...asked)
          },
        }),
      plant: (file, bytes) => putObject(server(), `${root}/${file}`, bytes),
      fetchLink: async (url) => (await fetch(url)).text(),
      [Symbol.asyncDispose]: async () => undefined,
    }
  }
}

/** Shares a verdict among all storages on a server, because the probe has its own tests. */
function oneServer(): VerdictMemory {
  let found: ReturnType<VerdictMemory['get']>
  return {
    get: () => found,
    set: (_key, conditions) => {
      found = conditions
    },
  }
}

function credentialsOf({
  endpoint,
  bucket,
  accessKeyId,
  secretAccessKey,
}: R2Server): CredentialSource<S3Credentials> {
  const credentials = {
    access_key_id: new Secret(accessKeyId),
    secret_access_key: new Secret(secretAccessKey),
    endpoint_url: endpoint,
    bucket,
    region: 'us-east-1',
  }
  return { get: async () => credentials, reject: () => undefined }
}
