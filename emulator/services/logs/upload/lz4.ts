// Unpacks LZ4 blocks.
/** Bytes that are no LZ4 block, or unpack to more than is allowed. */
export class Lz4Error extends Error {
  override readonly name = "Lz4Error";
}

/**
 * Unpacks one raw block, without a frame or a size before it, as the vendor's SDKs pack it. Throws
 * `Lz4Error` for malformed bytes and if the result has more than `mostBytes`.
 */
export function unpackLz4(block: Uint8Array, mostBytes: number): Uint8Array {
  let out = Buffer.alloc(Math.min(mostBytes, Math.max(block.length * 4, 64)));
  let at = 0;
  let end = 0;
  const next = (): number => {
    const byte = block[at];
    if (byte === undefined) throw new Lz4Error(`the block is cut off at byte ${at}`);
    at += 1;
    return byte;
  };
  /** A length of 15 goes on in the next bytes, as long as they are 255. */
  const lengthOf = (nibble: number): number => {
    let length = nibble;
    for (let byte = nibble === 15 ? 255 : 0; byte === 255; length += byte) byte = next();
    return length;
  };
  const reserve = (length: number): void => {
    if (end + length > mostBytes) throw new Lz4Error(`the block unpacks to more than ${mostBytes} bytes`);
    if (end + length <= out.length) return;
    const larger = Buffer.alloc(Math.min(mostBytes, (end + length) * 2));
    out.copy(larger, 0, 0, end);
    out = larger;
  };
  for (;;) {
    const token = next();
    const literals = lengthOf(token >> 4);
    if (literals > block.length - at) throw new Lz4Error(`${literals} bytes at byte ${at} are cut off`);
    reserve(literals);
    out.set(block.subarray(at, at + literals), end);
    at += literals;
    end += literals;
    // The last sequence has literals only.
    if (at === block.length) return out.subarray(0, end);
    const low = next();
    const offset = low + next() * 256;
    if (offset === 0 || offset > end) throw new Lz4Error(`byte ${at} refers to ${offset} bytes back of ${end}`);
    const match = lengthOf(token & 15) + 4;
    reserve(match);
    // The match may overlap what it writes, so it is copied byte by byte.
    for (let i = 0; i < match; i += 1) out[end + i] = out[end + i - offset] ?? 0;
    end += match;
  }
}
