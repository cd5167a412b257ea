import { describe, expect, it } from 'vitest'
import { isPublisherError, PublisherError } from '../../../src/base/errors.ts'
import type { ThumbnailType } from '../../../src/ports/images.ts'
import type { ImagesService } from '../../../src/providers/images/cloudflare/transform.ts'
import { createCloudflareReducer } from '../../../src/providers/images/cloudflare.ts'
import {
  artist,
  carriesMetadata,
  noise,
  type Probe,
  plain,
  probe,
  sourceOf,
  tellTale,
} from '../../support/fixtures/pictures.ts'
import {
  canariesIn,
  canaryAnimation,
  canaryJpeg,
  canaryWebp,
  textBomb,
} from '../../support/fixtures/pictures-with-metadata.ts'

const box = { width: 960, height: 640 }

/** Creates a service that reads the picture, then answers or fails with `result`. */
function service(
  result: Uint8Array | Error,
  info: Awaited<ReturnType<ImagesService['info']>> = { format: 'none' },
) {
  const asked: unknown[] = []
  const transformer = (picture: ReadableStream<Uint8Array>): ReturnType<ImagesService['input']> => ({
    transform(options) {
      asked.push(options)
      return transformer(picture)
    },
    draw(_, options) {
      asked.push(options)
      return transformer(picture)
    },
    async output(options) {
      asked.push(options)
      try {
        for await (const _ of picture);
      } catch {
        // The real service sees no reason when the stream breaks off.
        throw new Error('the connection was lost')
      }
      if (result instanceof Error) throw result
      return { response: () => new Response(new Uint8Array(result)) }
    },
  })
  return { asked, binding: { input: transformer, info: async () => info } satisfies ImagesService }
}

const failure = (code: number) => Object.assign(new Error(`IMAGES_TRANSFORM_ERROR ${code}`), { code })

