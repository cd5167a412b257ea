/** Uploads of photos to the root folder. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { PhotoEntry } from '../../ports/storage.ts'
import { type ByteBudgetOptions, createByteBudget } from '../../runtime/limits/byte-budget.ts'
import type { Services } from '../../runtime/services.ts'
import { digestTools } from '../../runtime/workflow-tools.ts'
import { addPhoto, type KeptPhoto } from '../../workflow/library.ts'
import { createKnownPhotos } from '../../workflow/same-photo.ts'
import type { AppEnv } from '../exchange.ts'
import { pictureErrors, storageErrors } from '../expected-errors.ts'
import { orEmpty } from '../input-schemas.ts'
import { answerInStages, staged } from '../progress.ts'
import { routeFor } from '../route.ts'
import { libraryOf } from './library.ts'
import { formOverheadBytes, photoTooLarge, readFile } from './upload-form.ts'

const uploadQuery = z.object({
  duplicates: orEmpty(z.enum(['keep', 'refuse']).default('keep')).openapi({
    description: '`refuse`: answers 409 `already_here` if a photo in any folder has the same bytes',
  }),
})

/** Describes the form without validating it: zod would hold the whole file in memory. upload-form.ts reads the file as it arrives. */
const uploadBody = {
  required: true,
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object' as const,
        properties: {
          file: {
            type: 'string' as const,
            format: 'binary',
            description:
              'A JPEG, PNG or WebP, or an AVIF or HEIC that is converted to JPEG. The content decides the type',
          },
        },
        required: ['file'],
      },
      encoding: { file: { contentType: 'image/jpeg, image/png, image/webp, image/avif, image/heic' } },
    },
  },
}

const uploadedSchema = z.object({ key: z.string(), size: z.number().int() }).openapi('Uploaded')

const budgetOfUploads: ByteBudgetOptions = {
  /** Two of the largest photos. A photo stays in memory until it is stored, since a store needs the size first. */
  total: 2 * (50 * 2 ** 20 + formOverheadBytes),
  /** Longer than the grace period of a slow upload. */
  patienceMs: 20_000,
  busy: 'Too many uploads at once. Try again in a few seconds.',
}

export function uploadRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const { maxUploadBytes } = services.settings
  const known = createKnownPhotos(services.now)
  const budget = createByteBudget({ ...budgetOfUploads, now: services.now })
  services.metrics.watch('upload_bytes', () => budget.takenBytes)
  const route = routeFor('admin', services, {
    method: 'post',
    path: '/api/library/upload',
    operationId: 'uploadPhoto',
    summary: 'Upload a photo',
    tags: ['library'],
    errors: [...storageErrors, ...pictureErrors, 'feature_disabled', 'already_here'],
    description:
      'Send multipart/form-data with one file in the field `file`. Stage: `storing`. AVIF and HEIC are stored as JPEG if the server can open them.',
    request: { query: uploadQuery, body: uploadBody },
    responses: { 200: staged(uploadedSchema, 'The photo with its final name') },
  })
  app.openapi(route, async (c) => {
    const runtime = libraryOf(c)
    const { duplicates } = c.req.valid('query')
    const { previews, photographer, care } = runtime.previews()
    const { waitUntil } = c.env.connection
    // Without the watermark a photo is stored all the same, and its thumbnails are made when they may be shown.
    const watermark = await runtime.watermark().catch(() => undefined)
    const tools = {
      ...digestTools(services, runtime, c.env.connection),
      images: services.images,
      owner: runtime.tenant,
      maxBytes: maxUploadBytes,
      ...(watermark && { watermark }),
      known,
      keep(entry: PhotoEntry, { previews: made, facts, sha256, embedded }: KeptPhoto) {
        if (embedded) photographer.note(entry, embedded)
        const target = watermark ? previews.marked(watermark.key) : previews
        const kept = watermark === undefined ? [] : made
        waitUntil(target.keep(entry, kept, { facts, sha256 }).then(() => care(waitUntil)))
      },
    }
    const announced = Number(c.req.header('content-length') ?? maxUploadBytes + formOverheadBytes)
    if (announced > maxUploadBytes + formOverheadBytes) throw photoTooLarge(maxUploadBytes)
    return answerInStages(c, services, async (report) => {
      const portion = budget.open(runtime.tenant, announced)
      try {
        const file = await readFile(c.req.raw, 'file', maxUploadBytes, portion)
        report('storing', { size: file.size })
        const { name, size } = await addPhoto({ ...tools, onBytes: portion.count }, file, duplicates)
        return { key: name, size }
      } finally {
        portion.end()
      }
    })
  })
}
