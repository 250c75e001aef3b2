import { every } from 'hono/combine';
import { secureHeaders } from 'hono/secure-headers';
import { authenticate, requireAdmin } from './access/authenticate.ts';
import { ACCESS_HEADER } from './access/cloudflare-access.ts';
import { namedActor } from './access/named-actor.ts';
import { AppError, ERROR_CODES } from './lib/errors.ts';
import { newId } from './lib/ids.ts';
import { assetRoutes } from './pages/assets.ts';
import { auditPages } from './pages/console/audit.tsx';
import { backfillPages } from './pages/console/backfills.tsx';
import { businessPages } from './pages/console/businesses.tsx';
import { experimentPages } from './pages/console/experiments.tsx';
import { keyPages } from './pages/console/keys.tsx';
import { overviewPages } from './pages/console/overview.tsx';
import { pilotPages } from './pages/console/pilots.tsx';
import { rampPages } from './pages/console/ramps.tsx';
import { rollbackPages } from './pages/console/rollbacks.tsx';
import { watchPages } from './pages/console/watch.tsx';
import { DocsPage } from './pages/docs.tsx';
import { ErrorPage } from './pages/error-page.tsx';
import { inboxPages } from './pages/inbox/inbox-pages.tsx';
import { keepUnsent } from './pages/keep-unsent.tsx';
import { page } from './pages/layout.tsx';
import { metricPages } from './pages/metrics/metrics-pages.ts';
import { operator, pageSetUp, plainView, reviewer } from './pages/page-router.ts';
import { signInPages } from './pages/sign-in.tsx';
import type { PageContext } from './pages/view.ts';
import { adminRoutes } from './routes/admin.ts';
import { alertRoutes } from './routes/alerts.ts';
import { type ApiContext, createRouter } from './routes/api.ts';
import { backfillRoutes } from './routes/backfills.ts';
import { draftRoutes } from './routes/drafts.ts';
import { guardrailRoutes } from './routes/guardrails.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { limitBody } from './routes/limit-body.ts';
import { messageRoutes } from './routes/messages.ts';
import { answerMetrics, metricRoutes } from './routes/metrics.ts';
import { operationsRoutes } from './routes/operations.ts';
import { privacyRoutes } from './routes/privacy.ts';
import { probeRoutes } from './routes/probes.ts';
import { rampRoutes } from './routes/ramps.ts';
import { recordRoutes } from './routes/records.ts';
import { rollbackRoutes } from './routes/rollbacks.ts';
import type { Services } from './services.ts';

