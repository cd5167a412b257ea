/** All acts, in the order of the description. */
import type { Act } from './act.ts'
import { addGallery } from './add-gallery.ts'
import { planSetting, publishSetting, suspendGalleries, undoSetting } from './bulk.ts'
import { runDoctor } from './doctor.ts'
import * as fleet from './fleet.ts'
import { listGalleries } from './galleries.ts'
import * as gallery from './gallery.ts'
import * as settings from './settings.ts'

export const acts: readonly Act[] = [
  listGalleries,
  addGallery,
  suspendGalleries,
  planSetting,
  publishSetting,
  undoSetting,
  gallery.readGallery,
  gallery.changeGallery,
  gallery.lockSettings,
  gallery.readInvitations,
  gallery.addInvitation,
  gallery.endInvitation,
  gallery.readGalleryAudit,
  settings.draftSettings,
  settings.publishSettings,
  settings.readHistory,
  settings.compareVersions,
  settings.rollBack,
  runDoctor,
  fleet.readTokens,
  fleet.addToken,
  fleet.endToken,
  fleet.readKeys,
  fleet.readWebhooks,
  fleet.addWebhook,
  fleet.endWebhook,
  fleet.readAudit,
  fleet.checkAudit,
  fleet.readOperators,
  fleet.signOutOperator,
]
