/**
 * In place of optional packages that are not installed: `pg-native`, which pg asks for only when told to, and
 * `encoding`, which node-fetch 2 asks for and does without.
 */
export default undefined;
