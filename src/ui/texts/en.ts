/**
 * All texts of the web app in English, one file per room. Another language needs a folder of the same files and a file as this one
 * beside it, its tag in `languages` (src/ui/texts.ts), an import in src/ui/start.ts, and an entry in test/ui/texts.test.ts.
 */
import { accountTexts } from './en/account.ts'
import { galleryTexts } from './en/gallery.ts'
import { gridTexts } from './en/grid.ts'
import { libraryTexts } from './en/library.ts'
import { problemsTexts } from './en/problems.ts'
import { shortcutsTexts } from './en/shortcuts.ts'
import { uploadTexts } from './en/upload.ts'
import { workbenchTexts } from './en/workbench.ts'

export const en = {
  ...accountTexts,
  ...galleryTexts,
  ...gridTexts,
  ...libraryTexts,
  ...problemsTexts,
  ...shortcutsTexts,
  ...uploadTexts,
  ...workbenchTexts,
}

export type Texts = typeof en
