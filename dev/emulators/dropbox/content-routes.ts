/** Routes that return bytes: downloads, temporary links and thumbnails. */
import sharp from 'sharp'
import { z } from 'zod'
import { refuse } from './refusals.ts'
import { defineRoute, fileMetadata, isMalformed, type RouteContext, readPath } from './route.ts'
import { bytesInMemory } from './stored-bytes.ts'
import { nameOf, type TreeFile } from './tree.ts'

const maxThumbnailSource = 20 * 1024 * 1024
const convertible = /\.(jpe?g|png|tiff?|gif|webp|ppm|bmp)$/i

const tagged = <const T extends readonly string[]>(tags: T) =>
  z
    .union([z.enum(tags), z.strictObject({ '.tag': z.enum(tags) }).transform((union) => union['.tag'])])
    .optional()

const thumbnailArgument = z.strictObject({
  resource: z.strictObject({ '.tag': z.literal('path'), path: readPath }),
  format: tagged(['jpeg', 'png', 'webp']),
  size: tagged([
    'w32h32',
    'w64h64',
    'w128h128',
    'w256h256',
    'w480h320',
    'w640h480',
    'w960h640',
    'w1024h768',
    'w2048h1536',
  ]),
  mode: tagged(['strict', 'bestfit', 'fitone_bestfit', 'original']),
})

type ThumbnailArgument = z.output<typeof thumbnailArgument>

export const contentRoutes = {
  ...defineRoute(
    'files/download',
    'download',
    'files.content.read',
    z.strictObject({ path: readPath }),
    (context, { path }) => {
      const file = findFile(context, path)
      return { result: fileMetadata(file), bytes: file.bytes, type: 'application/octet-stream' }
    },
  ),

  ...defineRoute(
    'files/get_temporary_link',
    'rpc',
    'files.content.read',
    z.strictObject({ path: readPath }),
    (context, { path }) => {
      const file = findFile(context, path)
      return { json: { metadata: fileMetadata(file), link: context.link(file) } }
    },
  ),

  ...defineRoute(
    'files/get_thumbnail_v2',
    'download',
    'files.content.read',
    thumbnailArgument,
    async (context, argument) => {
      const file = findFile(context, argument.resource.path)
      if (!convertible.test(nameOf(file.path))) throw refuse('unsupported_extension')
      if (file.bytes.size > maxThumbnailSource) throw refuse('unsupported_image')
      const bytes = await bytesInMemory(await reduce(file, argument, context.settings.keepThumbnailMetadata))
      // Returns a `PreviewResult`, unlike a download.
      return { result: { file_metadata: fileMetadata(file) }, bytes, type: 'application/octet-stream' }
    },
  ),
}

function findFile({ account }: RouteContext, path: string): TreeFile {
  if (isMalformed(path)) throw refuse('path', 'malformed_path')
  const node = account.tree.find(path)
  if (!node) throw refuse('path', 'not_found')
  if (node.kind === 'folder') throw refuse('path', 'not_file')
  return node
}

async function reduce(
  file: TreeFile,
  { size = 'w64h64', mode = 'strict', format = 'jpeg' }: ThumbnailArgument,
  keepMetadata: boolean,
): Promise<Uint8Array> {
  const [width = 64, height = 64] = size.slice(1).split('h').map(Number)
  try {
    const picture = sharp(await file.bytes.all(), { failOn: 'error' }).autoOrient()
    const { autoOrient } = await picture.metadata()
    const turns = mode !== 'strict' && autoOrient.height > autoOrient.width
    const box = turns ? { width: height, height: width } : { width, height }
    if (mode !== 'original') {
      picture.resize({
        ...box,
        fit: mode === 'fitone_bestfit' ? 'outside' : 'inside',
        withoutEnlargement: true,
      })
    }
    if (keepMetadata) picture.keepMetadata()
    return await picture.toFormat(format).toBuffer()
  } catch {
    throw refuse('conversion_error')
  }
}
