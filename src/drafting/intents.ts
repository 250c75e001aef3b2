export * from '../tools/intents.ts';
