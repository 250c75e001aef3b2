export interface LabelledPair {
  similarity: number;
  wordShare: number;
  relevant: boolean;
}

export interface LogisticFit {
  similarity: number;
  wordShare: number;
  intercept: number;
}

const ROUNDS = 50;
/** Keeps the system solvable where a feature says nothing. */
const RIDGE = 1e-6;

/** Maximum likelihood by Newton's method (iteratively reweighted least squares). */
export function fitLogistic(pairs: readonly LabelledPair[]): LogisticFit {
  let weights = [0, 0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const gradient = weights.map((weight) => RIDGE * weight);
    const hessian = weights.map((_, i) => weights.map((__, j): number => (i === j ? RIDGE : 0)));
    for (const pair of pairs) {
      const features = [pair.similarity, pair.wordShare, 1];
      const p = 1 / (1 + Math.exp(-features.reduce((sum, x, i) => sum + x * (weights[i] ?? 0), 0)));
      for (const [i, x] of features.entries()) {
        gradient[i] = (gradient[i] ?? 0) + x * (p - Number(pair.relevant));
        const row = hessian[i] ?? [];
        for (const [j, y] of features.entries()) row[j] = (row[j] ?? 0) + x * y * p * (1 - p);
      }
    }
    const step = solve(hessian, gradient);
    weights = weights.map((weight, i) => weight - (step[i] ?? 0));
  }
  const [similarity = 0, wordShare = 0, intercept = 0] = weights;
  return { similarity, wordShare, intercept };
}

/** Gaussian elimination with partial pivoting. */
function solve(matrix: number[][], right: number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  const n = rows.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++)
      if (Math.abs(at(rows, i, column)) > Math.abs(at(rows, pivot, column))) pivot = i;
    [rows[column], rows[pivot]] = [rows[pivot] ?? [], rows[column] ?? []];
    for (let i = 0; i < n; i++) {
      if (i === column) continue;
      const factor = at(rows, i, column) / at(rows, column, column);
      rows[i] = (rows[i] ?? []).map((value, j) => value - factor * at(rows, column, j));
    }
  }
  return rows.map((_, i) => at(rows, i, n) / at(rows, i, i));
}

function at(rows: number[][], i: number, j: number): number {
  return rows[i]?.[j] ?? 0;
}
