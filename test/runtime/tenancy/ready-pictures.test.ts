import { describe, expect, it } from 'vitest'
import { parseHost } from '../../../src/contract/host.ts'
import { createReadyPictureCache, createReadyPictures } from '../../../src/runtime/tenancy/ready-pictures.ts'

const sha256 = 'a'.repeat(64)
const box = { width: 2560, height: 2560 }
const image = { bytes: new Uint8Array(10), mediaType: 'image/jpeg', width: 3, height: 2 } as const
const alice = { host: hostOf('alice'), configVersion: '1' }

function hostOf(label: string) {
  const host = parseHost(`${label}.shibari.test`, 'shibari.test')
  if (!host) throw new TypeError('no host')
  return host.host
}

describe('the memory of pictures made ahead', () => {
  it('belongs to a tenant and a configuration version, and forgets pictures after ten minutes', () => {
    let time = 1
    const cache = createReadyPictureCache(10_000, () => time)
    createReadyPictures(cache, alice).put(sha256, box, image)
    expect(createReadyPictures(cache, alice).get(sha256, box)).toBe(image)
    expect(createReadyPictures(cache, { ...alice, host: hostOf('bob') }).get(sha256, box)).toBeUndefined()
    expect(createReadyPictures(cache, { ...alice, configVersion: '2' }).get(sha256, box)).toBeUndefined()
    expect(createReadyPictures(cache, alice).get(sha256, { width: 1, height: 1 })).toBeUndefined()
    expect(createReadyPictures(cache, alice).get(sha256, { ...box, maxBytes: 1000 })).toBeUndefined()
    const ratio = { min: 0.8, max: 1.91, fit: 'pad' as const, colour: '#ffffff' }
    expect(createReadyPictures(cache, alice).get(sha256, { ...box, ratio })).toBeUndefined()
    time += 10 * 60_000 + 1
    expect(createReadyPictures(cache, alice).get(sha256, box)).toBeUndefined()
  })

  it('stays within its bytes', () => {
    const cache = createReadyPictureCache(10_000, Date.now)
    const ready = createReadyPictures(cache, alice)
    for (let index = 0; index < 50; index++) {
      ready.put(sha256, { width: index, height: 1 }, { ...image, bytes: new Uint8Array(1000) })
    }
    ready.put(sha256, box, { ...image, bytes: new Uint8Array(20_000) })
    expect(cache.calculatedSize).toBeLessThanOrEqual(10_000)
    expect(ready.get(sha256, box)).toBeUndefined()
  })
})
