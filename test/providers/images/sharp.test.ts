import fc from 'fast-check'
import sharp, { type Metadata } from 'sharp'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { isPublisherError, PublisherError } from '../../../src/base/errors.ts'
import type { ImageReducer } from '../../../src/ports/images.ts'
import { type Metrics, noMetrics } from '../../../src/ports/metrics.ts'
import { createSharpReducer, type SharpReducerOptions } from '../../../src/providers/images/sharp.ts'
import { describeReducer, expectColour } from '../../support/contracts/image-reducer.ts'
import { draw, noise, type Probe, plain, probe, silent, sourceOf } from '../../support/fixtures/pictures.ts'
import { textBomb } from '../../support/fixtures/pictures-with-metadata.ts'

const box = { width: 960, height: 640 }
const small = { width: 60, height: 40 }

const reducer = createSharpReducer()
describeReducer(
  'sharp',
  (bytes, size = box, mediaType = 'image/jpeg') => reducer.reduce(sourceOf(bytes), size, mediaType, 'alice'),
  (bytes, reductions) => reducer.reduceAll(sourceOf(bytes), reductions, { owner: 'alice' }),
)

async function codeOf(reduced: Promise<unknown>): Promise<unknown> {
  return reduced.then(
    () => 'made',
    (error: unknown) => (isPublisherError(error) ? error.code : error),
  )
}

const reduceSmall = (by: ImageReducer, source: Probe, owner = 'alice') =>
  by.reduce(source, small, 'image/jpeg', owner)

describe('sharp, on pictures that inflate before their pixels', () => {
  it.each(['zTXt', 'iTXt', 'iCCP'] as const)(
    'refuses a picture with inflating %s chunks before sharp reads it',
    async (kind) => {
      const asked = vi.spyOn(sharp.prototype, 'metadata')
      onTestFinished(() => asked.mockRestore())
      expect(await codeOf(reduceSmall(reducer, sourceOf(await textBomb(kind, 200))))).toBe('photo_unreadable')
      expect(asked).not.toHaveBeenCalled()
    },
  )

  it('reads a header only with a slot in the decode queue', async () => {
    const levels = new Map<string, () => number>()
    const metrics: Metrics = { ...noMetrics, watch: (level, read) => void levels.set(level, read) }
    const by = createSharpReducer({ parallel: 1, metrics })
    const photo = await noise(60, 40).jpeg().toBuffer()
    const known = await sharp(photo).metadata()
    const header = Promise.withResolvers<Metadata>()
    const asked = vi.spyOn(sharp.prototype, 'metadata').mockReturnValue(header.promise)
    onTestFinished(() => asked.mockRestore())
    const made = [reduceSmall(by, sourceOf(photo), 'alice'), reduceSmall(by, sourceOf(photo), 'bob')]
    await vi.waitFor(() => expect(levels.get('image_tasks_waiting')?.()).toBe(1))
    expect(asked).toHaveBeenCalledTimes(1)
    header.resolve(known)
    expect((await Promise.all(made)).map(({ width }) => width)).toEqual([60, 60])
    expect(asked).toHaveBeenCalledTimes(2)
  })
})

