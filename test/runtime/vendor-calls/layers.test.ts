/** Calls, refused calls and breakers must name a vendor by the same word, so that its metrics can be compared. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { PublisherError } from '../../../src/base/errors.ts'
import { parseHost } from '../../../src/contract/host.ts'
import { platforms } from '../../../src/contract/platform.ts'
import { noMetrics } from '../../../src/ports/metrics.ts'
import type { Post } from '../../../src/ports/publisher.ts'
import type { PhotoStore } from '../../../src/ports/storage.ts'
import { model as registered } from '../../../src/providers/model.ts'
import { publishers } from '../../../src/providers/publishers.ts'
import { storages } from '../../../src/providers/storages.ts'
import { modelCalls } from '../../../src/runtime/vendor-calls/model-calls.ts'
import { createObserver } from '../../../src/runtime/vendor-calls/observe.ts'
import { publisherCalls } from '../../../src/runtime/vendor-calls/publisher-calls.ts'
import { storageCalls } from '../../../src/runtime/vendor-calls/storage-calls.ts'
import { attemptOf } from '../../support/fixtures/posts.ts'
import { photo, scene } from '../../support/fixtures/scripted-platforms.ts'

const away = async () => {
  throw new PublisherError('storage_unavailable', 'Away.', { isOutage: true })
}
const signal = new AbortController().signal
const post: Post = {
  name: photo,
  sha256: '',
  caption: '',
  altText: null,
  rating: 'nudity',
  tags: [],
  picture: { bytes: new Uint8Array(), mediaType: 'image/jpeg', width: 1, height: 1 },
}

/** Records the vendor names that metrics receive while a vendor goes down and is refused. */
function listen() {
  const words = { called: new Set<string>(), breakers: new Set<string>(), rejected: new Set<string>() }
  const observe = createObserver({ ...noMetrics, called: ({ to }) => void words.called.add(to) })
  const known = parseHost('alice.shibari.test', 'shibari.test', [])
  if (!known) throw new Error('no tenant')
  const calls = {
    tenant: known.tenant,
    observe,
    now: Date.now,
    observer: {
      onState: (vendor: string) => void words.breakers.add(vendor),
      onRejected: (vendor: string) => void words.rejected.add(vendor),
    },
  }
  return { words, calls }
}

async function sixTimes(call: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < 6; i++) await call().catch(() => undefined)
}

const one = (word: string) => ({
  called: new Set([word]),
  breakers: new Set([word]),
  rejected: new Set([word]),
})

describe('the vendor name in metrics', () => {
  it.each([
    ['s3', 's3'],
    ['managed', 's3'],
    ['dropbox', 'dropbox'],
    ['local', 'local'],
  ] as const)('uses one name for the storage "%s": %s', async (provider, word) => {
    await using open = await scene()
    const { words, calls } = listen()
    const store: PhotoStore = { ...open.folder.open(), provider, stat: away }
    const { store: calledStore } = storageCalls(store, { ...calls, vendor: storages[provider].vendor })
    await sixTimes(() => calledStore.stat('root', photo))
    expect(words).toEqual(one(word))
  })

  it('uses one name for the AI', async () => {
    const { words, calls } = listen()
    const model = modelCalls({ ask: away }, { ...calls, vendor: registered.vendor })
    const request = { model: 'm', system: '', prompt: '', name: 'n', schema: z.unknown(), maxTokens: 1 }
    await sixTimes(() => model.ask(request, signal))
    expect(words).toEqual(one('openai'))
  })

  it.each(platforms.map((platform) => [platform, platform === 'email' ? 'smtp' : platform] as const))(
    'uses one name for the platform "%s": %s',
    async (platform, word) => {
      await using open = await scene()
      const { words, calls } = listen()
      const publisher = { ...open.telegram, platform, publish: away }
      const watched = publisherCalls(publisher, { ...calls, vendor: publishers[platform].vendor })
      await sixTimes(() => watched.publish(post, attemptOf({ signal })))
      expect(words).toEqual(one(word))
    },
  )
})
