import { Layout } from './layout.tsx';
import type { View } from './view.ts';

/** A readable page of the OpenAPI document. */
interface Operation {
  summary?: string;
  description?: string;
  tags?: string[];
  responses?: Record<string, { description?: string }>;
}

interface ApiDocument {
  info: { title: string; description?: string };
  paths?: object;
}

export function DocsPage({ view, document }: { view: View; document: ApiDocument }) {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? 'Other'))];
  return (
    <Layout view={view} title={`${document.info.title} API`} current="docs">
      <h1>{document.info.title} API</h1>
      <p>
        {document.info.description} Send a key as <code>Authorization: Bearer &lt;key&gt;</code>. The whole contract,
        with all shapes, is <a href="/openapi.json">openapi.json</a>.
      </p>
      {tags.map((tag) => (
        <section>
          <h2>{tag}</h2>
          {operations
            .filter(({ operation }) => (operation.tags?.[0] ?? 'Other') === tag)
            .map(({ path, method, operation }) => (
              <article>
                <h3>
                  <code>
                    {method.toUpperCase()} {path}
                  </code>
                </h3>
                <p>{operation.summary}</p>
                {operation.description ? <p>{operation.description}</p> : null}
                <ul>
                  {Object.entries(operation.responses ?? {}).map(([status, response]) => (
                    <li>
                      <code>{status}</code> {response.description}
                    </li>
                  ))}
                </ul>
              </article>
            ))}
        </section>
      ))}
    </Layout>
  );
}
