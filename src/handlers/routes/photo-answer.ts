/** Answer for one photo: some fields for visitors, all fields for admins. */
import type { Context } from 'hono'
import type { Folder, PhotoName } from '../../ports/photo.ts'
import type { Services } from '../../runtime/services.ts'
import { detailTools, viewPublications } from '../../runtime/workflow-tools.ts'
import { type CommonDetails, photoDetails, visitorDetails } from '../../workflow/photo-details.ts'
import type { Publication } from '../../workflow/publications.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { isAdminHere } from '../guards.ts'
import { captionsAnswer } from './captions-schemas.ts'
import { copyPath } from './copies.ts'
import type { Photo } from './images-schemas.ts'
import { changesAnswer } from './possible-changes.ts'

/**
 * Returns the fields that the caller may see. Reads the session, which also decides `Vary` and `Cache-Control`. Throws `photo_not_found`
 * and the errors of the storage.
 */
export async function photoAnswer(
  c: Context<AppEnv>,
  services: Services,
  folder: Folder,
  name: PhotoName,
): Promise<Photo> {
  const isAdmin = await isAdminHere(c, services)
  runtimeOf(c.env).previews().care(c.env.connection.waitUntil)
  return isAdmin ? adminAnswer(c, services, folder, name) : visitorAnswer(c, services, folder, name)
}

async function visitorAnswer(
  c: Context<AppEnv>,
  services: Services,
  folder: Folder,
  name: PhotoName,
): Promise<Photo> {
  const runtime = runtimeOf(c.env)
  const photo = await visitorDetails(detailTools(services, runtime, c.env.connection), folder, name)
  return {
    filename: photo.name,
    version: photo.version,
    placeholder: photo.placeholder,
    temp_url: c.env.origin + (await copyPath(services, runtime, photo.name)),
    thumbnail_url: thumbnailPath(folder, photo),
    sha256: null,
    caption: photo.caption,
    alt_text: photo.altText,
    sd_caption: null,
    metadata: photo.metadata,
    has_sidecar: photo.hasSidecar,
  }
}

async function adminAnswer(
  c: Context<AppEnv>,
  services: Services,
  folder: Folder,
  name: PhotoName,
): Promise<Photo> {
  const runtime = runtimeOf(c.env)
  const photo = await photoDetails(detailTools(services, runtime, c.env.connection), folder, name)
  // The ledger knows photos by their digest alone.
  const publications =
    photo.sha256 === null ? [] : await viewPublications(services, runtime, photo.sha256, c.env)
  return {
    filename: photo.name,
    version: photo.version,
    placeholder: photo.placeholder,
    // A store without links of its own returns a path on this host.
    temp_url: new URL(photo.temporaryUrl, c.env.origin).href,
    thumbnail_url: thumbnailPath(folder, photo),
    sha256: photo.sha256,
    caption: photo.caption,
    alt_text: photo.altText,
    captions: captionsAnswer(photo.captions),
    rating: photo.rating.rating,
    rating_source: photo.rating.source,
    sd_caption: photo.sdCaption,
    metadata: photo.metadata,
    has_sidecar: photo.hasSidecar,
    publications: publications.map(publicationAnswer),
    picture: photo.facts && {
      width: photo.facts.width,
      height: photo.facts.height,
      taken_at: photo.facts.takenAt,
    },
    embedded_known: photo.isEmbeddedKnown,
  }
}

function publicationAnswer({ channel, platform, status, at, postUrl, error, changes }: Publication) {
  return {
    platform: channel,
    type: platform,
    status,
    at: at?.toISOString() ?? null,
    post_url: postUrl,
    error,
    ...(changes && changesAnswer(changes)),
  }
}

function thumbnailPath(folder: Folder, { name, version: v }: CommonDetails): string {
  const query = new URLSearchParams({ size: 'w960h640', ...(folder !== 'root' && { folder }), v })
  return `/api/images/${encodeURIComponent(name)}/thumbnail?${query}`
}
