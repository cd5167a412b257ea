/** Vite bundles a style sheet with the code that imports it. */
declare module '*.css'
