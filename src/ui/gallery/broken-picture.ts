/** Handling of a picture that the browser could not show. */
import { pageProblem } from '../problem.ts'
import type { GalleryApi } from './gallery-api.ts'
import type { Showing } from './showing.ts'

/** Problem of a picture that the server sent and the browser could not decode. */
const undecodable = pageProblem('photo_unreadable')

/** Reloads a failed picture once if the server sends it now; otherwise shows the problem. */
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
