import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { photographerMetadata } from '../../../src/base/metadata/merge.ts'
import { withAltText } from '../../../src/base/metadata/xmp-alt-text.ts'
import { bytesOf, darktableFile } from '../../support/fixtures/metadata/documents.ts'
import { blocksOf, metadataFile, metadataFiles } from '../../support/fixtures/metadata/photos.ts'
import { bundleWorker, startWorkerd } from '../../support/fixtures/workerd.ts'

const entry = fileURLToPath(new URL('../../support/fixtures/metadata/worker.ts', import.meta.url))

it('reads and edits the same metadata on Workers as on Node', async () => {
  const worker = startWorkerd(await bundleWorker({ entryPoints: [entry] }))
  try {
    const address = await worker.ready
    const send = (path: string, body: Uint8Array<ArrayBuffer>) =>
      fetch(new URL(path, address), { method: 'POST', body })
    const names = await metadataFiles()
    expect(names.length).toBeGreaterThan(20)
    for (const name of names) {
      const bytes = await metadataFile(name)
      const isBeside = name.endsWith('.xmp')
      const answer = await send(isBeside ? '/beside' : '/embedded', bytes)
      const expected = photographerMetadata(isBeside ? { beside: [bytes] } : { embedded: blocksOf(bytes) })
      expect(await answer.json()).toEqual(expected)
    }
    const utf16 = new Uint8Array(
      Buffer.from(`\ufeff${darktableFile}`.replace(' encoding="UTF-8"', ''), 'utf16le'),
    )
    for (const document of [bytesOf(darktableFile), utf16]) {
      const answer = await send('/alt-text', document)
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(withAltText(document, 'Alt 緊縛'))
    }
  } finally {
    await worker.dispose()
  }
})
