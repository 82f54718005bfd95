// The contract of the state on a bucket of the emulator, over HTTP and in this process.
import { stateContract } from "../contract.ts";
import { bucketOverHttp, localBucket } from "./cos-place.ts";

stateContract("the state in COS, over HTTP", async () => {
  const { open, remove } = await bucketOverHttp();
  return { open, remove };
});

stateContract("the state in COS, with a clock of the test", async () => {
  const { open } = localBucket();
  return { open, remove: async () => {} };
});
