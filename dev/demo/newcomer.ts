/** The photographer whom a newcomer adds to the demo: accounts at the vendors, but no gallery yet. */

/** First label of the gallery, and name of the accounts. */
export const newcomer = 'erin'

/** Address of the newcomer at the demo's sign-in and at the emulated vendors. */
export const newcomerEmail = `${newcomer}@example.org`

/** Address that the console admits. */
export const operatorEmail = 'operator@example.org'
