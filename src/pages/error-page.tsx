import { Layout } from './layout.tsx';
import type { View } from './view.ts';

/** What a person is told of an error: never its text, but what they can do, and the id that finds it in the logs. */
export function ErrorPage({ view, status, requestId }: { view: View; status: number; requestId: string }) {
  const kind = status === 404 || status === 403 ? status : status < 500 ? 400 : 500;
  return (
    <Layout view={view} title={view.t(`error.${kind}`)} current="error">
      <div class="card narrow">
        <p class="soft">{status}</p>
        <h1>{view.t(`error.${kind}`)}</h1>
        <p>{view.t(`error.${kind}.text`)}</p>
        <p class="soft">
          {view.t('error.request')}: <code>{requestId}</code>
        </p>
        <a class="button" href="/inbox">
          {view.t('error.back')}
        </a>
      </div>
    </Layout>
  );
}
