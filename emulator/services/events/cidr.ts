// IPv4 ranges in CIDR notation.
/** The number of an IPv4 address, or undefined if the text is none. */
function addressOf(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return parts.reduce((number, part) => number * 256 + Number(part), 0);
}

/** A test whether an address is in the range `10.0.0.0/24`, or undefined if the text is no range. */
export function readCidr(text: string): ((address: string) => boolean) | undefined {
  const [, network = "", digits = ""] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const start = addressOf(network);
  const bits = Number(digits);
  if (start === undefined || digits === "" || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  const block = Math.floor(start / size);
  return (address) => {
    const number = addressOf(address);
    return number !== undefined && Math.floor(number / size) === block;
  };
}
