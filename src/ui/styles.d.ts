/** Stylesheets that a component brings along; Vite makes files of them. */
declare module '*.css'
