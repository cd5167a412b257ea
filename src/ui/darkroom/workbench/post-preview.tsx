/** Preview of a post as its readers will see it. */
import './post-preview.css'
import type { Photo } from '../../gallery/gallery-api.ts'
import { pictureSources } from '../../gallery/picture-sources.ts'
import { texts } from '../../texts.ts'

export interface PostPreviewProps {
  /** True if the post is a mail with a subject line. */
  hasSubject: boolean
  photo: Photo
  altText: string
  /** Caption as it will be sent. */
  caption: string
  /** Subject line; `undefined` until the server's dry run has answered. */
  subject: string | undefined
}

const labels = texts.workbench

export function PostPreview({ hasSubject, photo, altText, caption, subject }: PostPreviewProps) {
  const picture = (
    <img {...pictureSources(photo.thumbnail_url)} sizes="16rem" alt={altText} draggable={false} />
  )
  if (!hasSubject) {
    return (
      <figure class="bubble">
        {picture}
        {caption !== '' && <figcaption>{caption}</figcaption>}
      </figure>
    )
  }
  return (
    <div class="mail">
      <dl>
        {subject !== undefined && (
          <div>
            <dt>{labels.subject}</dt>
            <dd>{subject}</dd>
          </div>
        )}
        <div>
          <dt>{labels.mailText}</dt>
          <dd>{caption === '' ? labels.nothing : caption}</dd>
        </div>
        <div>
          <dt>{labels.attachment}</dt>
          <dd>{photo.filename.replace(/\.[^.]+$/, '.jpg')}</dd>
        </div>
      </dl>
      {picture}
    </div>
  )
}
