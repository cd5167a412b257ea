/** A soak that could not fail would prove nothing: each kind of loss is planted here, and has to be found. */
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

/** The rules that the storage breaks. */
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
  it('finds nothing where all is well', async () => {
    expect(await broken()).toEqual([])
  })

  it.each<[string, () => Promise<unknown>]>([
    ['a photo is gone', () => rm(join(root, 'a.jpg'))],
    ['its words are gone', () => rm(join(root, 'a.txt'))],
    ['its words are those of another photo', () => copyFile(join(root, 'b.txt'), join(root, 'a.txt'))],
    ['it is there twice', () => copyFile(join(root, 'a.jpg'), join(root, 'a (2).jpg'))],
    [
      'it lies elsewhere than was answered',
      async () => {
        await mkdir(join(root, 'keep'))
        await rename(join(root, 'a.jpg'), join(root, 'keep', 'a.jpg'))
        await rename(join(root, 'a.txt'), join(root, 'keep', 'a.txt'))
      },
    ],
    [
      'it was never brought to an end',
      async () => Object.assign(photo('a'), { pending: { kind: 'publish' } }),
    ],
  ])('finds that %s', async (_what, plant) => {
    await plant()
    expect(await broken()).toEqual(['kept'])
  })

  it('finds a photo that belongs to nobody here', async () => {
    photos = photos.filter(({ id }) => id !== 'b')
    expect(await broken()).toEqual(['kept'])
  })

  it('finds what was reported as deleted', async () => {
    photo('c').existence = 'gone'
    expect(await broken()).toEqual(['deleted'])
  })
})

it('counts rules that were never looked at', () => {
  expect(createJudge().findings()).toEqual(
    ruleNames().map((rule) => ({ rule, looked: 0, broken: 0, examples: [] })),
  )
})
