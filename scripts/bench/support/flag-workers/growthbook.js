import { GrowthBookClient } from '@growthbook/growthbook';
import { answerWith, CONTROL_SHARE, ENROLLED } from './subject.ts';

/** The same rule in GrowthBook's terms: enrolled, switched on, and four of five threads by its hash. */
const client = new GrowthBookClient().initSync({
  payload: {
    features: {
      RAG_PILOT: {
        defaultValue: false,
        rules: [
          {
            condition: { businessId: { $in: ENROLLED }, emailRagEnabled: true },
            force: true,
            coverage: 1 - CONTROL_SHARE,
            hashAttribute: 'threadId',
          },
        ],
      },
    },
  },
});

export default answerWith(({ businessId, threadId, emailRagEnabled }) =>
  client.isOn('RAG_PILOT', { attributes: { businessId, threadId, emailRagEnabled } }),
);
