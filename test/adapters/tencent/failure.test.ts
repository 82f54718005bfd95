// A failure without the secrets that the cloud quotes, in whatever spelling.
import { expect, it } from "vitest";
import { withoutSecrets } from "../../../lib/adapters/tencent/transport/failure.ts";

const TOKEN = 'a+b/c= d"e\\f';
const credentials = { secretId: "AKIDexample", secretKey: "k+/=key", token: TOKEN };

it.each([
  ["as it is", TOKEN],
  ["in an address", encodeURIComponent(TOKEN)],
  ["in an address, in small letters", encodeURIComponent(TOKEN).replace(/%../g, (one) => one.toLowerCase())],
  ["in a form", new URLSearchParams({ Token: TOKEN }).toString().slice("Token=".length)],
  ["in JSON", JSON.stringify(TOKEN).slice(1, -1)],
])("a token that the cloud quotes %s is masked", (_, quoted) => {
  const { text } = withoutSecrets({ code: "AuthFailure", text: `the token "${quoted}" is wrong` }, credentials);
  expect(text).toBe('the token "***" is wrong');
});

it("masks the key and its id in every field", () => {
  const failure = { code: "AKIDexample", text: encodeURIComponent("k+/=key"), requestId: "k+/=key" };
  expect(withoutSecrets(failure, credentials)).toEqual({ code: "***", text: "***", requestId: "***" });
});
