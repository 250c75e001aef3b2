import { Badge } from './components.tsx';
import { Layout } from './layout.tsx';
import { isTextKey } from './texts/translate.ts';
import type { View } from './view.ts';

/** A readable page of the OpenAPI document; requests stand there as a shell would send them to the demo. */
interface Operation {
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  responses?: Record<string, { description?: string }>;
}

interface Schema {
  type?: string | string[];
  $ref?: string;
  enum?: unknown[];
  example?: unknown;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
}

interface ApiDocument {
  info: { title: string; description?: string };
  paths?: object;
  components?: { schemas?: Record<string, unknown> };
}

interface Described {
  path: string;
  method: string;
  operation: Operation;
  id: string;
}

export function DocsPage({ view, document, base }: { view: View; document: ApiDocument; base: string }) {
  const operations: Described[] = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({
      path,
      method,
      operation,
      id: `${method}-${path.replace(/\W+/g, '-').replace(/^-|-$/g, '')}`,
    })),
  );
  const { t, language } = view;
  const tagOf = ({ operation }: Described) => operation.tags?.[0] ?? 'Other';
  const tags = [...new Set(operations.map(tagOf))];
  const of = (tag: string) => operations.filter((operation) => tagOf(operation) === tag);
  return (
    <Layout view={view} title={`${document.info.title} API`} current="docs" wide>
      <div class="docs">
        <nav class="docs-nav" aria-label={t('docs.calls')}>
          {tags.map((tag) => (
            <details>
              <summary>{tagWords(view, tag)}</summary>
              <ul class="plain">
                {of(tag).map(({ id, method, path }) => (
                  <li>
                    <a href={`#${id}`}>
                      {method.toUpperCase()} {path}
                    </a>
                  </li>
                ))}
              </ul>
            </details>
          ))}
        </nav>
        <div>
          <h1>{document.info.title} API</h1>
          <p>
            {t('docs.lead')} {t('docs.key')} <code>Authorization: Bearer &lt;key&gt;</code>.
          </p>
          <p>
            {t('docs.contract')} <a href="/openapi.json">openapi.json</a>. {t('docs.examples')} <code>npm run dev</code>
            ; {t('docs.variable')} <code>$KEY</code>.
          </p>
          {language === 'en' ? null : <p class="soft">{t('docs.english')}</p>}
          {tags.map((tag) => (
            <section>
              <h2>{tagWords(view, tag)}</h2>
              {of(tag).map((described) => (
                <Call {...described} view={view} base={base} schemas={document.components?.schemas ?? {}} />
              ))}
            </section>
          ))}
        </div>
      </div>
    </Layout>
  );
}

/** What a group of calls is called; one without words keeps its name. */
function tagWords(view: View, tag: string): string {
  const key = `docs.tag.${tag}`;
  return isTextKey(key) ? view.t(key) : tag;
}

