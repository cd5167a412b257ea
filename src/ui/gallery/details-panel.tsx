/** Details of a photo, with a link to its full size. */
import '../drag-handle.css'
import './details-panel.css'
import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { useDragDown } from '../drag-down.ts'
import { CloseIcon } from '../icons.tsx'
import { texts } from '../texts.ts'
import type { Photo } from './gallery-api.ts'
import { detailsOf, isForAdmin } from './photo-text.ts'

export interface DetailsPanelProps {
  id: string
  photo: Photo
  isOpen: boolean
  /** Publishing status, for admins. */
  publications: ComponentChildren
  onClose: () => void
}

export function DetailsPanel({ id, photo, isOpen, publications, onClose }: DetailsPanelProps) {
  const panel = useRef<HTMLElement>(null)
  useDragDown(panel, onClose)
  return (
    <aside class="details" id={id} hidden={!isOpen} aria-label={texts.details} ref={panel}>
      <div class="drag-handle" aria-hidden="true" />
      <button type="button" class="button icon close" aria-label={texts.closeDetails} onClick={onClose}>
        <CloseIcon />
      </button>
      {publications}
      {photo.caption && <p class="full-caption">{photo.caption}</p>}
      <a class="button original" href={photo.temp_url} target="_blank" rel="noopener noreferrer">
        {isForAdmin(photo) ? texts.original : texts.fullSize}
        <span class="visually-hidden"> ({texts.opensInNewTab})</span>
      </a>
      <dl>
        {detailsOf(photo).map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </aside>
  )
}
