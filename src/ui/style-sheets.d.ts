/** The build makes files of them. */
declare module '*.css'