function Call({
  view,
  path,
  method,
  operation,
  id,
  base,
  schemas,
}: Described & { view: View; base: string; schemas: Record<string, unknown> }) {
  const { t } = view;
  const body = operation.requestBody?.content?.['application/json']?.schema;
  const fields = fieldsOf(body, schemas);
  const parameters = (operation.parameters ?? []).filter(({ in: place }) => place !== 'path');
  return (
    <article class="card" id={id}>
      <h3>
        <Badge tone={method === 'get' ? 'info' : method === 'delete' ? 'bad' : 'good'}>{method.toUpperCase()}</Badge>{' '}
        <code>{path}</code>
      </h3>
      <p lang="en">{operation.summary}</p>
      {operation.description ? (
        <p class="soft" lang="en">
          {operation.description}
        </p>
      ) : null}
      {parameters.length + fields.length === 0 ? null : (
        <ul class="plain">
          {[
            ...parameters.map(({ name, in: place, required, schema }) => ({ name, where: place, required, schema })),
            ...fields.map(({ name, required, schema }) => ({ name, where: 'body', required, schema })),
          ].map(({ name, where, required, schema }) => (
            <li>
              <code>{name}</code>{' '}
              <span class="soft">
                {[t(`docs.in.${where as 'body'}`), typeOf(schema, schemas), required ? t('docs.required') : '']
                  .filter(Boolean)
                  .join(', ')}
              </span>
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary>{t('docs.example')}</summary>
        <pre tabindex={0}>{curl(base, method, path, fields, schemas)}</pre>
      </details>
      <details>
        <summary>{t('docs.answers')}</summary>
        <ul class="plain">
          {Object.entries(operation.responses ?? {}).map(([status, response]) => (
            <li>
              <code>{status}</code> <span lang="en">{response.description}</span>
            </li>
          ))}
        </ul>
      </details>
    </article>
  );
}

interface FieldOf {
  name: string;
  required: boolean;
  schema: Schema;
}

function fieldsOf(schema: Schema | undefined, schemas: Record<string, unknown>): FieldOf[] {
  const { properties = {}, required = [] } = resolved(schema, schemas);
  return Object.entries(properties).map(([name, field]) => ({
    name,
    required: required.includes(name),
    schema: field,
  }));
}

function resolved(schema: Schema | undefined, schemas: Record<string, unknown>): Schema {
  const name = schema?.$ref?.split('/').at(-1);
  return (name === undefined ? schema : (schemas[name] as Schema | undefined)) ?? {};
}

function typeOf(schema: Schema | undefined, schemas: Record<string, unknown>): string {
  const { type, enum: values, items, anyOf } = resolved(schema, schemas);
  if (values !== undefined) return values.map(String).join(' | ');
  if (anyOf !== undefined) return [...new Set(anyOf.map((one) => typeOf(one, schemas)))].join(' | ');
  if (items !== undefined) return `${typeOf(items, schemas)}[]`;
  return Array.isArray(type) ? type.join(' | ') : (type ?? 'object');
}

/** What stands in the demo for the names that the API uses. */
const DEMO_VALUES: Record<string, unknown> = {
  businessId: 'demo',
  messageId: '<anna-1@mail.example.com>',
  orderNumber: 'NL-10234',
  key: 'returns',
  feature: 'RAG_PILOT',
  level: 'business',
  direction: 'INBOUND',
  from: { address: 'anna.berg@example.com', name: 'Anna Berg' },
  to: [{ address: 'hello@nordlicht.example' }],
  customerEmail: 'anna.berg@example.com',
  reason: 'trying it out',
  subject: 'My order',
  text: 'Has my order NL-10234 been shipped?',
  sentAt: '2026-11-23T09:30:00Z',
  startsAt: '2026-12-01T09:00:00Z',
  status: 'shipped',
  name: 'A name',
  messages: [
    {
      businessId: 'demo',
      messageId: 'docs-example-2',
      direction: 'INBOUND',
      from: { address: 'anna.berg@example.com' },
      to: [{ address: 'hello@nordlicht.example' }],
      subject: 'My order',
      text: 'Has my order NL-10234 been shipped?',
      sentAt: '2026-11-23T09:30:00Z',
    },
  ],
  orders: [{ orderNumber: 'NL-20001', customerEmail: 'anna.berg@example.com', status: 'shipped' }],
  appointments: [{ id: 'AP-90', customerEmail: 'anna.berg@example.com', startsAt: '2026-12-01T09:00:00Z' }],
  snippets: [{ key: 'gift-wrap', text: 'We wrap gifts for free.' }],
};

/** Where the demo's own value would be in conflict with what is stored. */
const FRESH_VALUES: Record<string, Record<string, unknown>> = {
  '/v1/messages': { messageId: 'docs-example-1' },
};

function curl(base: string, method: string, path: string, fields: FieldOf[], schemas: Record<string, unknown>): string {
  // What the demo has an id for is filled in; the rest is a variable of the shell.
  const ids: [string, string][] = [
    ['/admin/api/businesses/', 'demo'],
    ['/v1/businesses/{businessId}/appointments/', 'AP-77'],
  ];
  const address = path.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const known = name === 'id' ? ids.find(([start]) => path.startsWith(start))?.[1] : DEMO_VALUES[name];
    return typeof known === 'string' ? known : `$${name.toUpperCase()}`;
  });
  const lines = [
    `curl -s${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} "${base}${address}"`,
    `-H "Authorization: Bearer $KEY"`,
  ];
  const needed = fields.filter(({ required }) => required);
  if (needed.length > 0) {
    const body = Object.fromEntries(
      needed.map(({ name, schema }) => [name, FRESH_VALUES[path]?.[name] ?? exampleOf(name, schema, schemas)]),
    );
    lines.push(`-H 'Content-Type: application/json'`, `-d '${JSON.stringify(body)}'`);
  }
  return lines.join(' \\\n  ');
}

function exampleOf(name: string, schema: Schema, schemas: Record<string, unknown>): unknown {
  const { example, enum: values, default: usual, type, items } = resolved(schema, schemas);
  if (name in DEMO_VALUES && (values === undefined || values.includes(DEMO_VALUES[name]))) return DEMO_VALUES[name];
  if (example !== undefined) return example;
  if (values !== undefined) return values[0];
  if (usual !== undefined) return usual;
  if (items !== undefined) return [];
  return type === 'integer' || type === 'number' ? 1 : type === 'boolean' ? true : type === 'object' ? {} : 'text';
}
