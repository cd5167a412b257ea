/** Bar above the tiles: folders, search, sort order and selection. */
import './grid-bar.css'
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { CheckIcon } from '../../icons.tsx'
import { texts } from '../../texts.ts'
import { addressOf } from '../address.ts'
import { sorts as allSorts, everything } from '../order.ts'
import type { GridProps } from './grid-props.ts'

type GridBarProps = Pick<GridProps, 'gallery' | 'query' | 'sorts' | 'folders' | 'selection' | 'listing'> & {
  searchField: RefObject<HTMLInputElement | null>
}

const labels = texts.grid
/** Pause in typing after which the search starts. */
const typingMs = 200

export function GridBar(props: GridBarProps) {
  const { gallery, query, sorts, folders, selection, listing, searchField } = props
  return (
    <div class="grid-bar">
      {folders && (
        <nav class="folders" aria-label={labels.folders}>
          {folders.map((folder) => (
            <a
              key={folder}
              class="folder"
              aria-current={folder === query.folder ? 'page' : undefined}
              href={addressOf({ query: { ...everything, folder }, photo: null })}
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return
                event.preventDefault()
                if (folder !== query.folder) gallery.browse({ ...query, folder }, 'push')
              }}
            >
              {labels.folder[folder]}
            </a>
          ))}
        </nav>
      )}
      <div class="finding">
        <SearchField gallery={gallery} query={query} searchField={searchField} />
        <select
          class="sort"
          aria-label={labels.sort}
          value={query.sort}
          onChange={(event) => {
            const sort = allSorts.find((known) => known === event.currentTarget.value)
            if (sort) gallery.browse({ ...query, sort }, 'replace')
          }}
        >
          {sorts.map((sort) => (
            <option key={sort} value={sort}>
              {labels.sorts[sort]}
            </option>
          ))}
        </select>
        {selection && listing.count !== 0 && (
          <button
            type="button"
            class="button select"
            aria-pressed={selection.isOn || selection.size > 0}
            onClick={() => (selection.isOn || selection.size > 0 ? selection.clear() : selection.turn(true))}
          >
            <CheckIcon />
            {labels.select}
          </button>
        )}
      </div>
    </div>
  )
}

/** Search field, which searches after each pause in typing. */
function SearchField({
  gallery,
  query,
  searchField,
}: Pick<GridBarProps, 'gallery' | 'query' | 'searchField'>) {
  const [typed, setTyped] = useState(query.search)
  // Last search from this field. A different search comes from the back button or a link, and replaces the typed text.
  const own = useRef(query.search)
  useEffect(() => {
    if (query.search === own.current) return
    own.current = query.search
    setTyped(query.search)
  }, [query.search])
  // A layout effect, so that opening a photo cancels a search that is still waiting.
  useLayoutEffect(() => {
    const search = typed.trim()
    if (search === query.search) return
    const timer = setTimeout(() => {
      own.current = search
      gallery.browse({ ...query, search }, 'replace')
    }, typingMs)
    return () => clearTimeout(timer)
  }, [typed, query, gallery])
  return (
    <input
      ref={searchField}
      type="search"
      class="search"
      autocomplete="off"
      autocapitalize="off"
      spellcheck={false}
      maxLength={200}
      value={typed}
      placeholder={labels.search}
      aria-label={labels.search}
      aria-keyshortcuts="/"
      onInput={(event) => setTyped(event.currentTarget.value)}
    />
  )
}
