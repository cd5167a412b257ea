/** Each wire call of each operation fails in each way. Afterwards the folder holds exactly what it should. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  backendError,
  type DriveFault,
  onNthCall,
  rateLimited,
  tooManyRequests,
} from '../../../../dev/emulators/gdrive/faults.ts'
import type { DriveStoreOptions } from '../../../../src/providers/storage/gdrive.ts'
import { openDrive, quickRetry } from '../../../support/fixtures/gdrive.ts'
import { type DriveOperation, driveOperations } from '../../../support/fixtures/gdrive-operations.ts'

const faults: Readonly<Record<string, () => DriveFault>> = {
  'the connection breaks before the work': () => ({ kind: 'reset' }),
  'the answer is lost after the work': () => ({ kind: 'answer-lost' }),
  'a gateway answers 502 after the work': () => ({ kind: 'answer-lost', status: 502 }),
  'Drive answers 500': () => backendError(500),
  'Drive answers 503': () => backendError(503),
  'Drive answers 403 for too many calls': () => rateLimited(),
  'Drive answers 429': () => tooManyRequests(),
  'the request arrives twice': () => ({ kind: 'twice' }),
}

let drive: Awaited<ReturnType<typeof openDrive>>
beforeAll(async () => {
  drive = await openDrive()
})
afterAll(() => drive.close())

let scenes = 0

/** Opens a store on a new folder with the operation's files. */
function openScene({ before = {} }: DriveOperation, more: Partial<DriveStoreOptions> = {}) {
  scenes += 1
  const root = `Scene${scenes}`
  const folder = drive.account.folder(root)
  for (const [path, content] of Object.entries(before)) drive.account.seed(`${root}/${path}`, content)
  drive.emulator.settle()
  const paths = { root, archive: `${root}/archive`, keep: `${root}/keep`, remove: `${root}/reject` }
  // Calls stay in this process, because there are thousands.
  const send: typeof fetch = (input, init) => drive.emulator.fetch(new Request(input, init))
  const store = () => drive.store({ paths, fetch: send, ...more })
  const prefix = `/${root}/`
  return {
    store,
    /** Returns the files below the folder, and fails if two have one path. Removes the folder. */
    async files() {
      const own = drive.account.paths().filter((path) => path.startsWith(prefix))
      const read = own.map(
        async (path) => [path.slice(prefix.length), await drive.account.text(path)] as const,
      )
      const entries = await Promise.all(read)
      drive.account.remove(folder)
      if (new Set(own).size < own.length) throw new Error(`a file is there twice: ${own.join(', ')}`)
      return Object.fromEntries(entries)
    },
  }
}

/** Counts the wire calls of an operation that nothing disturbs. */
async function callsOf(operation: DriveOperation): Promise<number> {
  const scene = openScene(operation)
  const before = drive.emulator.calls.length
  await operation.run(scene.store())
  expectSame(await scene.files(), operation.after, operation.title)
  return drive.emulator.calls.length - before
}

/** Compares without printing megabytes. */
function expectSame(found: object, wanted: object, title: string): void {
  const short = (files: object) =>
    Object.entries(files)
      .map(([path, content]) => `${path}: ${String(content).slice(0, 30)} (${String(content).length})`)
      .sort()
  expect([title, ...short(found)]).toEqual([title, ...short(wanted)])
}

describe.each([
  { title: 'with fresh lists', listLag: 0 },
  { title: 'with lists that lag', listLag: 2 },
])('a Google Drive $title', ({ listLag }) => {
  beforeAll(() => {
    drive.emulator.settings.listLag = listLag
  })

  it.each(
    driveOperations
      .filter(({ isLarge }) => !isLarge || listLag === 0)
      .map((operation) => [operation.title, operation] as const),
  )(
    'completes the %s once when any of its calls fails',
    async (_, operation) => {
      const calls = await callsOf(operation)
      expect(calls).toBeGreaterThan(1)
      for (const [kind, fault] of Object.entries(faults)) {
        for (let nth = 1; nth <= calls; nth += 1) {
          const scene = openScene(operation)
          const stop = drive.emulator.interfere(onNthCall(nth, fault()))
          await operation.run(scene.store())
          stop()
          expectSame(await scene.files(), operation.after, `call ${nth}: ${kind}`)
        }
      }
    },
    120_000,
  )

  it.each(
    driveOperations
      .filter(({ addsEachTime }) => !addsEachTime)
      .map((operation) => [operation.title, operation] as const),
  )(
    'completes the %s when a process that gave up at any call is followed by another process',
    async (_, operation) => {
      const calls = await callsOf(operation)
      const noRetry = { retry: { ...quickRetry, attempts: 1 } }
      for (const kind of ['the connection breaks before the work', 'the answer is lost after the work']) {
        for (let nth = 1; nth <= calls; nth += 1) {
          const scene = openScene(operation, noRetry)
          const stop = drive.emulator.interfere(onNthCall(nth, faults[kind]?.() ?? { kind: 'reset' }))
          await operation.run(scene.store()).catch(() => undefined)
          stop()
          drive.emulator.settle()
          await operation.run(scene.store()).catch((error: unknown) => {
            // The first process had finished.
            if (!/photo_not_found|not found/i.test(String(error))) throw error
          })
          expectSame(await scene.files(), operation.after, `call ${nth}: ${kind}`)
        }
      }
    },
    120_000,
  )
})
