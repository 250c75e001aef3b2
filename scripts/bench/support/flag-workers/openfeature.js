import { InMemoryProvider, OpenFeature } from '@openfeature/server-sdk';
import { threadBucket } from '../../../../src/rollout/thread-bucket.ts';
import { answerWith, CONTROL_SHARE } from './subject.ts';

/** The same rule behind OpenFeature's client and its own in-memory provider: what the layer costs. */
const provider = new InMemoryProvider({
  RAG_PILOT: {
    variants: { on: true, off: false },
    defaultVariant: 'off',
    disabled: false,
    contextEvaluator: (context) =>
      context.enrolled &&
      context.emailRagEnabled &&
      threadBucket('RAG_PILOT', context.businessId, context.threadId) >= CONTROL_SHARE
        ? 'on'
        : 'off',
  },
});
OpenFeature.setProvider(provider);
const client = OpenFeature.getClient();

export default answerWith((subject) => client.getBooleanValue('RAG_PILOT', false, { ...subject }));
