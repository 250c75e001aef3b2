import { CALIBRATIONS, type Calibration, UNFITTED } from './calibrations.ts';

export function calibrationOf(embeddingModel: string): Calibration {
  return CALIBRATIONS[embeddingModel] ?? UNFITTED;
}

/** Confidence, 0 to 1, that an example answers the same question: 0.7 means that about 70 % of such examples do. */
export function confidenceOf(embeddingModel: string, found: { similarity: number; wordShare: number }): number {
  const { similarity, wordShare, intercept } = calibrationOf(embeddingModel);
  return 1 / (1 + Math.exp(-(similarity * found.similarity + wordShare * found.wordShare + intercept)));
}
