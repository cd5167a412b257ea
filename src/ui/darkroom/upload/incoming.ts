/** Photos that an admin drops onto the page or pastes into the page. */
import { useLayoutEffect, useState } from 'preact/hooks'
import { isTyping } from '../../keyboard.ts'

/** Passes dropped and pasted files to `onFiles`. Returns `true` while files are dragged over the page. */
export function useIncoming(onFiles: (files: FileList) => void): boolean {
  const [isOver, setOver] = useState(false)
  // Runs before the button is painted, because files may be dropped as soon as it is visible.
  useLayoutEffect(() => {
    const listening = new AbortController()
    const { signal } = listening
    const onDrag = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return
      // Stops the browser from opening the file in place of the page.
      event.preventDefault()
      event.dataTransfer.dropEffect = 'copy'
      setOver(true)
    }
    document.addEventListener('dragenter', onDrag, { signal })
    document.addEventListener('dragover', onDrag, { signal })
    document.addEventListener('dragleave', ({ relatedTarget }) => !relatedTarget && setOver(false), {
      signal,
    })
    document.addEventListener(
      'drop',
      (event) => {
        setOver(false)
        const files = event.dataTransfer?.files
        if (!files?.length) return
        event.preventDefault()
        onFiles(files)
      },
      { signal },
    )
    document.addEventListener(
      'paste',
      ({ target, clipboardData }) => {
        if (!isTyping(target) && clipboardData?.files.length) onFiles(clipboardData.files)
      },
      { signal },
    )
    return () => listening.abort()
  }, [onFiles])
  return isOver
}
