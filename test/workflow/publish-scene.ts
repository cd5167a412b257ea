/** A photographer with two platforms that do as they are told: what publishing is tested in. */
import { PublisherError } from '../../src/errors.ts'
import { parsePhotoName } from '../../src/workflow/photo.ts'
import type { Platform } from '../../src/workflow/platform.ts'
import type { Post, Publisher } from '../../src/workflow/ports/publisher.ts'
import type { PhotoStore } from '../../src/workflow/ports/storage.ts'
import { type PublishRequest, type PublishTools, publishPhoto } from '../../src/workflow/publish.ts'
import { captionRules, type PhotoFolder, photoFolder, toolsFor } from './publishing.ts'

export const photo = parsePhotoName('photo.jpg')

export interface ScriptedPublisher extends Publisher {
  /** What arrived there. */
  posts: Post[]
  /** What happens to the next posts: an error after or before it has arrived. */
  script: { error: unknown; arrives: boolean }[]
}

function scripted(platform: Platform): ScriptedPublisher {
  const posts: Post[] = []
  const script: ScriptedPublisher['script'] = []
  return {
    platform,
    posts,
    script,
    captionRules,
    pictureBox: { width: 100, height: 100 },
    describe: ({ caption }) => `${platform} would get "${caption}".`,
    async publish(post) {
      const trouble = script.shift()
      if (!trouble || trouble.arrives) posts.push(post)
      if (trouble) throw trouble.error
      return { postId: `${platform}-${posts.length}` }
    },
  }
}

export async function scene() {
  const folder = await photoFolder()
  const clock = { time: Date.parse('2026-11-01T12:00:00Z') }
  const telegram = scripted('telegram')
  const email = scripted('email')
  const stages: string[] = []
  const troubles: unknown[] = []
  const publish = (request: Partial<PublishRequest> = {}, tools: Partial<PublishTools> = {}) =>
    publishPhoto(
      {
        ...toolsFor(folder.open(), [telegram, email]),
        now: () => clock.time,
        onTrouble: (error) => void troubles.push(error),
        ...tools,
      },
      { name: photo, dryRun: false, force: false, requestId: 'r', ...request },
      (stage, { platform } = {}) => void stages.push(platform ? `${stage} ${platform}` : stage),
    )
  return {
    folder,
    clock,
    telegram,
    email,
    stages,
    troubles,
    publish,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

export async function whereabouts(folder: PhotoFolder): Promise<string[]> {
  const store = folder.open()
  const places = await Promise.all(
    (['root', 'archive'] as const).map(async (place) => {
      const { photos, withSidecar } = await store.list(place)
      return photos.map(({ name }) => `${place}/${name}${withSidecar.has(name) ? ' with sidecar' : ''}`)
    }),
  )
  return places.flat()
}

/** The store with one method that fails the given number of times. */
export function failing(
  store: PhotoStore,
  method: keyof PhotoStore,
  times = Number.POSITIVE_INFINITY,
): PhotoStore {
  let left = times
  return new Proxy(store, {
    get(from, name) {
      const member: unknown = Reflect.get(from, name)
      if (name !== method || typeof member !== 'function') return member
      return (...args: unknown[]) => {
        left -= 1
        return left < 0
          ? member.apply(from, args)
          : Promise.reject(new PublisherError('storage_unavailable', 'Away.'))
      }
    },
  })
}
