import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attributes } from '@opentelemetry/api';
import type { Logger } from 'pino';
import { version } from '../config/version.ts';
import type { Step } from '../database/observe.ts';
import { codeOf, OperatorError } from '../errors/errors.ts';
import type { TraceRequest } from '../http/server.ts';

/** Traces by OpenTelemetry, sent over OTLP/HTTP to where its environment variables say. */
export type Tracing = {
  traceRequest: TraceRequest;
  /** Sends what has not been sent yet. */
  close(): Promise<void>;
};

/** How long the last traces may take, in ms. */
const closeTimeoutMs = 2_000;
/** How often a collector that cannot be reached is worth a line in the log, in ms. */
const warningMs = 60_000;

/**
 * Starts to trace requests: one span for the request, and in it one for its operation, each wait for a connection and each
 * round trip to the database. They have names, codes and statements, whose values are apart; nothing that a person typed.
 */
export async function createTracing(options: {
  /** What this deployment is called. */
  environment: string;
  log: Logger;
}): Promise<Tracing> {
  const { api, core, resources, sdk, exporter } = await loadPackages();
  const { SpanKind, SpanStatusCode, trace } = api;
  core.setGlobalErrorHandler(createWarning(options.log));

  const resource = resources
    .defaultResource()
    .merge(
      resources.resourceFromAttributes({
        'service.name': 'epic-server',
        'service.version': version(),
        'service.instance.id': randomUUID(),
        'deployment.environment.name': options.environment,
      }),
    )
    .merge(resources.detectResources({ detectors: [resources.envDetector] }));
  const provider = new sdk.BasicTracerProvider({
    resource,
    spanProcessors: [new sdk.BatchSpanProcessor(new exporter.OTLPTraceExporter())],
  });
  const tracer = provider.getTracer('epic-server', version());
  const propagator = new core.W3CTraceContextPropagator();

  return {
    traceRequest(request, context) {
      const { method = '' } = request;
      const caller = propagator.extract(
        api.ROOT_CONTEXT,
        request.headers,
        api.defaultTextMapGetter,
      );
      const span = tracer.startSpan(
        `${method} /graphql`,
        {
          kind: SpanKind.SERVER,
          attributes: {
            'http.request.method': method,
            'http.route': '/graphql',
            'epic.request.id': context.id,
          },
        },
        caller,
      );
      if (span.isRecording()) context.trace = span.spanContext().traceId;
      const outermost = trace.setSpan(caller, span);
      let current = outermost;
      return {
        begin(step, about) {
          const inner = spanOf(step, about);
          if (inner === null) return () => undefined;
          const { name, attributes, isClient } = inner;
          const kind = isClient ? SpanKind.CLIENT : SpanKind.INTERNAL;
          const child = tracer.startSpan(name, { kind, attributes }, current);
          if (step === 'execution') current = trace.setSpan(outermost, child);
          return (error) => {
            if (step === 'execution') current = outermost;
            if (error !== undefined) {
              child.setAttribute('error.type', codeOf(error) ?? 'Error');
              child.setStatus({ code: SpanStatusCode.ERROR });
            }
            child.end();
          };
        },
        end({ status, codes, isCut }) {
          span.setAttribute('epic.role', context.claims?.department ?? 'anonymous');
          if (context.operation) span.setAttribute('graphql.operation.name', context.operation);
          if (status !== null) span.setAttribute('http.response.status_code', status);
          const [code = isCut ? 'CUT' : undefined] = codes;
          if (code !== undefined) span.setAttribute('error.type', code);
          // the others are answers to the caller
          const isFault = codes.some((each) => each === 'INTERNAL' || each === 'UNAVAILABLE');
          if (isFault) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },

    async close() {
      const timeout = sleep(closeTimeoutMs, undefined, { ref: false });
      await Promise.race([provider.shutdown().catch(() => undefined), timeout]);
    },
  };
}

async function loadPackages() {
  try {
    const [api, core, resources, sdk, exporter] = await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/core'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/exporter-trace-otlp-proto'),
    ]);
    return { api, core, resources, sdk, exporter };
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new OperatorError(
      'Traces are configured (OTEL_EXPORTER_OTLP_ENDPOINT), and the packages of OpenTelemetry are not installed.',
      'Install the optional dependencies of epic-server (npm ci without --omit=optional), or unset the variable.',
      error,
    );
  }
}

function spanOf(
  step: Step,
  about: readonly string[],
): { name: string; attributes: Attributes; isClient?: boolean } | null {
  switch (step) {
    case 'token':
      return null;
    case 'wait':
      return { name: 'wait for a connection', attributes: {} };
    case 'execution': {
      const [kind = '', name = ''] = about;
      return {
        name: `${kind} ${name}`.trim(),
        attributes: {
          'graphql.operation.type': kind,
          ...(name !== '' && { 'graphql.operation.name': name }),
        },
      };
    }
    case 'database': {
      const [first = ''] = about;
      return {
        name: about.length === 1 ? (/\w+/.exec(first)?.[0] ?? 'statement') : 'BATCH',
        attributes: {
          'db.system.name': 'postgresql',
          'db.query.text': about.join(';\n'),
          ...(about.length > 1 && { 'db.operation.batch.size': about.length }),
        },
        isClient: true,
      };
    }
  }
}

/** For errors of the exporter, which come every few seconds while it cannot export. */
function createWarning(log: Logger): (error: unknown) => void {
  let warnedAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    const isFrequent = performance.now() - warnedAt < warningMs;
    if (!isFrequent) warnedAt = performance.now();
    log[isFrequent ? 'debug' : 'warn']({ err: error }, 'traces could not be sent, and are dropped');
  };
}
