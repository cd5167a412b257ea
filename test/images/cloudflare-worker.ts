/** A worker that reduces the picture in the request, for the test that runs the provider in workerd. */
import { isPublisherError } from '../../src/errors.ts'
import {
  createCloudflareReducer,
  createUnavailableReducer,
  type ImagesService,
} from '../../src/providers/images/cloudflare.ts'
import type { ThumbnailType } from '../../src/workflow/ports/images.ts'

interface Environment {
  IMAGES?: ImagesService
}

// biome-ignore lint/style/noDefaultExport: the form of a Worker
export default {
  async fetch(request: Request, { IMAGES }: Environment): Promise<Response> {
    const query = new URL(request.url).searchParams
    const reducer = IMAGES ? createCloudflareReducer(IMAGES) : createUnavailableReducer()
    try {
      const body = request.body ?? new Blob([]).stream()
      const { bytes, mediaType, width, height } = await reducer.reduce(
        { body, size: Number(query.get('size')) },
        { width: Number(query.get('width')), height: Number(query.get('height')) },
        // The test sends nothing else.
        query.get('type') as ThumbnailType,
        'alice',
      )
      return new Response(new Uint8Array(bytes), {
        headers: { 'content-type': mediaType, 'x-width': String(width), 'x-height': String(height) },
      })
    } catch (error) {
      if (!isPublisherError(error)) throw error
      return Response.json({ code: error.code, message: error.message }, { status: 422 })
    }
  },
}
