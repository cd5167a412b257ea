/** Schemas of moves between the folders of a gallery. */
import { z } from '@hono/zod-openapi'
import { folders } from '../../ports/photo.ts'
import { restorable } from '../../workflow/curation.ts'
import { orNull } from '../input-schemas.ts'

export const curatedSchema = z
  .object({
    filename: z.string().openapi({ description: 'Name at the destination' }),
    action: z.enum(['keep', 'remove', 'delete', 'restore']),
    destination_folder: z.enum(folders).nullable(),
    preview_only: z
      .boolean()
      .openapi({ description: 'True if nothing was moved, because `content.debug` is on' }),
  })
  .openapi('Curated')

export type CuratedAnswer = z.output<typeof curatedSchema>

export const restoreSchema = z.object({ from: orNull(z.enum(restorable)) }).openapi('Restore')
