// Replaces optional packages in the bundles of the functions.
/**
 * The optional packages are not installed. pg loads `pg-native` only if it is configured to;
 * node-fetch 2 works without `encoding`.
 */
export default undefined;
