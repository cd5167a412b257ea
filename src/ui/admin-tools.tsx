/** Admin tools around a photo. Only admins download their code. */
import type { ComponentChildren } from 'preact'
import type { Account } from './account/account-api.ts'
import type { AdminWorkbench } from './darkroom/workbench/admin-workbench.tsx'
import type { Gallery, GalleryState } from './gallery/gallery.ts'
import { texts } from './texts.ts'
import type { Wall } from './wall.ts'

export interface AdminTools {
  /** Resets the tools for a new account, and downloads them when the account is an admin. */
  begin(account: Account): void
  /** Renders the buttons below the photo. */
  buttons(state: GalleryState, account: Account | null, wall: Wall | null): ComponentChildren
  /** Renders the publishing status at the top of the photo's details. */
  publications(state: GalleryState, account: Account | null): ComponentChildren
  toasts(): ComponentChildren
}

export function createAdminTools(gallery: Gallery, onChange: () => void): AdminTools {
  let workbench: AdminWorkbench | null = null
  let isLost = false

  async function fetchTools({ email }: Account): Promise<void> {
    try {
      const { createWorkbench } = await import('./darkroom/index.ts')
      workbench = createWorkbench({ gallery, owner: email ?? '', onChange })
    } catch {
      // The connection failed, or a deployment has replaced the files that this page names.
      isLost = true
    }
    onChange()
  }

  return {
    begin(account) {
      workbench = null
      if (account.isAdmin) void fetchTools(account)
    },
    buttons({ screen, photo, item, layers }, account, wall) {
      if (isLost) return <LostTools />
      if (!workbench || !account?.isAdmin) return null
      const { features } = account
      const isElsewhere = item !== null && item.folder !== 'root'
      const onDesk = screen === 'grid' || isElsewhere ? null : photo
      return (
        <>
          <div class="tools-of-root" hidden={isElsewhere}>
            {workbench.tools(onDesk, features, layers.includes('sheet'))}
          </div>
          {isElsewhere && photo && screen === 'photo' && wall?.library?.tools(item, features)}
        </>
      )
    },
    publications({ photo, item }, account) {
      if (!workbench || !account?.isAdmin || !photo || !item) return null
      return workbench.publications(photo, item.folder, account.features)
    },
    toasts: () => workbench?.toasts(),
  }
}

/** Offers a reload: browsers cache a failed module import, so this page cannot retry. Unsaved captions stay on this device. */
function LostTools() {
  return (
    <div class="tools-lost" role="alert">
      <span>{texts.toolsLost.title}</span>
      <button type="button" class="button" onClick={() => location.reload()}>
        {texts.toolsLost.reload}
      </button>
    </div>
  )
}
