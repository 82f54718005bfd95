// Replaces `form-data` in the bundles of the functions.
/**
 * tencentcloud-sdk-nodejs-common needs `form-data` for multipart requests (files) only, and no API
 * that this project calls uses them. The package would add 137 kB of MIME types.
 */
export default class FormData {
  constructor() {
    throw new Error("Multipart requests are not supported in this bundle (deploy/stubs/form-data.ts)");
  }
}
