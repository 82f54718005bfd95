// Replaces packages that the functions never call: optional ones, and the proxy agent of the SDK.
/**
 * The optional packages are not installed. pg loads `pg-native` only if it is configured to;
 * node-fetch 2 works without `encoding`; the SDK uses `https-proxy-agent` only for a request without
 * an agent, and each of ours has one.
 */
export default undefined;
