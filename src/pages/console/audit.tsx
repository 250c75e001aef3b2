import type { AuditFilter, AuditRow } from '../../audit/list-audit.ts';
import { toCsv } from '../../lib/csv.ts';
import { AppError } from '../../lib/errors.ts';
import { EmptyState, Field, Notice, Pager, Time } from '../components.tsx';
import { page } from '../layout.tsx';
import { createPages } from '../page-router.ts';
import type { PageContext } from '../view.ts';
import { BUSINESSES_OFFERED, BusinessField } from './console-fields.tsx';
import { ConsoleFrame } from './console-frame.tsx';
import { beforeOf, paged } from './paging.ts';
import { instantIn, isZone, zoneOfRequest } from './zone.ts';

const PAGE = 50;
/** Offered while one types; any other may be typed. */
const ACTIONS = [
  'alert.test',
  'api-key.create',
  'api-key.revoke',
  'backfill.cancel',
  'backfill.retry',
  'backfill.start',
  'business.create',
  'business.delete',
  'business.export',
  'business.update',
  'customer.erase',
  'feature.change',
  'guardrail.change',
  'incident.close',
  'incident.note',
  'incident.open',
  'pilot.enrol',
  'pilot.remove',
  'pilot.update',
  'ramp.abort',
  'ramp.advance',
  'ramp.approve',
  'ramp.create',
  'ramp.pause',
  'ramp.resume',
  'ramp.rolled-back',
  'ramp.start',
  'rollback',
  'rollback.restore',
  'rollback.restore-request',
];
const FIELDS = ['actor', 'action', 'businessId', 'from', 'to'] as const;
const CSV_HEADER = ['at', 'action', 'actor', 'businessId', 'reason', 'before', 'after', 'requestId'];

export const auditPages = createPages();

auditPages.get('/admin/audit', async (c) => {
  const { services, view } = c.var;
  const { t } = view;
  const { asked, zone, filter, problems } = readFilter(c);
  const [rows, businesses] = await Promise.all([
    problems.length > 0 ? [] : services.listAudit({ ...filter, ...beforeOf(c), limit: PAGE + 1 }),
    services.listBusinesses({ limit: BUSINESSES_OFFERED }),
  ]);
  const { shown, first, next } = paged(c, rows, PAGE, ({ id }) => id);
  const csv = new URLSearchParams({ ...asked, zone });
  return c.html(
    page(
      <ConsoleFrame view={view} path="/admin/audit" title={t('console.audit')} zone={zone}>
        <form method="get" class="card">
          <div class="row">
            <Field id="actor" label={t('audit.actor')}>
              <input id="actor" name="actor" value={asked.actor ?? ''} maxlength={200} />
            </Field>
            <Field id="action" label={t('audit.action')}>
              <input
                id="action"
                name="action"
                list="action-list"
                value={asked.action ?? ''}
                maxlength={100}
                autocomplete="off"
              />
              <datalist id="action-list">
                {ACTIONS.map((action) => (
                  <option value={action} />
                ))}
              </datalist>
            </Field>
            <BusinessField
              view={view}
              name="businessId"
              label="audit.business"
              value={asked.businessId ?? ''}
              businesses={businesses}
            />
          </div>
          <div class="row">
            <Field id="from" label={t('audit.from')}>
              <input id="from" name="from" type="datetime-local" value={asked.from ?? ''} />
            </Field>
            <Field id="to" label={t('audit.to')}>
              <input id="to" name="to" type="datetime-local" value={asked.to ?? ''} />
            </Field>
            <Field id="zone" label={t('audit.zone')}>
              <input id="zone" name="zone" value={zone} maxlength={60} aria-describedby="zone-hint" />
            </Field>
          </div>
          <p class="hint" id="zone-hint">
            {t('audit.zoneHint')}
          </p>
          <p class="row">
            <button type="submit" class="primary">
              {t('audit.filter')}
            </button>
            <a class="button" href="/admin/audit">
              {t('audit.clear')}
            </a>
            {problems.length > 0 ? null : (
              <a class="button" href={`/admin/audit.csv?${csv}`} download="audit.csv">
                {t('audit.csv')}
              </a>
            )}
          </p>
        </form>
        {problems.map((words) => (
          <Notice tone="bad" title={words} />
        ))}
        {problems.length > 0 ? null : shown.length === 0 ? (
          <EmptyState title={t('audit.empty')} />
        ) : (
          <ul class="markers">
            {shown.map(({ at, action, actor, businessId, reason, before, after }) => (
              <li>
                <Time view={view} at={at} zone={zone} /> <strong>{action}</strong> {t('console.by', { who: actor })}{' '}
                {businessId === null ? null : (
                  <>
                    · <a href={`/admin/businesses/${encodeURIComponent(businessId)}`}>{businessId}</a>{' '}
                  </>
                )}
                {reason === null ? null : `· ${reason}`}
                <details>
                  <summary>{t('audit.details')}</summary>
                  <pre>{JSON.stringify({ before, after }, null, 2)}</pre>
                </details>
              </li>
            ))}
          </ul>
        )}
        <Pager view={view} first={first} next={next} />
      </ConsoleFrame>,
    ),
  );
});

auditPages.get('/admin/audit.csv', (c) => {
  const { filter, problems } = readFilter(c);
  if (problems.length > 0) throw new AppError('INVALID_REQUEST', problems.join(' '));
  const pages = c.var.services.walkAudit(filter);
  const encoder = new TextEncoder();
  // Written page by page as it is read: everything that matches, whatever its size. A page that cannot be read breaks the
  // download instead of ending it early.
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(toCsv([CSV_HEADER]))),
    async pull(controller) {
      const { done, value } = await pages.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(toCsv(value.map(csvLine))));
    },
    cancel: async () => void (await pages.return(undefined)),
  });
  return c.body(body, 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': 'attachment; filename="audit.csv"',
  });
});

function csvLine({ at, action, actor, businessId, reason, before, after, requestId }: AuditRow): string[] {
  return [
    at.toISOString(),
    action,
    actor,
    businessId ?? '',
    reason ?? '',
    before === null ? '' : JSON.stringify(before),
    after === null ? '' : JSON.stringify(after),
    requestId ?? '',
  ];
}

/** What an address asks for: its fields as they were typed, the filter that they make, and what is wrong with them. */
function readFilter(c: PageContext) {
  const { t } = c.var.view;
  const asked: Partial<Record<(typeof FIELDS)[number], string>> = {};
  for (const name of FIELDS) {
    const value = c.req.query(name)?.trim();
    if (value) asked[name] = value;
  }
  const problems: string[] = [];
  const typedZone = c.req.query('zone')?.trim() || zoneOfRequest(c);
  const zone = isZone(typedZone) ? typedZone : 'UTC';
  if (zone !== typedZone) problems.push(t('audit.badZone', { zone: typedZone }));
  const { from: fromText, to: toText, ...rest } = asked;
  const filter: AuditFilter = { ...rest };
  for (const [name, text] of [['from', fromText] as const, ['to', toText] as const]) {
    if (text === undefined) continue;
    const at = instantIn(zone, text);
    if (at === null) problems.push(t('audit.badTime', { name: t(`audit.${name}`) }));
    else filter[name] = at;
  }
  return { asked, zone, filter, problems };
}
