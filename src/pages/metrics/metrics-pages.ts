import { AppError } from '../../lib/errors.ts';
import { metricQuerySchema, queryOf } from '../../routes/metrics.ts';
import { CSV_HEADERS, metricsCsv, reportShape } from '../../routes/metrics-shape.ts';
import { BUSINESSES_OFFERED } from '../console/console-fields.tsx';
import { page } from '../layout.tsx';
import { createPages } from '../page-router.ts';
import { sayError } from '../texts/sentences.ts';
import type { PageContext } from '../view.ts';
import { DashboardPage } from './dashboard.tsx';

export const metricPages = createPages();

metricPages.get('/admin/metrics/rag-pilot', async (c) => {
  const { services, view } = c.var;
  const asked = readQuery(c);
  const problem = await problemOf(c, asked.businessId);
  const query = problem === null ? asked : { ...asked, businessId: undefined };
  const read = queryOf(query);
  const [report, series, businesses, names, now] = await Promise.all([
    services.readMetrics(read),
    services.readMetricSeries(read),
    services.readBusinessMetrics({ ...read, businessId: undefined }),
    services.listBusinesses({ limit: BUSINESSES_OFFERED }),
    services.readRolloutNow(read),
  ]);
  const { window, businessId, arm } = query;
  const address = new URLSearchParams({
    window: window.text,
    ...(businessId ? { businessId } : {}),
    ...(arm ? { arm } : {}),
  });
  const data = {
    query: { window: window.text, businessId, arm },
    report,
    series,
    businesses,
    now,
    names: names.map(({ id, name }) => ({ id, name })),
    csv: `/admin/metrics/rag-pilot.csv?${address}`,
    problem,
    page: Math.max(0, Math.floor(Number(c.req.query('page') ?? 0)) || 0),
  };
  return c.html(page(DashboardPage({ view, data })));
});

metricPages.get('/admin/metrics/rag-pilot.csv', async (c) => {
  const query = readQuery(c);
  const report = await c.var.services.readMetrics(queryOf(query));
  return c.body(metricsCsv(reportShape(report, query.window.text, query.pipelineVersion ?? null)), 200, CSV_HEADERS);
});

/** Why the business that was typed cannot be shown. */
async function problemOf(c: PageContext, businessId: string | undefined): Promise<string | null> {
  if (businessId === undefined) return null;
  try {
    await c.var.services.findBusiness(businessId);
    return null;
  } catch (error) {
    if (error instanceof AppError) return sayError(c.var.view, error);
    throw error;
  }
}

/** Pickers send empty fields for "all"; an address that was typed wrong shows the plain page. */
function readQuery(c: PageContext) {
  const given = Object.fromEntries(Object.entries(c.req.query()).filter(([, value]) => value !== ''));
  const parsed = metricQuerySchema.safeParse(given);
  return parsed.success ? parsed.data : metricQuerySchema.parse({});
}
