/** Darkroom: everything that only admins download, in one script. */
export { createLibrary, librarySource } from './library/library.tsx'
export { Uploader } from './upload/uploader.tsx'
export { createWorkbench } from './workbench/admin-workbench.tsx'
