/**
 * A process that publishes `photo.jpg` of a local store `ATTEMPTS` times at once to a platform on loopback. Before call number `STOP_AT`
 * of its store or platform it says so and waits to be killed.
 */
import { createLocalStore } from '../../src/providers/storage/local.ts'
import { parsePhotoName } from '../../src/workflow/photo.ts'
import type { PhotoStore } from '../../src/workflow/ports/storage.ts'
import { publishPhoto } from '../../src/workflow/publish.ts'
import { loopbackPublisher, rootPaths, toolsFor } from './publishing.ts'

const { ROOT = '', PLATFORM_URL = '', ATTEMPTS = '1', STOP_AT = '0' } = process.env
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

const store: PhotoStore = stepped(createLocalStore({ paths: rootPaths(ROOT), link: async () => '/' }))
const publisher = stepped(loopbackPublisher(PLATFORM_URL))
const results = await Promise.all(
  Array.from({ length: Number(ATTEMPTS) }, (_, index) =>
    publishPhoto(
      toolsFor(store, [publisher]),
      {
        name: parsePhotoName('photo.jpg'),
        caption: 'Typed by hand.',
        dryRun: false,
        force: false,
        requestId: `${process.pid}-${index}`,
      },
      () => undefined,
    ).catch((error: unknown) => ({ error: String(error) })),
  ),
)
process.stdout.write(`${JSON.stringify({ calls, results })}\n`)
process.exit(0)
