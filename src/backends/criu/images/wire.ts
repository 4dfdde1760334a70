/**
 * Protobuf's wire format, without definitions: a message is a list of numbered fields, kept in their order and with all
 * that we do not know of them, so that one number can be changed and nothing else.
 */

/** A field of a message: a number, or bytes (a text, or a message of its own). */
export type Field =
  | { readonly number: number; readonly type: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly type: 'fixed'; readonly bytes: Uint8Array }
  | { readonly number: number; readonly type: 'bytes'; readonly bytes: Uint8Array };

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const MAX_UINT64 = (1n << 64n) - 1n;

/** The fields of a message; undefined when these bytes are none. */
export function readMessage(bytes: Uint8Array): Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint | undefined => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value & MAX_UINT64;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const key = varint();
    if (key === undefined) return undefined;
    const number = Number(key >> 3n);
    const type = Number(key & 7n);
    if (number === 0) return undefined;
    if (type === VARINT) {
      const value = varint();
      if (value === undefined) return undefined;
      fields.push({ number, type: 'varint', value });
      continue;
    }
    const length = type === BYTES ? varint() : type === FIXED64 ? 8n : type === FIXED32 ? 4n : undefined;
    if (length === undefined || BigInt(at) + length > BigInt(bytes.length)) return undefined;
    const end = at + Number(length);
    fields.push({ number, type: type === BYTES ? 'bytes' : 'fixed', bytes: bytes.slice(at, end) });
    at = end;
  }
  return fields;
}

/** The bytes of a message. */
export function writeMessage(fields: readonly Field[]): Uint8Array {
  const out: number[] = [];
  const varint = (value: bigint): void => {
    let rest = BigInt.asUintN(64, value);
    for (; rest >= 0x80n; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
    out.push(Number(rest));
  };
  for (const field of fields) {
    const type =
      field.type === 'varint' ? VARINT : field.type === 'bytes' ? BYTES : field.bytes.length === 8 ? FIXED64 : FIXED32;
    varint((BigInt(field.number) << 3n) | BigInt(type));
    if (field.type === 'varint') varint(field.value);
    else {
      if (field.type === 'bytes') varint(BigInt(field.bytes.length));
      for (const byte of field.bytes) out.push(byte);
    }
  }
  return Uint8Array.from(out);
}

/** The message with the first number at this path of field numbers replaced; undefined when there is none. */
export function withNumber(bytes: Uint8Array, path: readonly number[], value: number): Uint8Array | undefined {
  const fields = readMessage(bytes);
  const [first, ...rest] = path;
  const i =
    fields?.findIndex(({ number, type }) => number === first && (rest.length > 0 ? type === 'bytes' : true)) ?? -1;
  const field = fields?.[i];
  if (!fields || !field) return undefined;
  if (rest.length > 0) {
    const inner = field.type === 'bytes' ? withNumber(field.bytes, rest, value) : undefined;
    if (!inner) return undefined;
    fields[i] = { number: field.number, type: 'bytes', bytes: inner };
  } else if (field.type === 'varint') {
    fields[i] = { ...field, value: BigInt(value) };
  } else if (field.type === 'fixed') {
    fields[i] = { ...field, bytes: fixed(value, field.bytes.length) };
  } else return undefined;
  return writeMessage(fields);
}

/** The message in which a field has these values, however many it had. */
export function withValues(bytes: Uint8Array, number: number, values: readonly number[]): Uint8Array | undefined {
  const fields = readMessage(bytes);
  if (!fields) return undefined;
  const first = fields.findIndex((field) => field.number === number);
  const others = fields.filter((field) => field.number !== number);
  const made = values.map((value): Field => ({ number, type: 'varint', value: BigInt(value) }));
  const at = first < 0 ? others.length : Math.min(first, others.length);
  return writeMessage([...others.slice(0, at), ...made, ...others.slice(at)]);
}

/** The paths to all numbers of a message, each once; what reads as a message is taken for one. */
export function numberPaths(bytes: Uint8Array): number[][] {
  const found = new Map<string, number[]>();
  for (const field of readMessage(bytes) ?? []) {
    const inner = field.type === 'bytes' && field.bytes.length > 0 ? numberPaths(field.bytes) : [];
    const paths = field.type === 'bytes' ? inner.map((path) => [field.number, ...path]) : [[field.number]];
    for (const path of paths) found.set(path.join('.'), path);
  }
  return [...found.values()];
}

function fixed(value: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  if (length === 8) view.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
  else view.setUint32(0, value >>> 0, true);
  return bytes;
}
