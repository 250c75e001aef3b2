/** Logistic curve from what the search measures to the share of such examples that are relevant. */
export interface Calibration {
  /** Per unit of cosine similarity. */
  similarity: number;
  /** Per unit of word share. */
  wordShare: number;
  intercept: number;
  /** False: nobody has fitted it to labelled pairs of this model; confidences are assumptions. */
  fitted: boolean;
  /** Where the numbers come from. */
  origin: string;
}

/** For models that nobody fitted: high similarity is asked for, so that doubt leaves an example out. */
export const UNFITTED: Calibration = {
  similarity: 14,
  wordShare: 0,
  intercept: -8.4,
  fitted: false,
  origin: 'an assumption, not fitted: even odds at a cosine of 0.6, 80 % at 0.7',
};

/** By embedding model. Fit one with `scripts/eval/fit-confidence.ts`, and put its output here. */
export const CALIBRATIONS: Record<string, Calibration> = {
  'offline-use-512': {
    similarity: 6.1,
    wordShare: 2.911,
    intercept: -5.181,
    fitted: true,
    origin:
      'logistic fit to 14635 pairs: questions 957 of bitext, 997 of banking77, 973 of clinc150, each with its best 5; relevant: same intent',
  },
  'text-embedding-3-small': UNFITTED,
};