describe('sharp, on unusual photos', () => {
  it('puts transparent pictures on white when the thumbnail cannot be transparent', async () => {
    const { data, info } = await plain(90, 60).ensureAlpha(0).raw().toBuffer({ resolveWithObject: true })
    const clear = await sharp(data, { raw: info }).png().toBuffer()
    const jpeg = await reducer.reduce(sourceOf(clear), small, 'image/jpeg', 'alice')
    await expectColour(jpeg.bytes, 10, 10, [255, 255, 255], 2)
    const webp = await reducer.reduce(sourceOf(clear), small, 'image/webp', 'alice')
    expect((await sharp(webp.bytes).metadata()).hasAlpha).toBe(true)
  })

  it('converts CMYK to sRGB', async () => {
    const print = await plain(90, 60, [200, 60, 50]).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer()
    expect((await sharp(print).metadata()).space).toBe('cmyk')
    const { bytes } = await reduceSmall(reducer, sourceOf(print))
    expect((await sharp(bytes).metadata()).space).toBe('srgb')
    await expectColour(bytes, 10, 10, [200, 60, 50], 25)
  })

  it('refuses a JPEG that is damaged in the middle', async () => {
    const photo = await draw(400, 300, (x, y) => [x % 256, y % 256, (x * y) % 256])
      .jpeg()
      .toBuffer()
    photo.fill(0xff, photo.length >> 1, (photo.length >> 1) + 200)
    expect(await codeOf(reduceSmall(reducer, sourceOf(photo)))).toBe('photo_unreadable')
  })

  describe('the wrong scan header of Samsung phones', async () => {
    const photo = await draw(400, 300, (x, y) => [x % 256, y % 256, 90])
      .jpeg()
      .toBuffer()
    const scan = photo.indexOf(Buffer.from([0xff, 0xda]))
    const components = photo[scan + 4] ?? 0
    photo[scan + 6 + 2 * components] = 0
    const end = Buffer.from([0xff, 0xd9])
    const halfOfIt = photo.subarray(0, photo.length >> 1)

    it('accepts a photo with a wrong scan header, also when the end marker is missing', async () => {
      await expect(sharp(photo).resize(60).toBuffer()).rejects.toThrow('Invalid SOS')
      for (const bytes of [photo, photo.subarray(0, -2)]) {
        const reduced = await reduceSmall(reducer, sourceOf(bytes))
        await expectColour(reduced.bytes, 30, 20, [229, 152, 90], 20)
      }
    })

    it('refuses a photo whose second half is missing, with or without an end marker', async () => {
      for (const bytes of [halfOfIt, Buffer.concat([halfOfIt, end])]) {
        expect(await codeOf(reduceSmall(reducer, sourceOf(bytes)))).toBe('photo_unreadable')
      }
    })
  })

  it('refuses a photo that needs more memory than the budget, before decoding it', async () => {
    const limited = createSharpReducer({ decodeBudgetBytes: 14_000_000 })
    const baseline = await plain(1200, 1000).jpeg().toBuffer()
    await expect(reduceSmall(limited, sourceOf(baseline))).resolves.toMatchObject({ width: 48 })
    const progressive = await plain(1200, 1000)
      .jpeg({ progressive: true, chromaSubsampling: '4:4:4' })
      .toBuffer()
    const error: unknown = await reduceSmall(limited, sourceOf(progressive)).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code: 'photo_too_large', message: expect.stringContaining('baseline') })
  })

  it('throws only its documented errors for hostile bytes', async () => {
    const valid = [
      await noise(40, 30).jpeg().toBuffer(),
      await noise(40, 30).jpeg({ progressive: true }).toBuffer(),
      await noise(40, 30).png().toBuffer(),
      await noise(40, 30).webp().toBuffer(),
      await noise(40, 30).webp({ lossless: true }).toBuffer(),
    ]
    const damaged = fc
      .record({
        file: fc.constantFrom(...valid),
        cut: fc.double({ min: 0, max: 1, noNaN: true }),
        changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 12 }),
      })
      .map(({ file, cut, changes }) => {
        const bytes = Uint8Array.from(file)
        for (const [position, value] of changes) bytes[position % bytes.length] = value
        return cut < 0.5 ? bytes : bytes.subarray(0, Math.floor(bytes.length * cut))
      })
    await fc.assert(
      fc.asyncProperty(fc.oneof(damaged, fc.uint8Array({ maxLength: 400 })), async (bytes) => {
        const result: unknown = await reduceSmall(reducer, sourceOf(bytes)).catch((reason: unknown) => reason)
        if (isPublisherError(result)) expect(['photo_unreadable', 'photo_too_large']).toContain(result.code)
        else expect(result).toMatchObject({ mediaType: 'image/jpeg' })
      }),
      { numRuns: 400 },
    )
  })
})

describe('sharp, reading the original', () => {
  const limited = createSharpReducer({ maxBytes: 100_000, maxPixels: 1_000_000 })

  it('refuses a declared size over the limit without reading a byte', async () => {
    const source = sourceOf(new Uint8Array(100_001))
    expect(await codeOf(reduceSmall(limited, source))).toBe('photo_too_large')
    expect(source.pulled()).toBe(0)
    expect(source.isCancelled()).toBe(true)
  })

  it('cancels a stream that is longer than its declared size', async () => {
    const endless = probe(50_000, (controller) => controller.enqueue(new Uint8Array(10_000)))
    expect(await codeOf(reduceSmall(limited, endless))).toBe('photo_too_large')
    expect(endless.pulled()).toBe(60_000)
    expect(endless.isCancelled()).toBe(true)
  })

  it('refuses too many pixels', async () => {
    const photo = await plain(1001, 1000).jpeg().toBuffer()
    expect(await codeOf(reduceSmall(limited, sourceOf(photo)))).toBe('photo_too_large')
  })

  it('passes on an error of the source', async () => {
    const failure = new PublisherError('storage_unavailable', 'The storage went away.')
    const source = probe(1000, (controller) => controller.error(failure))
    await expect(reduceSmall(limited, source)).rejects.toBe(failure)
  })

  it('cancels a source that delivers nothing', async () => {
    const hasty = createSharpReducer({ patienceMs: 20 })
    const source = silent()
    const error: unknown = await reduceSmall(hasty, source).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'busy', retryAfterMs: expect.any(Number) })
    expect(source.isCancelled()).toBe(true)
  })
})

