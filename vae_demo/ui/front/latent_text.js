// A latent as text for an address: the beginning of its weights' SHA-256, then each number as a small whole one.

import { fromText, toText } from './base64url.js';

const SCALE = 1024; // steps in a latent's unit: rounded to them, no bundled picture changes by more than 1 of 255
const DIGITS = 8; // of the SHA-256, in hex
const LARGEST = 100; // as on the server

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The text of a latent of certain weights; null where those are not known. Two bytes a number, as a rule. */
export function latentText(latent, digest) {
  if (!digest) return null;
  const bytes = digest
    .slice(0, DIGITS)
    .match(/../g)
    .map((pair) => parseInt(pair, 16));
  for (const value of latent) {
    const steps = Math.round(value * SCALE);
    // Signs alternate, and each byte has 7 bits and says whether another follows (Protocol Buffers' zigzag varints).
    let rest = steps < 0 ? -2 * steps - 1 : 2 * steps;
    for (; rest > 127; rest >>= 7) bytes.push((rest & 127) | 128);
    bytes.push(rest);
  }
  return toText(new Uint8Array(bytes));
}

/** Whether a text is of a latent of these weights. */
export const isOfWeights = (text, digest) => Boolean(digest) && digest.startsWith(digestIn(text));

function digestIn(text) {
  try {
    return hex(fromText(text).slice(0, DIGITS / 2)).padEnd(DIGITS, '?');
  } catch {
    return '?'; // in no digest
  }
}

/** The `size` numbers of a latent from its text; null where it has others. */
export function readLatent(text, size) {
  const latent = [];
  let [steps, shift] = [0, 0];
  for (const byte of fromText(text).slice(DIGITS / 2)) {
    steps += (byte & 127) * 2 ** shift;
    shift += 7;
    if (byte > 127) continue;
    latent.push((steps % 2 ? -(steps + 1) / 2 : steps / 2) / SCALE);
    [steps, shift] = [0, 0];
  }
  const fits = shift === 0 && latent.length === size && latent.every((value) => Math.abs(value) <= LARGEST);
  return fits ? latent : null;
}
