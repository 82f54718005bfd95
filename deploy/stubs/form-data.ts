/**
 * In place of `form-data` in tencentcloud-sdk-nodejs-common, which needs it for multipart requests alone (files); none
 * of the APIs that are called here takes any. The package brings 137 kB of MIME types.
 */
export default class FormData {
  constructor() {
    throw new Error("Multipart requests are left out of this bundle (deploy/stubs/form-data.ts)");
  }
}