const CONSOLE = [
  overviewPages,
  businessPages,
  pilotPages,
  experimentPages,
  rollbackPages,
  rampPages,
  watchPages,
  backfillPages,
  auditPages,
  keyPages,
];
const setUpPage = every(...pageSetUp);
const RATE_LIMIT_SECONDS = 60;
const CLOSED = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/** No inline script or style, nothing from elsewhere, nobody's frame. */
const PAGE =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
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
  // No column takes a NUL, and nobody types one.
  app.use(async (c, next) => {
    if (/%00/.test(c.req.url))
      throw new AppError('INVALID_REQUEST', 'There is a character in it that no text can hold.');
    await next();
  });
  // The page's address answers numbers to whoever asks for JSON, with a key as the API does.
  app.get('/admin/metrics/rag-pilot', async (c, next) => {
    if (!asksForJson(c)) return next();
    await access(c, async () => {});
    requireAdmin(c.var.actor);
    return answerMetrics(c);
  });
  app.use(async (c, next) => (isPage(c.req.path) ? setUpPage(c as unknown as PageContext, next) : next()));
  app.use('/inbox/*', (c, next) => reviewer(c as unknown as PageContext, next));
  app.use('/admin/*', (c, next) => (isApi(c.req.path) ? next() : operator(c as unknown as PageContext, next)));
  app.get('/', (c) => c.redirect('/inbox', 303));

  app.get('/openapi.json', (c) => c.json(openApiDocument()));
  app.get('/docs', (c) => {
    const { view } = (c as unknown as PageContext).var;
    return c.html(page(DocsPage({ view, document: openApiDocument(), base: new URL(c.req.url).origin })));
  });

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
  app.route('/', assetRoutes);
  app.route('/', signInPages);
  app.route('/', inboxPages);
  app.route('/', metricPages);
  for (const pages of CONSOLE) {
    app.route('/', pages);
  }

  app.notFound((c) => refuse(c, unknownRoute(c)));
  app.onError((error, c) => refuse(c, known(error, c)));
  return app;

  async function access(c: ApiContext, next: () => Promise<void>): Promise<void> {
    const assertion = c.req.header(ACCESS_HEADER);
    const authorization = c.req.header('authorization');
    // A key that is sent goes first: Access may stand before every path, also for integrators with keys.
    if (authorization === undefined && assertion !== undefined && services.verifyAccess !== undefined) {
      refuseForeignSite(c);
      c.set('actor', (await services.verifyAccess(assertion)).actor);
      return next();
    }
    const actor = await authenticate({ db: services.db, adminKey: services.config.adminKey }, authorization);
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

function asksForJson(c: ApiContext): boolean {
  const accept = c.req.header('accept') ?? '';
  if (accept.includes('text/html')) return false;
  return accept.includes('json') || c.req.header('authorization') !== undefined;
}

function isPage(path: string): boolean {
  return /^\/(?:$|(?:sign-in|sign-out|preferences|docs|inbox|admin)(?:\/|$))/.test(path) && !isApi(path);
}

function isApi(path: string): boolean {
  return /^\/(?:v1|admin\/api)(?:\/|$)/.test(path);
}

/** An Access session is a cookie: a request that another site made carries it too. */
function refuseForeignSite(c: ApiContext): void {
  if (c.req.method === 'GET') return;
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  const foreign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && origin !== new URL(c.req.url).origin);
  if (foreign) throw new AppError('FORBIDDEN', 'This request comes from another site.');
}

/** An error as its reader needs it: a page for browsers, the envelope for everybody else and for the API. */
async function refuse(c: ApiContext, error: AppError): Promise<Response> {
  const wantsPage = !isApi(c.req.path) && (c.req.header('accept') ?? '').includes('text/html');
  if (!wantsPage) return envelope(c, error);
  const { status } = ERROR_CODES[error.code];
  if (error.retryAfterSeconds !== undefined) c.header('Retry-After', String(error.retryAfterSeconds));
  const pageContext = c as unknown as PageContext;
  const view = pageContext.var.view ?? plainView(pageContext);
  return (
    (await keepUnsent(pageContext, error)) ??
    c.html(page(ErrorPage({ view, status, code: error.code, requestId: c.var.requestId })), status)
  );
}

/** A page loads its own styles and scripts, anything else nothing; neither stands in a frame, nor is it kept unless it says so. */
async function closedByDefault(c: ApiContext, next: () => Promise<void>): Promise<void> {
  await next();
  const { headers } = c.res;
  const isHtml = headers.get('content-type')?.startsWith('text/html') === true;
  headers.set('content-security-policy', isHtml ? PAGE : CLOSED);
  // Browsers send no Origin with a form of a page that has no-referrer.
  if (isHtml) headers.set('referrer-policy', 'same-origin');
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
}

/** What a caller is told. Whatever nobody expected has a fixed text; its class name alone is logged. */
function known(error: Error, c: ApiContext): AppError {
  if (error instanceof AppError) return error;
  // An HTTPException of the validators: what they throw at text that is not JSON. Bundles may hold two copies of the class.
  if ('getResponse' in error && 'status' in error && error.status === 400) {
    return new AppError('INVALID_REQUEST', 'The body of the request is not valid JSON.');
  }
  if ('getResponse' in error && 'status' in error && error.status === 403) {
    return new AppError('FORBIDDEN', 'This request comes from another site.');
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
