// Reads the wire format of Protocol Buffers.
/** Bytes that are not what they should be, and where. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** One field of a message: a number (varint) or bytes (text, an inner message). */
export interface WireField {
  readonly number: number;
  readonly value: bigint | Uint8Array;
}

/** Fields of one message at most. Each takes memory, and two bytes are enough to send one. */
const MOST_FIELDS = 100_000;

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/**
 * The fields of a message in order. Fixed-size fields are passed over. Throws `WireError` for
 * truncated or malformed bytes; never reads outside of them.
 */
export function readFields(bytes: Uint8Array): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): bigint => {
    const first = bytes[at];
    if (first !== undefined && first < 0x80) {
      // Most numbers have one byte; arithmetic with bigint is slow.
      at += 1;
      return BigInt(first);
    }
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined) throw new WireError(`a number is cut off at byte ${at}`);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new WireError(`a number before byte ${at} has more than ten bytes`);
  };
  const skip = (length: number): number => {
    const start = at;
    if (length > bytes.length - at) throw new WireError(`${length} bytes at byte ${at} are cut off`);
    at += length;
    return start;
  };
  while (at < bytes.length) {
    if (fields.length === MOST_FIELDS) throw new WireError(`a message has more than ${MOST_FIELDS} fields`);
    const tag = Number(varint());
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    if (number === 0) throw new WireError(`the field before byte ${at} has the number 0`);
    if (type === VARINT) fields.push({ number, value: varint() });
    else if (type === FIXED_64) skip(8);
    else if (type === FIXED_32) skip(4);
    else if (type === BYTES) {
      const length = varint();
      const start = skip(length > BigInt(bytes.length) ? bytes.length + 1 : Number(length));
      fields.push({ number, value: bytes.subarray(start, at) });
    } else throw new WireError(`the field ${number} before byte ${at} has the unknown type ${type}`);
  }
  return fields;
}
