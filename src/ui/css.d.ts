/** Vite takes a style sheet along with the code that imports it. */
declare module '*.css'
