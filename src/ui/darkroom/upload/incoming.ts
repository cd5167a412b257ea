/** Photos that are dropped onto the page or pasted into it. */
import { useLayoutEffect, useState } from 'preact/hooks'
import { isTyping } from '../../keyboard.ts'

/** Hands on what comes. Gives whether files are being held over the page. */
export function useIncoming(onFiles: (files: FileList) => void): boolean {
  const [isOver, setOver] = useState(false)
  // Before the button is painted: who sees it may drop something.
  useLayoutEffect(() => {
    const listening = new AbortController()
    const { signal } = listening
    const onDrag = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return
      // Without this the browser would open the file in the page's place.
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
