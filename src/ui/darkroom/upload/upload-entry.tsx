/** Entry to uploads. The uploader's code is loaded only for admins of a gallery with the library. */
import { useEffect, useState } from 'preact/hooks'
import type { Account } from '../../account/account-api.ts'
import type { Uploader, UploaderProps } from './uploader.tsx'

export interface UploadEntryProps extends Omit<UploaderProps, 'maxMegabytes'> {
  /** `null` until the server has named the account. */
  account: Account | null
}

export function UploadEntry({ account, ...callbacks }: UploadEntryProps) {
  const [loaded, setLoaded] = useState<{ Uploader: typeof Uploader } | null>(null)
  const isWanted = account?.isAdmin === true && account.features.library
  useEffect(() => {
    // If the code fails to load, the page has no upload button until a reload.
    if (isWanted) import('../index.ts').then(setLoaded, () => {})
  }, [isWanted])
  if (!isWanted || !loaded) return null
  return <loaded.Uploader maxMegabytes={account.features.maxUploadMegabytes} {...callbacks} />
}
