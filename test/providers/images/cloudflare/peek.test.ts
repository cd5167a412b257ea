import { expect, it } from 'vitest'
import { peekPicture } from '../../../../src/providers/images/cloudflare/peek.ts'
import { growthOf } from '../../../linear/growth.ts'

/** Builds a JPEG whose size comes after `metadataBytes` of metadata. */
function jpegWith(metadataBytes: number): Uint8Array {
  const segment = new Uint8Array(65_537)
  segment.set([0xff, 0xe1, 0xff, 0xff])
  const frame = [0xff, 0xc0, 0, 11, 8, 0, 2, 0, 3, 1, 1, 0x11, 0]
  const count = Math.ceil(metadataBytes / segment.length)
  const bytes = new Uint8Array(2 + count * segment.length + frame.length)
  bytes.set([0xff, 0xd8])
  for (let index = 0; index < count; index++) bytes.set(segment, 2 + index * segment.length)
  bytes.set(frame, 2 + count * segment.length)
  return bytes
}

function inChunks(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + size))
      at += size
    },
  })
}

it('finds the size of a photo and passes all bytes on when they arrive in small chunks', async () => {
  const bytes = jpegWith(300_000)
  const { header, body } = await peekPicture(inChunks(bytes, 100), 10_000_000)
  expect(header).toMatchObject({ width: 3, height: 2 })
  const end = [0xff, 0xd9]
  expect(new Uint8Array(await new Response(body).arrayBuffer())).toEqual(Uint8Array.from([...bytes, ...end]))
})

it('takes time linear in the length of the metadata when a photo arrives in small chunks', async () => {
  const work = async (text: string) => {
    const { body } = await peekPicture(inChunks(jpegWith(text.length * 20), 256), 100_000_000)
    await body.cancel()
  }
  const growth = await growthOf(work, (length) => ' '.repeat(length))
  expect(growth.ratio, `${growth.shortMs} ms, then ${growth.longMs} ms`).toBeLessThan(6)
})
