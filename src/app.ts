import { html } from 'hono/html';
import { secureHeaders } from 'hono/secure-headers';
import { authenticate } from './access/authenticate.ts';
import { namedActor } from './access/named-actor.ts';
import { AppError, ERROR_CODES } from './lib/errors.ts';
import { newId } from './lib/ids.ts';
import { docsPage } from './pages/docs.tsx';
import { adminRoutes } from './routes/admin.ts';
import { alertRoutes } from './routes/alerts.ts';
import { type ApiContext, createRouter } from './routes/api.ts';
import { backfillRoutes } from './routes/backfills.ts';
import { draftRoutes } from './routes/drafts.ts';
import { guardrailRoutes } from './routes/guardrails.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { limitBody } from './routes/limit-body.ts';
import { messageRoutes } from './routes/messages.ts';
import { metricRoutes } from './routes/metrics.ts';
import { operationsRoutes } from './routes/operations.ts';
import { privacyRoutes } from './routes/privacy.ts';
import { probeRoutes } from './routes/probes.ts';
import { rampRoutes } from './routes/ramps.ts';
import { recordRoutes } from './routes/records.ts';
import { rollbackRoutes } from './routes/rollbacks.ts';
import type { Services } from './services.ts';

const RATE_LIMIT_SECONDS = 60;
const CLOSED = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The HTTP application over given services: middleware in order, then the routers. */
export function createApp(services: Services) {
  const app = createRouter();
  let described: ReturnType<typeof describeApi> | undefined;

  app.use(async (c, next) => {
    c.set('services', services);
    c.set('requestId', newId('req', services.clock()));
    c.header('X-Request-Id', c.var.requestId);
    await next();
  });
  app.use(closedByDefault);
  app.use(secureHeaders({ xFrameOptions: 'DENY', referrerPolicy: 'no-referrer' }));

  app.get('/openapi.json', (c) => c.json(openApiDocument()));
  app.get('/docs', (c) => c.html(html`<!doctype html>${docsPage(openApiDocument())}`));

  app.use('/v1/*', (c, next) => access(c, next));
  app.use('/admin/api/*', (c, next) => access(c, next));
  app.use('/v1/*', limitBody(services.config));
  app.use('/admin/api/*', limitBody(services.config));

  app.route('/', messageRoutes);
  app.route('/', recordRoutes);
  app.route('/', draftRoutes);
  app.route('/', adminRoutes);
  app.route('/', backfillRoutes);
  app.route('/', rollbackRoutes);
  app.route('/', rampRoutes);
  app.route('/', operationsRoutes);
  app.route('/', privacyRoutes);
  app.route('/', metricRoutes);
  app.route('/', guardrailRoutes);
  app.route('/', alertRoutes);
  app.route('/', incidentRoutes);
  app.route('/', probeRoutes);

  app.notFound((c) => envelope(c, unknownRoute(c)));
  app.onError((error, c) => envelope(c, known(error, c)));
  return app;

  async function access(c: ApiContext, next: () => Promise<void>): Promise<void> {
    const actor = await authenticate(
      { db: services.db, adminKey: services.config.adminKey },
      c.req.header('authorization'),
    );
    c.set('actor', namedActor(actor, c.req.header('x-draftgate-actor')));
    if (actor.kind === 'key') {
      const { success } = await services.rateLimit.limit({ key: actor.keyId });
      if (!success) {
        throw new AppError('RATE_LIMITED', 'Too many requests with this key.', {
          retryAfterSeconds: RATE_LIMIT_SECONDS,
        });
      }
    }
    await next();
  }

  /** 405 with Allow where the address takes another method. */
  function unknownRoute(c: ApiContext): AppError {
    const allowed = METHODS.filter((method) =>
      app.router.match(method, c.req.path)[0].some(([[, route]]) => route.method !== 'ALL'),
    );
    if (allowed.length === 0) return new AppError('NOT_FOUND', 'There is nothing at this address.');
    c.header('Allow', allowed.join(', '));
    return new AppError('METHOD_NOT_ALLOWED', 'This address does not take this method; see Allow.');
  }

  /** Made once: nobody needs a key to ask for it. */
  function openApiDocument() {
    described ??= describeApi();
    return described;
  }

  function describeApi() {
    const document = app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: { title: 'Draftgate', version: '1', description: 'Grounded reply drafts for customers’ e-mails.' },
      security: [{ key: [] }],
    });
    document.components = {
      ...document.components,
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key, or the admin key; with the latter, X-Draftgate-Actor names the person who acts.',
        },
      },
    };
    return document;
  }
}

/** An answer that says nothing else of it is no page: it loads nothing, stands in no frame, and is kept nowhere. */
async function closedByDefault(c: ApiContext, next: () => Promise<void>): Promise<void> {
  await next();
  const { headers } = c.res;
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', CLOSED);
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
}

/** What a caller is told. Whatever nobody expected has a fixed text; its class name alone is logged. */
function known(error: Error, c: ApiContext): AppError {
  if (error instanceof AppError) return error;
  // An HTTPException of the validators: what they throw at text that is not JSON. Bundles may hold two copies of the class.
  if ('getResponse' in error && 'status' in error && error.status === 400) {
    return new AppError('INVALID_REQUEST', 'The body of the request is not valid JSON.');
  }
  c.var.services.logger.error('request.failed', {
    requestId: c.var.requestId,
    error: error.name,
    path: c.req.routePath,
  });
  return new AppError('INTERNAL', 'Something went wrong on our side.');
}

function envelope(c: ApiContext, error: AppError) {
  const { status } = ERROR_CODES[error.code];
  if (error.retryAfterSeconds !== undefined) c.header('Retry-After', String(error.retryAfterSeconds));
  if (error.code === 'UNAUTHENTICATED') c.header('WWW-Authenticate', 'Bearer');
  const details = error.details === undefined ? {} : { details: error.details };
  return c.json(
    { error: { code: error.code, message: error.message, requestId: c.var.requestId ?? '', ...details } },
    status,
  );
}
