/** In place of `whatwg-url` in node-fetch 2: Node has these two itself, and the package brings 265 kB of tables. */
export const URL = globalThis.URL;
export const URLSearchParams = globalThis.URLSearchParams;
