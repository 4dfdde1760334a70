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

/** Where a field is: the number of the field, and which one of those with that number, from 0; then on in that message. */
export type Place = readonly { readonly number: number; readonly nth: number }[];

/** What a number becomes: this number, or its own value plus `add`; undefined: the field is left out. */
export type NumberChange = number | { readonly add: number } | undefined;

/**
 * The message with the field at this place changed: a number for a number, undefined to leave it out, of whatever kind it
 * is. Undefined when there is none, or when it is no number.
 */
export function withField(bytes: Uint8Array, place: Place, value: NumberChange): Uint8Array | undefined {
  const fields = readMessage(bytes);
  const [first, ...rest] = place;
  if (!fields || !first) return undefined;
  const field = fields.filter(({ number }) => number === first.number)[first.nth];
  const made = field && changedField(field, rest, value);
  if (!made) return undefined;
  return writeMessage(fields.flatMap((other) => (other === field ? made : [other])));
}

function changedField(field: Field, rest: Place, value: NumberChange): readonly Field[] | undefined {
  if (rest.length > 0) {
    const inner = field.type === 'bytes' ? withField(field.bytes, rest, value) : undefined;
    return inner && [{ number: field.number, type: 'bytes', bytes: inner }];
  }
  if (value === undefined) return [];
  if (field.type === 'varint') return [{ ...field, value: changed(field.value, value) }];
  if (field.type !== 'fixed') return undefined;
  return [{ ...field, bytes: fixed(changed(unfixed(field.bytes), value), field.bytes.length) }];
}

function changed(before: bigint, change: number | { readonly add: number }): bigint {
  return typeof change === 'number' ? BigInt(change) : before + BigInt(change.add);
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

/** A field that can be changed, with its number when it is one. */
export interface Spot {
  readonly place: Place;
  readonly value?: bigint;
}

/** Levels of messages in a message: CRIU's own have fewer than 10. */
const MAX_LEVELS = 32;

/** All fields of a message, those of messages in it too; what reads as a message is taken for one. */
export function findSpots(bytes: Uint8Array, levels: number = MAX_LEVELS): Spot[] {
  const seen = new Map<number, number>();
  return (readMessage(bytes) ?? []).flatMap((field) => {
    const { number } = field;
    const nth = seen.get(number) ?? 0;
    seen.set(number, nth + 1);
    const place = [{ number, nth }];
    if (field.type === 'varint') return [{ place, value: field.value }];
    if (field.type === 'fixed') return [{ place, value: unfixed(field.bytes) }];
    const inner = field.bytes.length > 0 && levels > 1 ? findSpots(field.bytes, levels - 1) : [];
    return [{ place }, ...inner.map((spot) => ({ ...spot, place: [...place, ...spot.place] }))];
  });
}

function unfixed(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes.length === 8 ? view.getBigUint64(0, true) : BigInt(view.getUint32(0, true));
}

function fixed(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  if (length === 8) view.setBigUint64(0, BigInt.asUintN(64, value), true);
  else view.setUint32(0, Number(BigInt.asUintN(32, value)), true);
  return bytes;
}
