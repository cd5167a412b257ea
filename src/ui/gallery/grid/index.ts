/** What the page fetches for its grid, in one file. */
export { Grid } from './grid.tsx'
export { createListings } from './listings.ts'
export { createVisitorSource } from './visitor-source.ts'
