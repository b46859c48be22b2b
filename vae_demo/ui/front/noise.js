// Noise that is drawn in the browser.

/** A generator of numbers in [0, 1), the same ones for the same seed (Mulberry32). */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A draw from independent normal distributions, by a generator of numbers in [0, 1) (Box and Muller, 1958). */
export const drawNormal = (mean, deviation, random) =>
  mean.map((m, i) => {
    const length = Math.sqrt(-2 * Math.log(1 - random()));
    return m + deviation[i] * length * Math.cos(2 * Math.PI * random());
  });
