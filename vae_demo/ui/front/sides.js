// The two sides of a direction on the Reconstruction tab: pictures with something, and pictures without it. Each is an
// example, an upload, or one that the page has made.

import { goTo } from './arrivals.js';
import { say } from './messages.js';
import { asUpload } from './second_picture.js';
import { state } from './state.js';
import { tab } from './tabs.js';
import { upload } from './transport.js';

const TAB = 'reconstruction';
export const MOST = 8; // as in inference/direction.py
const SEPARATOR = '*'; // of examples' names in the address

export const SIDES = ['with', 'without'];

/** What there is of both sides, by their names. */
export const bySide = (of) => Object.fromEntries(SIDES.map((side) => [side, of(side)]));

/** The pictures on a side: each is an {example} by its name, or a {picture} as Gradio names an upload. */
export const picturesOf = (side) => fitting(writtenOf(side));

/** What the state has of a side; a link may have any names, and as many as it likes. */
function writtenOf(side) {
  const written = state.get(TAB)[side] ?? '';
  if (written.startsWith('[')) return JSON.parse(written);
  return written ? written.split(SEPARATOR).map((example) => ({ example })) : [];
}

/** Each once, and as many as a side takes. */
const fitting = (pictures) => distinct(pictures).slice(0, MOST);

/** Of the examples keep those of these names, and all uploads; what comes back are the names of the others. */
export function keepExamples(names) {
  const kept = bySide((side) => fitting(writtenOf(side).filter(({ example }) => !example || names.includes(example))));
  const isLeftOut = (side) => (one) => !kept[side].some((other) => isSame(one, other));
  const leftOut = SIDES.flatMap((side) => writtenOf(side).filter(isLeftOut(side)));
  setSides(kept);
  return leftOut.map(({ example }) => example);
}

/** Let sides, by their names, have these pictures. */
export function setSides(sides) {
  const isPlain = ({ example }) => example && !example.startsWith('[') && !example.includes(SEPARATOR);
  const write = (pictures) =>
    pictures.every(isPlain) ? pictures.map(({ example }) => example).join(SEPARATOR) : JSON.stringify(pictures);
  const written = Object.entries(sides).map(([side, pictures]) => [side, write(pictures) || null]);
  const isNone = written.some(([, pictures]) => !pictures); // then there is no direction
  tab(TAB).keep({ ...Object.fromEntries(written), ...(isNone && { along: null }) });
}

/** Add pictures to a side: those that are not there yet, as many as it takes. */
export function addTo(side, ...given) {
  const pictures = distinct([...picturesOf(side), ...given]);
  if (pictures.length > MOST) say(`There are ${MOST} pictures ${side} it already: remove one first.`);
  setSides({ [side]: pictures.slice(0, MOST) });
}

/** Take the picture at a place away. */
export const removeFrom = (side, place) => setSides({ [side]: picturesOf(side).filter((_, i) => i !== place) });

/** The first of each that are the same. */
const distinct = (pictures) => pictures.filter((one, i) => pictures.findIndex((other) => isSame(one, other)) === i);

/** Whether two are the same example, or the same file. */
export const isSame = (one, other) =>
  one.example ? one.example === other.example : one.picture?.path === other.picture?.path;

/** Add the files of an input, which is empty afterwards: the same may be given again. */
export async function uploadTo(side, input) {
  const free = MOST - picturesOf(side).length;
  const files = [...input.files].slice(0, Math.max(1, free)); // what is too much is not sent; that it is, `addTo` says
  if (free && input.files.length > free) say(`There is room for ${free} more ${side} it: the first are taken.`);
  input.value = '';
  const sent = await Promise.allSettled(files.map(upload));
  for (const { reason } of sent) if (reason) say(reason.message);
  addTo(side, ...sent.filter(({ value }) => value).map(({ value: picture }) => ({ picture })));
}

/** Add the tab's own picture: a `picture` or the `example` of that name. True once it is there. */
export async function useHere(side, { picture, example }) {
  try {
    if (picture) addTo(side, { picture: await asUpload(picture) });
    else if (example) addTo(side, { example });
    return true;
  } catch (error) {
    say(error.message);
    return false;
  }
}

/** Add a picture that the page shows, as `asUpload` takes it, of a dataset where that is known, and go there. */
export async function useOnSide(side, picture, dataset) {
  if (await useHere(side, { picture })) goTo('directions', dataset);
}
