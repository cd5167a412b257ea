/** Groups of operations in the API's description. */
export const tags = {
  photos: 'Photos as visitors see them, and work on one photo',
  library: 'The files of a gallery, for its admins',
  gallery: 'Settings of the gallery that a client needs to know',
  session: 'Signing in and out; for browsers',
  page: 'The web app’s own documents',
  operations: 'Health, metrics and calls of the control plane',
} as const

export type Tag = keyof typeof tags
