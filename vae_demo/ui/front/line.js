// Cells on a straight line.

/** All places, as [row, column], on the straight line from one to another, both included. */
export function lineOf([top, left], [bottom, right]) {
  const steps = Math.max(Math.abs(bottom - top), Math.abs(right - left));
  const at = (first, last, i) => first + Math.round(((last - first) * i) / (steps || 1));
  return Array.from({ length: steps + 1 }, (_, i) => [at(top, bottom, i), at(left, right, i)]);
}
