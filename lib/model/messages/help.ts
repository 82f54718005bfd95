// What to do about messages whose own text says no remedy: phrases of docs/messages.md that several share.

/** The message only frames another one, whose own remedy counts. */
export const INNER = "follow the text that it quotes; its own entry here has the remedy";
/** A failure of the network or of the cloud that the next run survives. */
export const NET =
  "check the network, the proxy and the DNS of this machine; nothing is lost, and the next run continues";
export const PASSES =
  "nothing at first: such failures pass, and the next run tries again; if it lasts, ask the vendor's support with the request id";
/** Only a bug of this program leads to it. */
export const DEFECT = "report it as a bug, with the output of LOG_LEVEL=debug";
export const EVENT = "send an event as events/README.md shows; images that no event names are found by the next sweep";
/** A name in a policy file. */
export const NAME =
  "change copy.name so that the name has 1 to 60 characters, none of them a control character, and no space at its ends";
export const ALLOWED = "write a value that the text allows; docs/policy.md has every key";
export const EXAMPLE =
  "correct the policy, or what the example expects; cvm-replicator explain shows the same for a real image";
