import type { TriageAnswer, TriageDocument } from '../../src/drafting/prompt-document.ts';
import { INTENTS, type Intent } from '../../src/tools/intents.ts';
import type { SentenceEncoder } from './sentence-encoder.ts';

/** Sentences that stand for an intent, in the words of customers who are polite, short or annoyed. */
const PROTOTYPES: Record<Intent, string[]> = {
  ORDER: [
    'What is the status of my order?',
    'Did my order go through?',
    'What exactly did I order and what was the total?',
    'I want to change an item in my order.',
    'Can you add something to the order I placed yesterday?',
    'I ordered the wrong size, can you change it before it ships?',
    'Is my order confirmed?',
  ],
  TRACKING: [
    'Where is my parcel?',
    'Where is my order right now?',
    'What is the tracking number?',
    'The tracking has not been updated for days.',
    'I want to track my package.',
    'Which carrier has my shipment?',
  ],
  DELIVERY: [
    'When will my order be delivered?',
    'How long until my package arrives?',
    'My package has not arrived.',
    'The delivery is late.',
    'Please change the delivery address of my order.',
    'It says delivered but I have not received anything.',
    'What delivery options do I have for my order?',
  ],
  RETURN: [
    'I want to send this back.',
    'How do I return the item I received?',
    'It does not fit, I want to exchange it.',
    'Where is my return label?',
    'Can I return this within the return period?',
    'I would like to swap it for another colour.',
  ],
  REFUND: [
    'When do I get my money back?',
    'I want a refund.',
    'The refund has not reached my account.',
    'How much will be refunded?',
    'Did you refund me already?',
    'Please reimburse me for my purchase.',
    'In which cases can I ask for my money back?',
  ],
  CANCELLATION: [
    'Please cancel my order.',
    'I need to cancel a purchase I made.',
    'I no longer want what I ordered.',
    'Stop the order before it ships.',
    'What does it cost to cancel the order?',
    'I changed my mind, cancel it.',
  ],
  INVOICE: [
    'Please send me the invoice.',
    'I need a receipt for my purchase.',
    'The invoice shows a wrong amount.',
    'Where can I download the bill?',
    'I need a copy of the invoice of last month.',
  ],
  PRODUCT: [
    'Do you have this in stock?',
    'How much does it cost?',
    'What sizes and colours are there?',
    'What are the shipping costs?',
    'Do you ship to other countries?',
    'Which payment methods do you accept?',
    'Can I pay with a credit card?',
    'I want to buy something, how do I place an order?',
    'Is this product suitable for children?',
  ],
  APPOINTMENT: [
    'When is my appointment?',
    'I want to move my appointment.',
    'Can I book a time to come in?',
    'I need to cancel my booking for tomorrow.',
    'Do you have a free slot on Friday?',
  ],
  ACCOUNT: [
    'I cannot log in.',
    'I forgot my password.',
    'Please delete my account.',
    'How do I register?',
    'I have a problem with signing up.',
    'Change the e-mail address of my profile.',
    'I want to open an account.',
    'How do I switch to another account?',
    'Please unsubscribe me from the newsletter.',
  ],
  COMPLAINT: [
    'I am very unhappy with your service.',
    'The item arrived broken.',
    'This is unacceptable, I want to complain.',
    'I want to file a claim against your company.',
    'Your staff was rude to me.',
    'Parts are missing from what I received.',
  ],
  GENERAL: [
    'What are your opening hours?',
    'Where are you located?',
    'I have a question about something else.',
    'How is the weather today?',
    'Tell me a joke.',
    'Can I talk to a person?',
    'How can I contact customer service?',
    'I want to leave a review.',
    'What is your phone number?',
    'My payment was declined.',
    'What is the capital of France?',
    'Are you hiring?',
    'My bank card does not work.',
    'When does the bank transfer reach my account?',
    'How much money do I have in the bank?',
    'When does my flight leave?',
    'How long do I cook this?',
    'When is my car due for a service?',
  ],
  NO_REPLY: [
    'Thank you very much, everything is fine.',
    'Great, thanks!',
    'I am out of the office until Monday.',
    'Got it, no further questions.',
  ],
};
/** Nearest sentences of an intent that count together. */
const NEIGHBOURS = 2;
/** Mean cosine below which a mail that holds no number does not ask for an order: that is then just the nearest of far things. */
const LEAST_NEARNESS_OF_REQUIRED = 0.4;
const HOLDS_NUMBER = /\d{4}/;

const MAIL_LENGTH_READ = 480;

interface Prototypes {
  /** Mean of all sentences: what every customer's mail has in common, and tells no intent. */
  centre: Float32Array;
  byIntent: { intent: Intent; vectors: Float32Array[] }[];
}

let prototypes: Promise<Prototypes> | undefined;

/** The intent whose sentences the sentence encoder finds nearest (cosine about their common centre). English only. */
export async function triageByPrototype(
  { customerMail }: TriageDocument,
  encoder: SentenceEncoder,
): Promise<TriageAnswer> {
  prototypes ??= encodePrototypes(encoder).catch((error) => {
    prototypes = undefined;
    throw error;
  });
  const text = `${customerMail.subject}\n${customerMail.text}`.trim().slice(0, MAIL_LENGTH_READ);
  const [{ centre, byIntent }, [encoded]] = await Promise.all([prototypes, encoder.encode([text])]);
  const mail = centred(encoded ?? new Float32Array(), centre);
  const leastNearness = HOLDS_NUMBER.test(text) ? -1 : LEAST_NEARNESS_OF_REQUIRED;
  let best: { intent: Intent; nearness: number } = { intent: 'GENERAL', nearness: Number.NEGATIVE_INFINITY };
  for (const { intent, vectors } of byIntent) {
    const nearest = vectors.map((vector) => dot(vector, mail)).sort((a, b) => b - a);
    const nearness = nearest.slice(0, NEIGHBOURS).reduce((sum, value) => sum + value, 0) / NEIGHBOURS;
    const isNear = INTENTS[intent] === 'none' || nearness >= leastNearness;
    if (isNear && nearness > best.nearness) best = { intent, nearness };
  }
  return { intent: best.intent, requiredTool: INTENTS[best.intent] };
}

async function encodePrototypes(encoder: SentenceEncoder): Promise<Prototypes> {
  const entries = Object.entries(PROTOTYPES) as [Intent, string[]][];
  const vectors = await encoder.encode(entries.flatMap(([, texts]) => texts));
  const centre = new Float32Array(vectors[0]?.length ?? 0).map(
    (_, at) => vectors.reduce((sum, vector) => sum + (vector[at] ?? 0), 0) / vectors.length,
  );
  let at = 0;
  const byIntent = entries.map(([intent, texts]) => {
    const own = vectors.slice(at, at + texts.length).map((vector) => centred(vector, centre));
    at += texts.length;
    return { intent, vectors: own };
  });
  return { centre, byIntent };
}

/** Unit vector of what differs from the centre. */
function centred(vector: Float32Array, centre: Float32Array): Float32Array {
  const difference = vector.map((value, at) => value - (centre[at] ?? 0));
  const length = Math.sqrt(dot(difference, difference)) || 1;
  return difference.map((value) => value / length);
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}
