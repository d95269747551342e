import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

/** A span as a collector gets it. */
export interface Span {
  traceId: string;
  spanId: string;
  /** Empty for the first of a trace. */
  parentId: string;
  name: string;
  /** 1 internal, 2 server, 3 client. */
  kind: number;
  attributes: Record<string, string | number>;
  /** 2 for an error. */
  status: number;
  statusMessage: string;
  /** Of its server. */
  resource: Record<string, string | number>;
}

/** Stands in for an OpenTelemetry collector: a real one, on the loopback address. */
export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  url: string;
  spans: Span[];
  /** Everything that it was sent. */
  received: Buffer[];
  stop(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: Span[] = [];
  const received: Buffer[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const isZipped = request.headers['content-encoding'] === 'gzip';
    if (
      request.url === '/v1/traces' &&
      request.headers['content-type'] === 'application/x-protobuf'
    ) {
      const message = isZipped ? gunzipSync(body) : body;
      received.push(message);
      spans.push(...spansOf(message));
      response.setHeader('content-type', 'application/x-protobuf').end();
    } else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    received,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An ExportTraceServiceRequest of opentelemetry/proto/collector/trace/v1/trace_service.proto. */
function spansOf(message: Buffer): Span[] {
  return messagesAt(fieldsOf(message), 1).flatMap((resourceSpans) => {
    const [about] = messagesAt(resourceSpans, 1);
    const resource = about ? attributesOf(about, 1) : {};
    return messagesAt(resourceSpans, 2)
      .flatMap((scopeSpans) => messagesAt(scopeSpans, 2))
      .map((span) => {
        const [status] = messagesAt(span, 15);
        return {
          traceId: bytesAt(span, 1).toString('hex'),
          spanId: bytesAt(span, 2).toString('hex'),
          parentId: bytesAt(span, 4).toString('hex'),
          name: bytesAt(span, 5).toString(),
          kind: Number(span.get(6)?.[0] ?? 0),
          attributes: attributesOf(span, 9),
          status: Number(status?.get(3)?.[0] ?? 0),
          statusMessage: status ? bytesAt(status, 2).toString() : '',
          resource,
        };
      });
  });
}

type Fields = Map<number, (Buffer | bigint)[]>;

/** The fields of a message in the format of protocol buffers. */
function fieldsOf(message: Buffer): Fields {
  const fields: Fields = new Map();
  let position = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(position);
      position += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const bytes = (length: number) => {
    position += length;
    return message.subarray(position - length, position);
  };
  const readValue = (wireType: number) => {
    if (wireType === 0) return varint();
    if (wireType === 1) return bytes(8);
    if (wireType === 2) return bytes(Number(varint()));
    if (wireType === 5) return bytes(4);
    throw new Error(`A field of the wire type ${wireType}.`);
  };
  while (position < message.length) {
    const tag = Number(varint());
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), readValue(tag & 7)]);
  }
  return fields;
}

const bytesAt = (fields: Fields, number: number) =>
  (fields.get(number)?.[0] as Buffer | undefined) ?? Buffer.alloc(0);

const messagesAt = (fields: Fields, number: number) =>
  (fields.get(number) ?? []).map((value) => fieldsOf(value as Buffer));

function attributesOf(fields: Fields, number: number): Record<string, string | number> {
  return Object.fromEntries(
    messagesAt(fields, number).map((pair) => {
      const value = fieldsOf(bytesAt(pair, 2));
      const isText = value.has(1);
      return [
        bytesAt(pair, 1).toString(),
        isText ? bytesAt(value, 1).toString() : Number(value.get(3)?.[0]),
      ];
    }),
  );
}
