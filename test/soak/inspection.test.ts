/** Tests that the soak can fail: each kind of loss is planted here and must be found. */
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { inspect } from '../../soak/inspection.ts'
import { type TrackedPhoto, trackedPhoto } from '../../soak/photographer.ts'
import { createJudge, type Rule, ruleNames } from '../../soak/rules.ts'
import { fill, firstPhotos, type Tenant } from '../../soak/tenants.ts'
import { resolvePaths } from '../../src/contract/paths.ts'
import { createLocalStore } from '../../src/providers/storage/local.ts'

let root: string
let tenant: Tenant
let photos: TrackedPhoto[]

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'soak-test-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const paths = resolvePaths({ root, archive: 'archive', keep: 'keep', remove: 'reject' })
  tenant = {
    name: 'soak0002',
    kind: 'local',
    isShortLived: false,
    config: {},
    credentials: undefined,
    store: createLocalStore({ paths, link: async () => '' }),
  }
  await fill(tenant)
  photos = firstPhotos.map((id) => trackedPhoto(tenant, id))
})

/** Returns the rules that the storage breaks. */
async function broken(): Promise<Rule[]> {
  const judge = createJudge()
  await inspect({ judge }, tenant, photos)
  return judge.findings().flatMap(({ rule, broken }) => (broken > 0 ? [rule] : []))
}

function photo(id: string): TrackedPhoto {
  const found = photos.find((candidate) => candidate.id === id)
  if (!found) throw new Error(`There is no photo ${id}.`)
  return found
}

describe('the inspection of a storage', () => {
  it('finds nothing wrong in a correct storage', async () => {
    expect(await broken()).toEqual([])
  })

  it.each<[string, () => Promise<unknown>]>([
    ['a photo is missing', () => rm(join(root, 'a.jpg'))],
    ['its sidecar is missing', () => rm(join(root, 'a.txt'))],
    ['it has another photo’s sidecar', () => copyFile(join(root, 'b.txt'), join(root, 'a.txt'))],
    ['it exists twice', () => copyFile(join(root, 'a.jpg'), join(root, 'a (2).jpg'))],
    [
      'it is not where the answer said',
      async () => {
        await mkdir(join(root, 'keep'))
        await rename(join(root, 'a.jpg'), join(root, 'keep', 'a.jpg'))
        await rename(join(root, 'a.txt'), join(root, 'keep', 'a.txt'))
      },
    ],
    [
      'its publication never finished',
      async () => Object.assign(photo('a'), { pending: { kind: 'publish' } }),
    ],
  ])('finds that %s', async (_what, plant) => {
    await plant()
    expect(await broken()).toEqual(['kept'])
  })

  it('finds an unexpected photo', async () => {
    photos = photos.filter(({ id }) => id !== 'b')
    expect(await broken()).toEqual(['kept'])
  })

  it('finds a photo that was reported as deleted', async () => {
    photo('c').existence = 'gone'
    expect(await broken()).toEqual(['deleted'])
  })
})

it('lists rules that were never checked', () => {
  expect(createJudge().findings()).toEqual(
    ruleNames().map((rule) => ({ rule, looked: 0, broken: 0, examples: [] })),
  )
})
