import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PhotoStore } from '../../src/ports/storage.ts'
import { sha256 } from '../../src/providers/digest/node-hash.ts'
import { editCaptions } from '../../src/workflow/edit-captions.ts'
import { photoDetails } from '../../src/workflow/photo-details.ts'
import { noNotes } from '../../src/workflow/photographer.ts'
import { name, type Scene, startScene } from '../support/fixtures/analysis.ts'
import { type PhotoFolder, photoFolder } from '../support/fixtures/publishing.ts'
import { photo, scene as publishScene } from '../support/fixtures/scripted-platforms.ts'

const large = `rope\n\n# ---\n${'# a: b\n'.repeat(150_000)}`
const unreadable = { code: 'sidecar_unreadable' }

/** Wraps a store and records each read of a sidecar. */
function counting(store: PhotoStore) {
  const reads: string[] = []
  const counted: PhotoStore = {
    ...store,
    readSidecar(folder, photoName) {
      reads.push(`${folder}/${photoName}`)
      return store.readSidecar(folder, photoName)
    },
  }
  return { store: counted, reads }
}

const digests = {
  digest: sha256,
  digests: { get: async () => null, put: async () => undefined },
  index: { get: async () => undefined },
  photographer: noNotes,
  channels: [],
}

describe('a photo whose sidecar is far too large', () => {
  let folder: PhotoFolder
  beforeEach(async () => {
    folder = await photoFolder()
    await writeFile(join(folder.root, 'photo.txt'), large)
  })
  afterEach(() => folder[Symbol.asyncDispose]())

  it('shows a photo without captions when its sidecar is far too large', async () => {
    expect(await photoDetails({ store: folder.open(), ...digests }, 'root', photo)).toMatchObject({
      caption: null,
      sdCaption: null,
      metadata: null,
      hasSidecar: true,
    })
  })

  it('keeps a sidecar that is far too large when a person edits the captions', async () => {
    const edit = editCaptions({ store: folder.open(), now: Date.now }, photo, {
      caption: 'Mine.',
      captions: {},
      altText: undefined,
    })
    await expect(edit).rejects.toMatchObject(unreadable)
    expect(await folder.open().readSidecar('root', photo)).toBe('unreadable')
  })

  it('publishes the submitted caption and warns that the caption was not saved', async () => {
    await using open = await publishScene()
    await writeFile(join(open.folder.root, 'photo.txt'), large)
    const published = await open.publish({ caption: 'Typed.' })
    expect(open.telegram.posts[0]?.caption).toBe('Typed.')
    expect(published).toMatchObject({ anySuccess: true, archived: true })
    expect(published.warnings.join()).toMatch(/not used.*not saved/)
    expect(await open.folder.open().readSidecar('archive', photo)).toBe('unreadable')
  })

  it('warns in a preview that the saved captions are not used', async () => {
    await using open = await publishScene()
    await writeFile(join(open.folder.root, 'photo.txt'), large)
    const { warnings, results } = await open.publish({ dryRun: true })
    expect(warnings).toEqual([expect.stringContaining('not used')])
    expect(results.telegram).toMatchObject({ skipped: 'dry_run' })
  })

  it('publishes with a warning when the typed caption would make the sidecar too large', async () => {
    await using open = await publishScene()
    await writeFile(join(open.folder.root, 'photo.txt'), `${'x'.repeat(65_000)}\n\n# ---\n# mine: stays\n`)
    const published = await open.publish({ caption: 'y'.repeat(1000) })
    expect(published.anySuccess).toBe(true)
    expect(published.warnings).toEqual([expect.stringContaining('not saved')])
  })
})

describe('an analysis of a photo whose sidecar is far too large', () => {
  let scene: Scene
  beforeEach(async () => {
    scene = await startScene()
  })
  afterEach(() => scene[Symbol.asyncDispose]())

  it('refuses an unreadable sidecar before it calls the AI', async () => {
    const store: PhotoStore = { ...scene.store, readSidecar: async () => 'unreadable' }
    for (const forceRefresh of [false, true])
      await expect(scene.analyze({ store }, { forceRefresh })).rejects.toMatchObject(unreadable)
    expect(scene.openai.calls).toEqual([])
  })

  it('leaves the sidecar unchanged when it has grown too large meanwhile', async () => {
    let reads = 0
    const store: PhotoStore = {
      ...scene.store,
      readSidecar: async (...which) => (++reads === 1 ? scene.store.readSidecar(...which) : 'unreadable'),
      async writeSidecar(folder, photoName, text, revision) {
        await scene.store.writeSidecar(folder, photoName, 'grown')
        return scene.store.writeSidecar(folder, photoName, text, revision)
      },
    }
    await expect(scene.analyze({ store })).rejects.toMatchObject(unreadable)
    expect(await scene.sidecar()).toBe('grown')
  })

  it('skips captions of other photos whose sidecars are unreadable', async () => {
    await scene.addPhoto('archive', 'older.jpg', '\n\n# ---\n# caption: Readable.\n', 1)
    await scene.addPhoto('archive', 'large.jpg', '\n\n# ---\n# caption: x\n', 2)
    const store: PhotoStore = {
      ...scene.store,
      readSidecar: async (folder, photoName) =>
        photoName === 'large.jpg' ? 'unreadable' : scene.store.readSidecar(folder, photoName),
    }
    await scene.analyze({ store })
    expect(scene.openai.calls[1]?.prompt).toContain('["Readable."]')
    expect(scene.troubles).toEqual([])
  })

  it('reads each sidecar once, also when the AI is called again', async () => {
    await scene.addPhoto('archive', 'older.jpg', '\n\n# ---\n# caption: Older.\n', 1)
    for (const forceRefresh of [false, false, true]) {
      const { store, reads } = counting(scene.store)
      await scene.analyze({ store }, { forceRefresh })
      expect(reads).toEqual([...new Set(reads)])
      expect(reads).toContain(`root/${name}`)
    }
  })
})

describe('the reads of sidecars', () => {
  it('reads the sidecar once when a photo is viewed, edited or published', async () => {
    await using open = await publishScene()
    const { store, reads } = counting(open.folder.open())
    await photoDetails({ store, ...digests }, 'root', photo)
    await editCaptions({ store, now: Date.now }, photo, { caption: 'Mine.', captions: {}, altText: 'Seen.' })
    expect(reads).toEqual(['root/photo.jpg', 'root/photo.jpg'])
    await open.publish({ caption: 'Typed.', captions: { email: 'By mail.' } }, { store })
    expect(reads).toEqual(['root/photo.jpg', 'root/photo.jpg', 'root/photo.jpg'])
  })

  it('reads the sidecar twice when another process writes between the read and the write', async () => {
    await using open = await publishScene()
    const plain = open.folder.open()
    const { store, reads } = counting(plain)
    let isFirst = true
    const writeSidecar: PhotoStore['writeSidecar'] = async (...args) => {
      if (isFirst) await plain.writeSidecar('root', photo, 'other\n')
      isFirst = false
      return plain.writeSidecar(...args)
    }
    await open.publish({ caption: 'Typed.' }, { store: { ...store, writeSidecar } })
    expect(reads).toHaveLength(2)
    expect(open.telegram.posts[0]?.caption).toBe('Typed.')
  })
})
