/** All German texts of the web app, a file per area. */
import { accountTexts } from './de/account.ts'
import { galleryTexts } from './de/gallery.ts'
import { gridTexts } from './de/grid.ts'
import { libraryTexts } from './de/library.ts'
import { problemsTexts } from './de/problems.ts'
import { shortcutsTexts } from './de/shortcuts.ts'
import { uploadTexts } from './de/upload.ts'
import { workbenchTexts } from './de/workbench.ts'
import type { Texts } from './en.ts'

export const de: Texts = {
  ...accountTexts,
  ...galleryTexts,
  ...gridTexts,
  ...libraryTexts,
  ...problemsTexts,
  ...shortcutsTexts,
  ...uploadTexts,
  ...workbenchTexts,
}
