import { metricQuerySchema, queryOf } from '../../routes/metrics.ts';
import { CSV_HEADERS, metricsCsv, reportShape } from '../../routes/metrics-shape.ts';
import { page } from '../layout.tsx';
import { createPages } from '../page-router.ts';
import type { PageContext } from '../view.ts';
import { DashboardPage } from './dashboard.tsx';

const NAMES_LISTED = 500;

export const metricPages = createPages();

metricPages.get('/admin/metrics/rag-pilot', async (c) => {
  const { services, view } = c.var;
  const query = readQuery(c);
  const read = queryOf(query);
  const [report, series, businesses, names] = await Promise.all([
    services.readMetrics(read),
    services.readMetricSeries(read),
    services.readBusinessMetrics({ ...read, businessId: undefined }),
    services.listBusinesses({ limit: NAMES_LISTED }),
  ]);
  const { window, businessId, arm } = query;
  const asked = new URLSearchParams({
    window: window.text,
    ...(businessId ? { businessId } : {}),
    ...(arm ? { arm } : {}),
  });
  const data = {
    query: { window: window.text, businessId, arm },
    report,
    series,
    businesses,
    names: names.map(({ id, name }) => ({ id, name })),
    csv: `/admin/metrics/rag-pilot.csv?${asked}`,
  };
  return c.html(page(DashboardPage({ view, data })));
});

metricPages.get('/admin/metrics/rag-pilot.csv', async (c) => {
  const query = readQuery(c);
  const report = await c.var.services.readMetrics(queryOf(query));
  return c.body(metricsCsv(reportShape(report, query.window.text, query.pipelineVersion ?? null)), 200, CSV_HEADERS);
});

/** Pickers send empty fields for "all"; an address that was typed wrong shows the plain page. */
function readQuery(c: PageContext) {
  const given = Object.fromEntries(Object.entries(c.req.query()).filter(([, value]) => value !== ''));
  const parsed = metricQuerySchema.safeParse(given);
  return parsed.success ? parsed.data : metricQuerySchema.parse({});
}
