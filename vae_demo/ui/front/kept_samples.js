// Samples, and behind them the pictures that a visitor kept, which are opened, moved and walked to as samples are.

/** An answer with the pictures behind its own that were kept of the one before, where both are of the same weights. */
export function withKept(value, before) {
  const isSame = before && before.weights_sha256 === value.weights_sha256;
  const after = (name) => value[name] && [...value[name], ...(isSame ? before[name].slice(before.count) : [])];
  return { ...value, count: value.pictures.length, pictures: after('pictures'), latents: after('latents') };
}

/** What a picture is called. */
export const nameOf = ({ count }, i) => (i < count ? `Sample ${i + 1}` : `Kept ${i - count + 1}`);
