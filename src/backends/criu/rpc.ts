/** Requests to CRIU, and its answers, as protobuf: images/rpc.proto. */
import type { CriuOptionWords, OptionWord } from '../../model/criu-options.ts';
import type { RoundCall } from '../../model/criu-rounds.ts';
import { parseSize, RPC_FIELDS, type RpcField } from '../../model/criu-rpc.ts';
import type { CriuResponse } from '../../record/criu.ts';
import { type Field, readMessage, writeMessage } from './images/wire.ts';

/** criu_req_type. */
const TYPES: Readonly<Record<RoundCall, number>> = { dump: 1, restore: 2, 'pre-dump': 4 };
const NOTIFY = 6;
/** criu_req. */
const REQUEST = { type: 1, opts: 2, notifySuccess: 3 } as const;
/** criu_opts; the others are in RPC_FIELDS. */
const OPTS = {
  images: 1,
  pid: 2,
  logLevel: 9,
  logFile: 10,
  pageServer: 11,
  notify: 12,
  parent: 14,
  work: 17,
  lazyPages: 48,
  unprivileged: 67,
} as const;
/** criu_page_server_info. */
const PAGE_SERVER = { address: 1, port: 2 } as const;
/** criu_resp and criu_notify. */
const RESPONSE = { type: 1, success: 2, notify: 5, errno: 7, message: 9 } as const;
const SCRIPT = 1;
const ERRORS_AND_WARNINGS = 2;
/** Descriptors of the agent that its folders have there: IMAGES_FD and WORK_FD of agent/agent.h. */
const IMAGES_FD = 100;
const WORK_FD = 101;

export interface RpcCall {
  readonly of: RoundCall;
  /** The name of its log. */
  readonly log: string;
  readonly options: CriuOptionWords;
  readonly hooks: boolean;
  readonly unprivileged: boolean;
  readonly root?: number | undefined;
  /** The folder, beside that of the images, of the pre-dump that it follows. */
  readonly parent?: string | undefined;
  /** The port of its page server; `lazy`: it has a lazy-pages daemon. */
  readonly server?: number | 'lazy' | undefined;
}

/** A request. */
export function writeRequest({ of, log, options, hooks, unprivileged, root, parent, server }: RpcCall): Uint8Array {
  const opts: Field[] = [
    number(OPTS.images, IMAGES_FD),
    number(OPTS.work, WORK_FD),
    number(OPTS.logLevel, ERRORS_AND_WARNINGS),
    text(OPTS.logFile, log),
    ...(root === undefined ? [] : [number(OPTS.pid, root)]),
    ...(parent === undefined ? [] : [text(OPTS.parent, `../${parent}`)]),
    ...(hooks ? [number(OPTS.notify, 1)] : []),
    ...(unprivileged ? [number(OPTS.unprivileged, 1)] : []),
    ...(server === 'lazy' ? [number(OPTS.lazyPages, 1)] : []),
    ...(typeof server === 'number'
      ? [message(OPTS.pageServer, [text(PAGE_SERVER.address, '127.0.0.1'), number(PAGE_SERVER.port, server)])]
      : []),
    ...Object.entries(options).flatMap(([name, value]) => writeOption(RPC_FIELDS[name]!, value)),
  ];
  return writeMessage([number(REQUEST.type, TYPES[of]), message(REQUEST.opts, opts)]);
}

/** The answer to the news of a stage: an action script would end with 0, or fail. */
export function writeNotified(success: boolean): Uint8Array {
  return writeMessage([number(REQUEST.type, NOTIFY), number(REQUEST.notifySuccess, success ? 1 : 0)]);
}

/** What CRIU sends: the news of a stage, or the result of its call. Undefined for bytes that are neither. */
export function readResponse(
  bytes: Uint8Array,
): { readonly stage: string } | { readonly result: CriuResponse } | undefined {
  const fields = readMessage(bytes);
  if (!fields) return undefined;
  const one = (wanted: number): Field | undefined => fields.find((field) => field.number === wanted);
  const type = asNumber(one(RESPONSE.type));
  if (type === NOTIFY) {
    const stage = asText(readMessage(asBytes(one(RESPONSE.notify)))?.find((field) => field.number === SCRIPT));
    return stage === undefined ? undefined : { stage };
  }
  const success = asNumber(one(RESPONSE.success));
  if (success === undefined) return undefined;
  const errno = asNumber(one(RESPONSE.errno));
  const said = asText(one(RESPONSE.message));
  return {
    result: {
      success: success !== 0,
      ...(errno !== undefined && { errno }),
      ...(said !== undefined && { message: said }),
    },
  };
}

function writeOption({ number: field, value: kind }: RpcField, value: OptionWord): Field[] {
  if (value === false) return [];
  const values = (Array.isArray(value) ? value : [value]).map(String);
  switch (kind) {
    case 'flag':
      return [number(field, 1)];
    case 'number':
      return [number(field, Number(value))];
    case 'size':
      return [number(field, parseSize(value)!)];
    case 'text':
    case 'list':
      return values.map((one) => text(field, one));
    case 'cgroup-root':
      return values.map((one) => {
        const [, controller, path] = /^(?:([^/:]*):)?(.*)$/.exec(one)!;
        return message(field, [...(controller ? [text(1, controller)] : []), text(2, path!)]);
      });
    default:
      return [number(field, kind[String(value)]!)];
  }
}

function number(field: number, value: number): Field {
  return { number: field, type: 'varint', value: BigInt(value) };
}

function text(field: number, value: string): Field {
  return { number: field, type: 'bytes', bytes: Buffer.from(value, 'utf8') };
}

function message(field: number, fields: readonly Field[]): Field {
  return { number: field, type: 'bytes', bytes: writeMessage(fields) };
}

/** An int32: negative ones have all 64 bits. */
function asNumber(field: Field | undefined): number | undefined {
  return field?.type === 'varint' ? Number(BigInt.asIntN(32, field.value)) : undefined;
}

function asBytes(field: Field | undefined): Uint8Array {
  return field?.type === 'bytes' ? field.bytes : new Uint8Array();
}

function asText(field: Field | undefined): string | undefined {
  return field?.type === 'bytes' ? Buffer.from(field.bytes).toString('utf8') : undefined;
}
