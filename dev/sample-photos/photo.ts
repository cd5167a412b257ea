/** Creates one sample photo: paints it, develops it, and stores it as a camera would. */
import { createHash } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp, { type Exif, type OutputInfo, type Sharp } from 'sharp'
import { develop } from './canvas.ts'
import { storedAs } from './orientation.ts'
import { type Look, palettes } from './palette.ts'
import { randomFrom } from './random.ts'
import { type Storage, storages, subjects } from './recipes.ts'
import { sidecarText } from './sidecar.ts'

/** Longer side of a painting in pixels, before enlargement: sharp enough on a screen, and painted in a third of a second. */
const paintedLongSide = 1000

/** Writes photo `index` of the look, and its sidecar if the photo has a caption. Returns the photo's file name. */
export async function writeSamplePhoto(directory: string, look: Look, index: number): Promise<string> {
  const subject = subjects[look][index % subjects[look].length]
  const storage = storages[index % storages.length]
  if (!subject || !storage) throw new RangeError(`there is no sample photo ${index}`)
  const round = Math.floor(index / storages.length)
  const name = `${subject.title}${round ? `-${round + 1}` : ''}.${storage.format}`
  const random = randomFrom(`${look} ${index}`)
  const created = new Date(Date.UTC(2025, 4 + (index % 6), 2 + index, 17, 5 * (index % 12)))
  const shrink = paintedLongSide / Math.max(storage.width, storage.height)
  const canvas = subject.paint(
    Math.round(storage.width * shrink),
    Math.round(storage.height * shrink),
    palettes[look],
    random,
  )
  const painted = await develop(canvas, random).raw().toBuffer({ resolveWithObject: true })
  const bytes = await encode(painted, storage, created)
  await writeWhole(join(directory, name), bytes)
  if (subject.caption) {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const { caption, tags } = subject
    // Instagram refuses the second photo, and gets all others.
    const rating = index === 1 ? 'nudity' : 'general'
    const isExtended = index % 2 === 0
    const text = sidecarText({ imageFile: name, sha256, created, caption, tags, rating, isExtended })
    await writeWhole(join(directory, name.replace(/\.\w+$/, '.txt')), text)
  }
  return name
}

/** Writes a file atomically, so that a killed program leaves no partial photo. */
async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await writeFile(`${path}.part`, content)
  await rename(`${path}.part`, path)
}

function encode(
  painted: { data: Uint8Array; info: OutputInfo },
  storage: Storage,
  created: Date,
): Promise<Uint8Array> {
  const { data, info } = storedAs(painted, storage.orientation)
  const isTurned = storage.orientation >= 5
  const stored = sharp(data, { raw: info })
    .resize(isTurned ? storage.height : storage.width, isTurned ? storage.width : storage.height, {
      fit: 'fill',
    })
    .withExif(exif(created))
    .withMetadata({ orientation: storage.orientation })
  return format(stored, storage).toBuffer()
}

function format(picture: Sharp, { format, isProgressive = false }: Storage): Sharp {
  switch (format) {
    case 'png':
      return picture.png({ compressionLevel: 6 })
    case 'webp':
      return picture.webp({ quality: 86, effort: 2 })
    case 'jpg':
      return picture.jpeg({ quality: 88, progressive: isProgressive })
  }
}

/** Returns EXIF data with a camera, a person and a place, so that tests can see that no thumbnail contains any of it. */
function exif(created: Date): Exif {
  const taken = created.toISOString().replaceAll('-', ':').replace('T', ' ').slice(0, 19)
  return {
    IFD0: {
      Make: 'Sample Optics',
      Model: 'SO-1',
      Artist: 'Sample Artist',
      Copyright: 'Sample Artist',
      DateTime: taken,
    },
    IFD2: {
      DateTimeOriginal: taken,
      FNumber: '28/10',
      ExposureTime: '1/125',
      FocalLength: '50/1',
      LensModel: 'SO 50/2.8',
    },
    IFD3: {
      GPSLatitudeRef: 'N',
      GPSLatitude: '53/1 33/1 12/1',
      GPSLongitudeRef: 'E',
      GPSLongitude: '9/1 59/1 36/1',
    },
  }
}
