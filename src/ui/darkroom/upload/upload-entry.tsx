/** Where photos come in. What does it is loaded only for admins of a gallery that takes them. */
import { useEffect, useState } from 'preact/hooks'
import type { Account } from '../../account/account-api.ts'
import type { Uploader, UploaderProps } from './uploader.tsx'

export interface UploadEntryProps extends Omit<UploaderProps, 'maxMegabytes'> {
  /** `null` until it is known who is looking. */
  account: Account | null
}

export function UploadEntry({ account, ...callbacks }: UploadEntryProps) {
  const [loaded, setLoaded] = useState<{ Uploader: typeof Uploader } | null>(null)
  const isWanted = account?.isAdmin === true && account.features.library
  useEffect(() => {
    // A broken line leaves the page without the button, like any other page before it is loaded whole.
    if (isWanted) import('./uploader.tsx').then(setLoaded, () => {})
  }, [isWanted])
  if (!isWanted || !loaded) return null
  return <loaded.Uploader maxMegabytes={account.features.maxUploadMegabytes} {...callbacks} />
}
