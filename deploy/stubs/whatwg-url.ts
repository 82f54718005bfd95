// Replaces `whatwg-url` in the bundles of the functions.
/**
 * node-fetch 2 needs these two classes. Node has both, and the package would add 265 kB of tables.
 */
export const URL = globalThis.URL;
/** See `URL`. */
export const URLSearchParams = globalThis.URLSearchParams;
