/** Folder of the photos, chosen from the folders of the storage. */
import type { PageProps } from '../page-props.ts'
import { words } from '../words.ts'
import { LockedField, TextField, textIn } from './field.tsx'
import { FolderTree } from './folder-tree.tsx'

const root = 'storage.paths.root'

export function Folders({ store, connections }: PageProps) {
  // Without an own storage the server locks these fields, because there is no folder to choose.
  if (!connections.isConnected('storage')) {
    return (
      <div class="card">
        <p>{words.folders.needsStorage}</p>
        <div class="actions">
          <a class="button action" href="#connections">
            {words.sections.connections}
          </a>
        </div>
      </div>
    )
  }
  return (
    <>
      {store.isLocked(root) ? (
        <LockedField store={store} path={root} />
      ) : (
        <>
          <p class="muted">{words.folders.intro}</p>
          <p>
            {words.folders.current}: <strong class="path">{textIn(store, root) || '/'}</strong>
          </p>
          <FolderTree chosen={textIn(store, root)} onChoose={(path) => store.set(root, path || '/')} />
        </>
      )}
      <h3>{words.folders.sub}</h3>
      <TextField store={store} path="storage.paths.archive" maxLength={1000} />
      <TextField store={store} path="storage.paths.keep" maxLength={1000} />
      <TextField store={store} path="storage.paths.remove" maxLength={1000} />
    </>
  )
}
