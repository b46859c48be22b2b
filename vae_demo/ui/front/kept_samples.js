// Samples, and behind them the pictures that a visitor kept of the same weights, which are opened, moved and walked to
// as samples are. They last as long as the visit.

import { say } from './messages.js';
import { state } from './state.js';
import { tab } from './tabs.js';

const TAB = 'sampling';
const MOST = 2_000_000; // characters of all that is kept: the browser has room for some five million of a visit

const ofAllWeights = () => JSON.parse(state.get(TAB).kept ?? '{}');

/** An answer with the pictures behind its own that were kept of its weights. */
export function withKept(value) {
  const kept = ofAllWeights()[value.weights_sha256] ?? [];
  const after = (name, one) => value[name] && [...value[name], ...kept.map(one)];
  return {
    ...value,
    count: value.pictures.length,
    pictures: after('pictures', ({ picture }) => picture),
    latents: after('latents', ({ latent }) => latent),
  };
}

/** Keep a picture of these weights, and the latent that it was decoded from. False where there is no room for more. */
export function keepSample(weights, latent, picture) {
  const all = ofAllWeights();
  all[weights] = [...(all[weights] ?? []), { latent, picture }];
  const kept = JSON.stringify(all);
  const fits = kept.length <= MOST;
  if (fits) tab(TAB).keep({ kept });
  else say('There is no room for more: remove a kept picture first.');
  return fits;
}

/** Keep one of these weights no longer, by its place among them. */
export function forgetSample(weights, place) {
  const all = ofAllWeights();
  all[weights].splice(place, 1);
  tab(TAB).keep({ kept: JSON.stringify(all) });
}

/** What a picture is called. */
export const nameOf = ({ count }, i) => (i < count ? `Sample ${i + 1}` : `Kept ${i - count + 1}`);
