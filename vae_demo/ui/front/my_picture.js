// The visitor's picture: what is given on one tab is the other tabs' picture too, until they are given another.
//
// A tab's `origin` says of its picture when the visitor gave it, of which dataset it is, where that is known, whether
// it `followed` from another tab, and whether its codes were `painted`. Without one, the page chose the picture.

import { PROPERTIES, state } from './state.js';

/** The origin of a tab's picture after these changes. `wanted` is all that is wanted then, `dataset` whose models were
 * answering until now. */
export function originOf(changes, wanted, dataset) {
  if (changes.origin) return changes.origin;
  const { picture, example } = changes;
  if (picture || example) {
    const isUpload = picture && typeof picture === 'object';
    return { at: Date.now(), dataset: changes.dataset_of_picture ?? (isUpload ? null : (dataset ?? null)) };
  }
  const isThere = Boolean(wanted.picture || wanted.example);
  return isThere || wanted.origin?.followed ? (wanted.origin ?? null) : null;
}

/** The origin once a tab has answered with these settings, by models of a dataset: an example is one of that. */
export const answeredOrigin = (origin, { example }, dataset) =>
  origin?.at && !origin.followed && example ? { ...origin, dataset } : origin;

/** The visitor painted a code map: from now on its tab has a picture of its own. */
export function keepPainted() {
  const { origin } = state.get('code_maps');
  if (!origin?.painted) state.set('code_maps', { origin: { ...origin, painted: true } });
}

/** Whether what a tab shows was made there by the visitor, or is a link's: codes and moved latents are, too. */
const isOfItsOwn = ({ origin, codes, picture, moved }) =>
  Boolean(moved || (codes && !picture) || origin?.painted || (origin && !origin.followed));

/**
 * The changes that make the visitor's last picture a tab's too; null where it has it, or something of its own. `wanted`
 * is what is wanted on each tab, by name.
 */
export function pictureFor(name, wanted) {
  if (!PROPERTIES[name].origin || isOfItsOwn(wanted[name])) return null;
  const given = Object.values(wanted).filter((one) => one.origin?.at && !one.origin.followed);
  if (!given.length) return null;
  const { picture, example, origin: last } = given.reduce((a, b) => (b.origin.at > a.origin.at ? b : a));
  if (last.at === wanted[name].origin?.at || !(picture || last.dataset)) return null;
  const { at, dataset } = last;
  return {
    ...(picture ? { picture } : { example }),
    ...(dataset && { dataset_of_picture: dataset }),
    origin: { at, dataset, followed: true },
  };
}
