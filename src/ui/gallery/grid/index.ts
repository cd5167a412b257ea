/** Entry of the grid's code, which the page loads on demand. */
export { Grid } from './grid.tsx'
export { createListings } from './listings.ts'
export { createVisitorSource } from './visitor-source.ts'
