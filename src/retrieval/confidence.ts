/** Logistic curve that maps a cosine similarity to the share of such hits that are relevant. */
interface Calibration {
  slope: number;
  intercept: number;
  /** Where the labelled pairs came from. */
  origin: string;
}

/** Per embedding model. Empty until labelled pairs were fitted: the similarity itself stands in, and is no probability. */
const CALIBRATIONS: Record<string, Calibration> = {};

/** Confidence, 0 to 1, that an example with this cosine similarity answers the same question. */
export function confidenceOf(embeddingModel: string, similarity: number): number {
  const calibration = CALIBRATIONS[embeddingModel];
  if (calibration === undefined) return Math.min(1, Math.max(0, similarity));
  return 1 / (1 + Math.exp(-(calibration.slope * similarity + calibration.intercept)));
}
