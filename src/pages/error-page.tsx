import type { Child } from 'hono/jsx';
import type { ErrorCode } from '../lib/errors.ts';
import { Layout } from './layout.tsx';
import type { View } from './view.ts';

interface ErrorProps {
  view: View;
  status: number;
  code: ErrorCode;
  requestId: string;
  /** What the person had written, and how to go on with it. */
  children?: Child;
}

/** What a person is told of an error: never its text, but what they can do, and the id that finds it in the logs. */
export function ErrorPage({ view, status, code, requestId, children }: ErrorProps) {
  const kind = code === 'FORM_EXPIRED' ? 'form' : status === 404 || status === 403 ? status : status < 500 ? 400 : 500;
  return (
    <Layout view={view} title={view.t(`error.${kind}`)} current="error">
      <div class="card narrow">
        <p class="soft">{status}</p>
        <h1>{view.t(`error.${kind}`)}</h1>
        <p>{view.t(`error.${kind}.text`)}</p>
        {children}
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