describe('the reducer for the Images binding', () => {
  const reduce = (binding: ImagesService, source: Probe, type: ThumbnailType = 'image/jpeg') =>
    createCloudflareReducer(binding, { maxBytes: 500_000, maxPixels: 1_000_000 }).reduce(
      source,
      box,
      type,
      'alice',
    )

  const codeOf = (reduced: Promise<unknown>) =>
    reduced.then(
      () => 'made',
      (error: unknown) => (isPublisherError(error) ? error.code : error),
    )

  it('asks only for the long side, so that the orientation does not matter', async () => {
    const thumbnail = await plain(640, 960).jpeg().toBuffer()
    const { binding, asked } = service(thumbnail)
    const small = createCloudflareReducer(binding)
    await small.reduce(sourceOf(await plain(2000, 3000).jpeg().toBuffer()), box, 'image/webp', 'alice')
    expect(asked).toEqual([
      { width: 960, height: 960, fit: 'scale-down' },
      { format: 'image/webp', quality: 80, anim: false },
    ])
  })

  it('asks for the exact size of a border or a cut, in the orientation of the picture that the service made', async () => {
    // The original is stored as a landscape, and the service turns it upright.
    const upright = await plain(1000, 1500).jpeg().toBuffer()
    const { binding, asked } = service(upright)
    const ratio = { min: 0.8, max: 1.91, fit: 'pad' as const, colour: '#102030' }
    const photo = sourceOf(await plain(3000, 2000).jpeg().toBuffer())
    const square = { width: 1440, height: 1440 }
    await createCloudflareReducer(binding).reduceAll(
      photo,
      [
        { box: { ...square, ratio }, mediaType: 'image/jpeg' },
        { box: { ...square, ratio: { ...ratio, fit: 'crop' } }, mediaType: 'image/jpeg' },
      ],
      { owner: 'alice' },
    )
    expect(asked.filter((_, index) => index % 2 === 0)).toEqual([
      { width: 1728, height: 1728, fit: 'scale-down' },
      { width: 1152, height: 1440, fit: 'pad', background: '#102030' },
      { width: 1152, height: 1440, fit: 'cover' },
    ])
  })

  it('asks for less quality, then for smaller pictures, until the file is small enough', async () => {
    const { binding, asked } = service(await noise(300, 200).jpeg().toBuffer())
    const photo = sourceOf(await plain(300, 200).jpeg().toBuffer())
    const box = { width: 300, height: 300, maxBytes: 100 }
    const made = createCloudflareReducer(binding).reduceAll(photo, [{ box, mediaType: 'image/jpeg' }], {
      owner: 'alice',
    })
    await expect(made).rejects.toMatchObject({ code: 'photo_too_large' })
    expect(asked.slice(2, 14)).toEqual([
      ...[80, 70, 60, 50].flatMap((quality) => [
        { width: 300, height: 300, fit: 'scale-down' },
        { format: 'image/jpeg', quality, anim: false },
      ]),
      ...[240, 192].flatMap((side) => [
        { width: side, height: side, fit: 'scale-down' },
        { format: 'image/jpeg', quality: 60, anim: false },
      ]),
    ])
  })

  it.each([
    ['JPEG', canaryJpeg],
    ['WebP', canaryWebp],
    ['animated WebP', canaryAnimation],
  ])('removes metadata that the service leaves in a %s', async (_, make) => {
    const { binding } = service(await make())
    const { bytes } = await reduce(binding, sourceOf(await plain(96, 64).jpeg().toBuffer()))
    expect(canariesIn(bytes)).toEqual([])
  })

  it.each(['zTXt', 'iTXt', 'iCCP'] as const)(
    'refuses a PNG with inflating %s chunks before it calls the service',
    async (kind) => {
      const { binding, asked } = service(await plain(9, 6).jpeg().toBuffer())
      const bomb = await textBomb(kind, 10)
      expect(
        await codeOf(createCloudflareReducer(binding).reduce(sourceOf(bomb), box, 'image/jpeg', 'alice')),
      ).toBe('photo_unreadable')
      expect(asked).toEqual([])
    },
  )

  it('reads at most a chunk of the original ahead of the service', async () => {
    const photo = await noise(400, 300).jpeg({ quality: 100 }).toBuffer()
    const source = sourceOf(photo, { chunk: 1000 })
    const thumbnail = await plain(9, 6).jpeg().toBuffer()
    let readAhead = 0
    const { binding } = service(thumbnail)
    const slow: ImagesService = {
      ...binding,
      input(picture) {
        let received = 0
        const counted = picture.pipeThrough(
          new TransformStream(
            {
              transform(chunk, controller) {
                received += chunk.length
                readAhead = Math.max(readAhead, source.pulled() - received)
                controller.enqueue(chunk)
              },
            },
            { highWaterMark: 1 },
            { highWaterMark: 0 },
          ),
        )
        return binding.input(counted)
      },
    }
    await reduce(slow, source)
    expect(source.pulled()).toBe(photo.length)
    expect(readAhead).toBeLessThanOrEqual(2000)
  })

  it('removes the copyright tag that the service keeps in a JPEG', async () => {
    const tagged = await tellTale().jpeg().toBuffer()
    const { bytes } = await reduce(service(tagged).binding, sourceOf(await plain(90, 60).jpeg().toBuffer()))
    expect(carriesMetadata(bytes)).toBe(false)
    expect(Buffer.from(bytes).includes(artist)).toBe(false)
  })

  it('reports the actual type when the service gives another type than requested', async () => {
    const photo = await plain(90, 60).jpeg().toBuffer()
    const webp = await plain(30, 20).webp().toBuffer()
    expect(await reduce(service(webp).binding, sourceOf(photo), 'image/avif')).toMatchObject({
      mediaType: 'image/webp',
      width: 30,
      height: 20,
    })
    const unknown = service(Buffer.from('something else entirely'), {
      format: 'image/gif',
      width: 1,
      height: 1,
    })
    expect(await codeOf(reduce(unknown.binding, sourceOf(photo)))).toBe('busy')
  })

  it.each([
    [9402, 'photo_too_large'],
    [9413, 'photo_too_large'],
    [9412, 'photo_unreadable'],
    [9520, 'photo_unreadable'],
    [9523, 'photo_unreadable'],
    [9422, 'thumbnail_unavailable'],
    [9999, 'busy'],
  ])('reports error %i of the service as %s', async (code, expected) => {
    const photo = await plain(90, 60).jpeg().toBuffer()
    const source = sourceOf(photo)
    expect(await codeOf(reduce(service(failure(code)).binding, source))).toBe(expected)
  })

  it('refuses a photo that is too large before it calls the service', async () => {
    const { binding, asked } = service(failure(9999))
    const declared = sourceOf(new Uint8Array(500_001))
    expect(await codeOf(reduce(binding, declared))).toBe('photo_too_large')
    expect([declared.pulled(), declared.isCancelled()]).toEqual([0, true])
    const wide = sourceOf(await plain(1001, 1000).jpeg().toBuffer(), { chunk: 400 })
    expect(await codeOf(reduce(binding, wide))).toBe('photo_too_large')
    expect(wide.isCancelled()).toBe(true)
    expect(asked).toEqual([])
  })

  it('cancels a stream that is longer than the limit', async () => {
    const photo = await plain(90, 60).jpeg().toBuffer()
    let isFirst = true
    const endless = probe(1000, (controller) => {
      controller.enqueue(isFirst ? photo : new Uint8Array(100_000))
      isFirst = false
    })
    expect(await codeOf(reduce(service(failure(9999)).binding, endless))).toBe('photo_too_large')
    expect(endless.isCancelled()).toBe(true)
    expect(endless.pulled()).toBeLessThan(700_000)
  })

  it('refuses a HEIC when its JPEG is larger than the limit', async () => {
    const heic = sourceOf(Buffer.from('\0\0\0\x18ftypheic\0\0\0\0heicmif1', 'latin1'))
    const large = Buffer.concat([await plain(90, 60).jpeg().toBuffer(), Buffer.alloc(500_000)])
    const { toJpeg } = createCloudflareReducer(service(large).binding, { maxBytes: 500_000 })
    expect(await codeOf(toJpeg?.(heic, 'alice') ?? Promise.resolve())).toBe('photo_too_large')
  })

  it('passes on errors of the source, at the beginning and later', async () => {
    const gone = new PublisherError('storage_unavailable', 'The storage went away.')
    const { binding } = service(failure(9999))
    const atOnce = probe(1000, (controller) => controller.error(gone))
    await expect(reduce(binding, atOnce)).rejects.toBe(gone)
    const photo = await noise(400, 300).jpeg().toBuffer()
    let isFirst = true
    const later = probe(photo.length, (controller) => {
      if (isFirst) controller.enqueue(photo.subarray(0, 2000))
      else controller.error(gone)
      isFirst = false
    })
    await expect(reduce(binding, later)).rejects.toBe(gone)
  })

  it('refuses an endless photo without a size', async () => {
    const endless = probe(1000, (controller) =>
      controller.enqueue(Uint8Array.from([0xff, 0xd8, ...new Array(99_998).fill(0)])),
    )
    const patient = createCloudflareReducer(service(failure(9999)).binding)
    expect(await codeOf(patient.reduce(endless, box, 'image/jpeg', 'alice'))).toBe('photo_unreadable')
    expect(endless.isCancelled()).toBe(true)
    expect(endless.pulled()).toBeLessThan(9 * 2 ** 20)
  })
})
