import { describe, expect, it } from 'vitest';
import { mergeModelTriage, type TriageResult, triageMail } from '../../../src/drafting/triage/triage.ts';

const triage = (text: string, subject = '', fallbackLanguage = 'en') => triageMail({ subject, text, fallbackLanguage });

describe('triageMail', () => {
  it('says intent, language, entities and what is required', () => {
    expect(triage('Merhaba, 48213 numaralı siparişim nerede? Hâlâ gelmedi.')).toEqual({
      intent: 'TRACKING',
      confidence: expect.any(Number),
      required: ['order'],
      language: 'tr',
      languageConfident: true,
      entities: { named: [{ kind: 'order', value: '48213', key: '48213' }], candidates: ['48213'] },
    });
  });

  it('keeps the fallback language where the mail says too little', () => {
    expect(triage('?', '', 'tr')).toMatchObject({ language: 'tr', languageConfident: false });
    expect(triage('W48213', '', 'de')).toMatchObject({ language: 'de', languageConfident: false });
  });

  it('reads the subject of a mail without text', () => {
    expect(triage('', 'Wo ist meine Bestellung 48213? Sie ist noch nicht da.')).toMatchObject({
      intent: 'TRACKING',
      language: 'de',
      required: ['order'],
    });
  });

  it('understands a short mail in a language that it is not sure of', () => {
    expect(triage('Paket nerede', '', 'en')).toMatchObject({ intent: 'TRACKING', languageConfident: false });
  });

  it('requires an order and an appointment where a mail asks about both', () => {
    const { required } = triage('Please cancel my order 48213.\n\nAnd can I move my appointment to Friday?');
    expect([...required].sort()).toEqual(['appointment', 'order']);
  });

  it('requires an order where a mail gives a number and says little else', () => {
    expect(triage('Hi, about #W48213, what do you think?')).toMatchObject({ intent: 'ORDER', required: ['order'] });
  });

  it('requires nothing for general questions', () => {
    for (const text of [
      'What is your return policy?',
      'Do you ship to Norway?',
      'Which cards do you accept?',
      'Hello there!',
    ]) {
      expect(triage(text).required).toEqual([]);
    }
  });
});

describe('mergeModelTriage', () => {
  const code: TriageResult = triage('Where is my parcel?');

  it('takes the intent of the model and keeps what the code requires', () => {
    expect(mergeModelTriage(code, { intent: 'GENERAL', requiredTool: 'none' })).toMatchObject({
      intent: 'GENERAL',
      required: ['order'],
    });
  });

  it('adds what the model requires', () => {
    expect(mergeModelTriage(code, { intent: 'APPOINTMENT', requiredTool: 'none' }).required).toEqual([
      'order',
      'appointment',
    ]);
    const general = triage('Hello there!');
    expect(mergeModelTriage(general, { intent: 'GENERAL', requiredTool: 'appointment' }).required).toEqual([
      'appointment',
    ]);
    expect(mergeModelTriage(general, { intent: 'REFUND', requiredTool: 'none' }).required).toEqual(['order']);
  });

  it('changes nothing else', () => {
    const { entities, language } = mergeModelTriage(code, { intent: 'COMPLAINT', requiredTool: 'order' });
    expect({ entities, language }).toEqual({ entities: code.entities, language: code.language });
  });
});
