/**
 * All English texts of the web app, a file per area. To add a language, copy this file and its folder and translate the texts. Then add the
 * language to src/ui/texts.ts, src/ui/start.ts and test/ui/texts.test.ts.
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
