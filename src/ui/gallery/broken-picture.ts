/** What to do about a picture that the browser could not show. */
import { pageProblem } from '../problem.ts'
import type { GalleryApi } from './gallery-api.ts'
import type { Showing } from './showing.ts'

/** The server gave a picture, and the browser could make nothing of it. */
const undecodable = pageProblem('photo_unreadable')

/** A picture may fail for a passing reason, so it gets a second chance before it counts as damaged. */
export async function explainPicture(showing: Showing, api: GalleryApi): Promise<void> {
  const { photo, pictureReloads } = showing.state
  if (!photo) return
  const reload = () =>
    showing.change({ picture: 'shown', problem: null, pictureReloads: showing.state.pictureReloads + 1 })
  const problem = await api.pictureProblem(photo)
  if (showing.state.photo !== photo) return
  if (!problem && pictureReloads === 0) return reload()
  showing.change({ picture: 'broken' })
  if (!showing.state.isBusy) showing.fail(problem ?? undecodable, reload)
}
