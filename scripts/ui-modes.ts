/** Modes of the build of the web app. */

/** Builds the settings page. Every other mode builds the gallery. */
export const settingsMode = 'settings'
