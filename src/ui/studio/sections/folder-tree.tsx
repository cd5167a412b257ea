/** Tree of the storage's folders, which loads a level when it opens (WAI-ARIA Authoring Practices, "Tree View"). */
import { useEffect, useRef, useState } from 'preact/hooks'
import { NextIcon } from '../../icons.tsx'
import type { ApiProblem } from '../../problem.ts'
import type { Folder } from '../answers.ts'
import { ProblemLine } from '../problem-line.tsx'
import { studioApi } from '../studio-api.ts'
import { words } from '../words.ts'

export interface FolderTreeProps {
  /** Path of the chosen folder. */
  chosen: string
  onChoose: (path: string) => void
}

/** Folders directly below a path, as far as the page knows them. */
type Level = readonly Folder[] | 'loading' | { problem: ApiProblem }

interface Row extends Folder {
  level: number
  parent: string | null
}

/** Path of the top of the storage in requests. */
const top = ''

export function FolderTree({ chosen, onChoose }: FolderTreeProps) {
  const [levels, setLevels] = useState<Readonly<Record<string, Level>>>({})
  const [open, setOpen] = useState<readonly string[]>([top])
  const [active, setActive] = useState(top)
  const list = useRef<HTMLDivElement>(null)
  const setLevel = (path: string, level: Level) => setLevels((known) => ({ ...known, [path]: level }))

  const load = async (path: string) => {
    setLevel(path, 'loading')
    const answered = await studioApi.folders(path)
    setLevel(path, 'value' in answered ? answered.value : { problem: answered.problem })
  }
  useEffect(() => void load(top), [])
  const setExpanded = (path: string, isOpen: boolean) => {
    setOpen((paths) => (isOpen ? [...paths, path] : paths.filter((other) => other !== path)))
    const known = levels[path]
    if (isOpen && (known === undefined || (known !== 'loading' && 'problem' in known))) void load(path)
  }
  const rows = rowsOf(levels, open)
  const focus = (path: string | undefined | null) => {
    if (path === undefined || path === null) return
    setActive(path)
    list.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`)?.focus()
  }
  const onKeyDown = (event: KeyboardEvent, row: Row) => {
    const index = rows.findIndex(({ path }) => path === row.path)
    const isOpen = open.includes(row.path)
    const actions: Readonly<Record<string, () => void>> = {
      ArrowDown: () => focus(rows[index + 1]?.path),
      ArrowUp: () => focus(rows[index - 1]?.path),
      Home: () => focus(rows[0]?.path),
      End: () => focus(rows.at(-1)?.path),
      ArrowRight: () => (isOpen ? focus(rows[index + 1]?.path) : setExpanded(row.path, true)),
      ArrowLeft: () => (isOpen && row.path !== top ? setExpanded(row.path, false) : focus(row.parent)),
      Enter: () => onChoose(row.path),
      ' ': () => onChoose(row.path),
    }
    const action = actions[event.key]
    if (!action) return
    event.preventDefault()
    action()
  }
  return (
    <>
      <div class="tree" role="tree" aria-label={words.folders.tree} ref={list}>
        {rows.map((row) => (
          <FolderRow
            key={row.path}
            row={row}
            state={levels[row.path]}
            isOpen={open.includes(row.path)}
            isActive={row.path === active}
            isChosen={isSamePath(row.path, chosen)}
            onToggle={(isOpen) => setExpanded(row.path, isOpen)}
            onChoose={() => {
              setActive(row.path)
              onChoose(row.path)
            }}
            onKeyDown={(event) => onKeyDown(event, row)}
          />
        ))}
      </div>
      <LevelWords levels={levels} onRetry={(path) => void load(path)} />
    </>
  )
}

interface FolderRowProps {
  row: Row
  state: Level | undefined
  isOpen: boolean
  isActive: boolean
  isChosen: boolean
  onToggle: (isOpen: boolean) => void
  onChoose: () => void
  onKeyDown: (event: KeyboardEvent) => void
}

function FolderRow({
  row,
  state,
  isOpen,
  isActive,
  isChosen,
  onToggle,
  onChoose,
  onKeyDown,
}: FolderRowProps) {
  const isEmpty = Array.isArray(state) && state.length === 0
  const isLoading = isOpen && state === 'loading'
  return (
    <div
      role="treeitem"
      class="folder-row"
      data-path={row.path}
      aria-level={row.level}
      aria-expanded={isEmpty ? undefined : isOpen}
      aria-selected={isChosen}
      aria-busy={isLoading}
      tabIndex={isActive ? 0 : -1}
      style={{ '--level': row.level - 1 }}
      onClick={onChoose}
      onKeyDown={onKeyDown}
    >
      {/* Pointers open a level here. Keyboards and screen readers use the arrow keys of the tree. */}
      <span
        class={isOpen ? 'twist open' : 'twist'}
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation()
          onToggle(!isOpen)
        }}
      >
        {!isEmpty && <NextIcon />}
      </span>
      <span>
        {row.path === top ? words.folders.top : row.name}
        {isOpen && isEmpty && <span class="muted"> – {words.folders.none}</span>}
        {isLoading && <span class="muted"> – {words.folders.loading}</span>}
      </span>
    </div>
  )
}

/** Explains a level that did not load. */
function LevelWords({
  levels,
  onRetry,
}: {
  levels: Readonly<Record<string, Level>>
  onRetry: (path: string) => void
}) {
  const failed = Object.entries(levels).flatMap(([path, level]) =>
    level !== 'loading' && 'problem' in level ? [{ path, problem: level.problem }] : [],
  )[0]
  if (!failed) return null
  return <ProblemLine problem={failed.problem} onRetry={() => onRetry(failed.path)} />
}

/** Returns the visible rows, each below its parent. */
function rowsOf(levels: Readonly<Record<string, Level>>, open: readonly string[]): Row[] {
  const below = (parent: string, level: number): Row[] => {
    const folders = levels[parent]
    if (!open.includes(parent) || !Array.isArray(folders)) return []
    return folders.flatMap((folder: Folder) => [
      { ...folder, level, parent },
      ...below(folder.path, level + 1),
    ])
  }
  return [{ name: '', path: top, level: 1, parent: null }, ...below(top, 2)]
}

const isSamePath = (one: string, other: string) => plain(one) === plain(other)
const plain = (path: string) => path.replace(/^\/|\/$/g, '')
