import { decideRag, RAG_FEATURE } from '../../../../src/rollout/decide.ts';
import { threadBucket } from '../../../../src/rollout/thread-bucket.ts';
import { answerWith, CONTROL_SHARE } from './subject.ts';

export default answerWith(
  ({ businessId, threadId, enrolled, emailRagEnabled }) =>
    decideRag({
      edge: 'absent',
      featureState: 'active',
      enrolled,
      emailRagEnabled,
      emailSnippetsEnabled: true,
      threadBucket: threadBucket(RAG_FEATURE, businessId, threadId),
      controlShare: CONTROL_SHARE,
    }).value,
);