describe('sharp, between tenants', () => {
  it('opens the first photo of a tenant before the second photo of a tenant with forty', async () => {
    const photo = await noise(60, 40).jpeg().toBuffer()
    // Room for a single original, so that originals are read in the order of the queue.
    const by = createSharpReducer({ originalBudgetBytes: photo.length, maxWaiting: 100 })
    const gate = Promise.withResolvers<void>()
    const order: string[] = []
    const begun = new Set<unknown>()
    const send = (owner: string) => {
      const bytes = sourceOf(photo).body.getReader()
      const source = probe(photo.length, async (controller) => {
        if (!begun.has(bytes)) order.push(owner)
        begun.add(bytes)
        await gate.promise
        const { done, value } = await bytes.read()
        if (done) controller.close()
        else controller.enqueue(value)
      })
      return reduceSmall(by, source, owner)
    }
    const made = [...Array.from({ length: 40 }, () => send('alice')), send('bob'), send('bob')]
    gate.resolve()
    await Promise.all(made)
    expect(order).toHaveLength(42)
    expect(order.slice(0, 5)).toEqual(['alice', 'bob', 'alice', 'bob', 'alice'])
  })

  it('frees the memory for another tenant when a storage is too slow', async () => {
    const photo = await noise(60, 40).jpeg().toBuffer()
    const pace = { graceMs: 1, bytesPerSecond: 256_000 }
    const by = createSharpReducer({ originalBudgetBytes: photo.length, pace })
    const hung = silent(photo.length)
    const hanging = codeOf(reduceSmall(by, hung, 'alice'))
    const prompt = reduceSmall(by, sourceOf(photo), 'bob')
    expect(await hanging).toBe('busy')
    expect(hung.isCancelled()).toBe(true)
    await expect(prompt).resolves.toMatchObject({ width: 60 })
  })

  it('opens a small photo while the largest photo is still arriving', async () => {
    const end = Promise.withResolvers<void>()
    const largest = probe(50 * 2 ** 20, async (controller) => {
      await end.promise
      controller.error(new Error('gone'))
    })
    const patient = createSharpReducer({ patienceMs: 25_000, pace: { graceMs: 25_000, bytesPerSecond: 1 } })
    const arriving = codeOf(reduceSmall(patient, largest, 'alice'))
    await expect(
      reduceSmall(patient, sourceOf(await noise(60, 40).jpeg().toBuffer()), 'bob'),
    ).resolves.toMatchObject({ width: 60 })
    end.resolve()
    expect(await arriving).toMatchObject({ message: 'gone' })
  })
})

describe('sharp, under load', () => {
  const open = (options: SharpReducerOptions) => createSharpReducer(options)

  it('makes forty identical thumbnails concurrently', async () => {
    const photo = await noise(900, 600).jpeg().toBuffer()
    const made = await Promise.all(
      Array.from({ length: 40 }, (_, i) => reduceSmall(reducer, sourceOf(photo), `tenant ${i % 5}`)),
    )
    expect(new Set(made.map(({ bytes }) => Buffer.from(bytes).toString('base64'))).size).toBe(1)
  })

  it('does not read an original before there is memory for it', async () => {
    const photo = await noise(300, 200).jpeg().toBuffer()
    const by = open({ originalBudgetBytes: photo.length * 1.5 })
    let release: () => void = () => undefined
    const isReleased = new Promise<void>((resolve) => {
      release = resolve
    })
    const whole = sourceOf(photo)
    const reader = whole.body.getReader()
    const first = probe(photo.length, async (controller) => {
      await isReleased
      const { done, value } = await reader.read()
      if (done) controller.close()
      else controller.enqueue(value)
    })
    const second = sourceOf(photo)
    const made = [reduceSmall(by, first, 'alice'), reduceSmall(by, second, 'bob')]
    await reduceSmall(reducer, sourceOf(photo))
    expect(second.pulled()).toBe(0)
    release()
    await Promise.all(made)
    expect(second.pulled()).toBe(photo.length)
  })

  it('answers busy when the queue is full, which a single tenant cannot cause', async () => {
    const by = open({ originalBudgetBytes: 1000, maxWaiting: 4, patienceMs: 200 })
    const sources = Array.from({ length: 4 }, () => silent(1000))
    const waiting = sources.map((source) => codeOf(reduceSmall(by, source, 'alice')))
    // The first runs and two wait. The fourth exceeds alice's share, while bob still finds a slot.
    expect(await waiting[3]).toBe('busy')
    expect(sources[3]?.isCancelled()).toBe(true)
    const bobs = codeOf(reduceSmall(by, silent(1000), 'bob'))
    expect(await Promise.all(waiting)).toEqual(['busy', 'busy', 'busy', 'busy'])
    expect(await bobs).toBe('busy')
    expect(sources.every((source) => source.isCancelled())).toBe(true)
  })

  it('keeps working after failures', async () => {
    const by = open({ originalBudgetBytes: 20_000, parallel: 1 })
    const photo = await noise(60, 40).jpeg().toBuffer()
    for (let i = 0; i < 20; i++) {
      await codeOf(reduceSmall(by, sourceOf(new Uint8Array(15_000))))
      await codeOf(
        reduceSmall(
          by,
          probe(15_000, (controller) => controller.error(new Error('gone'))),
        ),
      )
    }
    await expect(reduceSmall(by, sourceOf(photo))).resolves.toMatchObject({ width: 60 })
  })
})
