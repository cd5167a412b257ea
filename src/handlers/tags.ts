/** Groups of operations in the API description. */
export const tags = {
  photos: 'Photos for visitors, and work on one photo',
  library: 'The files of a gallery, for its admins',
  gallery: 'Settings of the gallery that a client needs to know',
  studio: 'Settings and connected accounts that an admin changes',
  session: 'Sign-in and sign-out, for browsers',
  page: 'Documents of the web app',
  operations: 'Health, metrics, and calls of the control plane',
} as const

export type Tag = keyof typeof tags
