import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Verdicts } from '../../../../src/providers/storage/s3/conditions.ts'
import { createExclusive } from '../../../../src/providers/storage/s3/exclusive.ts'
import { createKeys } from '../../../../src/providers/storage/s3/keys.ts'
import type { Conditions } from '../../../../src/providers/storage/s3/known-servers.ts'
import type { ObjectHead } from '../../../../src/providers/storage/s3/object-reads.ts'
import type { S3Objects } from '../../../../src/providers/storage/s3/objects.ts'
import { paths } from '../../../support/fakes/scripted-s3.ts'

const key = 'Photos/.publisher/ledger/photo/telegram.json'
const pausesMs = [0]

interface Stored {
  metadata: Readonly<Record<string, string>>
  body: string | Uint8Array
}

/**
 * Simulates a server whose steps run in the order of the scheduler. The check and the write of a request are separate steps. A server that
 * ignores conditions does not check at all.
 */
function gapServer(scheduler: fc.Scheduler, conditions: Conditions, creators = 1) {
  const stored = new Map<string, Stored>()
  // The first step waits for all creators: they compute digests in threads, which the scheduler does not control.
  const everyone = Promise.withResolvers<void>()
  let markers = 0
  const step = <T>(work: () => T): Promise<T> => scheduler.schedule(Promise.resolve(), 'step').then(work)
  const head = (found: Stored | undefined): ObjectHead | null =>
    found
      ? {
          etag: 'e',
          size: found.body.length,
          modifiedAt: new Date(0),
          contentType: null,
          metadata: found.metadata,
        }
      : null
  const objects: Pick<S3Objects, 'put' | 'head' | 'list' | 'delete'> = {
    async put(name, body, { ifAbsent = false, metadata = {} }) {
      if (name !== key && ++markers === creators) everyone.resolve()
      await everyone.promise
      if (ifAbsent && conditions === 'refused') return step(() => 'unsupported')
      const looks = ifAbsent && conditions !== 'ignored'
      if (looks && (await step(() => stored.has(name)))) return 'exists'
      return step(() => {
        stored.set(name, { metadata, body })
        return 'written'
      })
    },
    head: (name) => step(() => head(stored.get(name))),
    delete: (name) => step(() => void stored.delete(name)),
    list: (prefix) =>
      step(() =>
        [...stored]
          .filter(([name]) => name.startsWith(prefix))
          .map(([name, { body }]) => ({ key: name, size: body.length, modifiedAt: new Date(0), etag: 'e' })),
      ),
  }
  return { objects, stored }
}

function verdictsOf(conditions: Conditions): Verdicts {
  return {
    get: async () => ({ conditions, known: undefined }),
    peek: async () => undefined,
    note: async () => undefined,
  }
}

function creatorOn(
  objects: ReturnType<typeof gapServer>['objects'],
  conditions: Conditions,
  // The probe found no fault of the server that checks first and writes later.
  verdicts = verdictsOf(conditions === 'overtaken' ? 'honoured' : conditions),
) {
  const unused = () => Promise.reject(new Error('not used here'))
  return createExclusive({
    objects: {
      ...objects,
      listFolders: unused,
      get: unused,
      getAtMost: unused,
      putStream: unused,
      copy: unused,
    },
    keys: createKeys(paths),
    verdicts,
    pausesMs,
  })
}

describe('the exclusive creation of an object', () => {
  it.each(['overtaken', 'ignored', 'refused'] as const)(
    'never lets two creators succeed, in any order of their steps, on a server where conditions are %s',
    async (conditions) => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 4 }), async (scheduler, creators) => {
          const { objects, stored } = gapServer(scheduler, conditions, creators)
          const create = creatorOn(objects, conditions)
          const outcomes = Promise.all(
            Array.from({ length: creators }, (_, index) =>
              create({ key, body: `creator ${index}`, contentType: 'text/plain' }, () => objects.delete(key)),
            ),
          )
          await scheduler.waitFor(outcomes)
          const winners = (await outcomes).flatMap((outcome, index) => (outcome === 'created' ? [index] : []))
          expect(winners.length).toBeLessThanOrEqual(1)
          // The winner's text stays, and all markers are gone.
          for (const winner of winners) expect(stored.get(key)?.body).toBe(`creator ${winner}`)
          expect([...stored.keys()].filter((name) => name !== key)).toEqual([])
        }),
        { numRuns: 2000 },
      )
    },
    60_000,
  )

  it.each(['ignored', 'refused'] as const)(
    'overwrites no object after a clash of two creators on a server where conditions are %s',
    async (conditions) => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), async (scheduler) => {
          const { objects, stored } = gapServer(scheduler, conditions, 2)
          let verdict: Conditions = conditions
          const verdicts: Verdicts = {
            ...verdictsOf(conditions),
            get: async () => ({ conditions: verdict, known: undefined }),
            note: async (noted) => {
              verdict = noted
            },
          }
          const create = creatorOn(objects, conditions, verdicts)
          const creation = (body: string) => ({ key, body, contentType: 'text/plain' })
          await scheduler.waitFor(Promise.all([create(creation('one')), create(creation('two'))]))
          stored.set(key, { metadata: {}, body: 'a receipt' })
          const later = create(creation('later'))
          await scheduler.waitFor(later)
          expect(await later).toBe('taken')
          expect(stored.get(key)?.body).toBe('a receipt')
        }),
        { numRuns: 500 },
      )
    },
    60_000,
  )

  it('lets creators of at most one owner succeed when they overtake each other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { objects, stored } = gapServer(scheduler, 'overtaken', 3)
        const create = creatorOn(objects, 'overtaken')
        const owners = ['one', 'one', 'other']
        const outcomes = Promise.all(
          owners.map((value) =>
            create({ key, body: value, contentType: 'text/plain', owner: { name: 'owner', value } }),
          ),
        )
        await scheduler.waitFor(outcomes)
        const created = (await outcomes).flatMap((outcome, index) =>
          outcome === 'created' ? [owners[index]] : [],
        )
        expect(new Set(created).size).toBeLessThanOrEqual(1)
        for (const owner of created) expect(stored.get(key)?.body).toBe(owner)
      }),
      { numRuns: 2000 },
    )
  }, 60_000)

  it('lets a single creator succeed, and leaves no marker', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { objects, stored } = gapServer(scheduler, 'overtaken')
        const outcome = creatorOn(objects, 'overtaken')({ key, body: 'mine', contentType: 'text/plain' })
        await scheduler.waitFor(outcome)
        expect(await outcome).toBe('created')
        expect([...stored.keys()]).toEqual([key])
      }),
      { numRuns: 20 },
    )
  })
})
