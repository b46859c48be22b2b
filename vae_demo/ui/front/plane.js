// Bits against distortion: a point for each variant on this picture, and a curve for each codec that people use.

import { along, placeNames } from './label_places.js';
import { each, number, text } from './parts.js';

const MARGIN = { left: 48, right: 16, top: 16, bottom: 44 };
const TYPE = 12; // pixels, as page.css has it

/** The size it is drawn in, so that its type is as large on a phone as elsewhere. */
const chartSize = () => (matchMedia('(max-width: 800px)').matches ? [330, 280] : [640, 300]);

/** The chart of an answer and of the curves that are known: nothing where there is no point to show. */
export function plane({ variants, model_input: picture }, codecs) {
  const [width, height] = chartSize();
  const { left, right, top, bottom } = MARGIN;
  const points = variants.filter((v) => v.latent_bits > 0);
  if (!picture || !points.length) return '';
  const bits = [...points.map((v) => v.latent_bits), ...codecs.flatMap((c) => c.bits)].map(atLeastOne);
  const psnr = [...points.map((v) => v.psnr_compared), ...codecs.flatMap((c) => c.psnr)].map(finite);
  const octaves = powersOfTwo(Math.min(...bits), Math.max(...bits));
  const steps = fives(Math.min(...psnr), Math.max(...psnr));
  const [low, high] = [octaves[0], octaves.at(-1)].map(Math.log2);
  const x = (value) => left + ((Math.log2(atLeastOne(value)) - low) / (high - low)) * (width - left - right);
  const y = (value) =>
    height - bottom - ((finite(value) - steps[0]) / (steps.at(-1) - steps[0])) * (height - top - bottom);
  const describe = (v) => `${v.title}: ${number(v.latent_bits, 0)} bits, ${number(v.psnr_compared, 1)} dB`;
  const label = `Bits against PSNR. ${points.map(describe).join('; ')}.`;
  const curves = codecs.map((c) => ({
    name: c.codec,
    points: c.bits.map((b, i) => [x(b), y(c.psnr[i])]).reverse(), // the upper end, where curves are farthest apart
  }));
  const dots = points.map((v) => ({ name: v.title, points: [[x(v.latent_bits), y(v.psnr_compared)]] }));
  const places = placeNames(
    [...dots, ...curves],
    [...dots.flatMap((dot) => dot.points), ...curves.flatMap((curve) => along(curve.points))],
    { left, right: width - 4, top: 4, bottom: height - bottom },
    TYPE,
  );
  const name = ({ name }, { x, y, anchor }) =>
    `<text class="name" x="${x}" y="${y + TYPE / 3}" text-anchor="${anchor}">${text(name)}</text>`;
  const sparse = octaves.filter((_, i) => width > 400 || i % 2 === 0);
  return `
    <section class="plane card">
      <h3>Bits against distortion</h3>
      <svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${text(label)}">
        ${axes({ x, y, across: sparse, up: steps, width, height, margin: MARGIN, title: 'Bits' })}
        ${each(
          curves,
          (
            curve,
            i,
          ) => `<g class="codec" data-codec="${text(curve.name)}"><polyline points="${curve.points.join(' ')}"/>
            ${name(curve, places[dots.length + i])}</g>`,
        )}
        ${each(
          dots,
          (dot, i) => `<g class="variant"><circle class="own" cx="${dot.points[0][0]}" cy="${dot.points[0][1]}" r="5">
            <title>${text(describe(points[i]))}</title></circle>${name(dot, places[i])}</g>`,
        )}
      </svg>
      <p class="small">Up is better, left is cheaper. Bits are the KL from the prior, or the codes at equal
        length, which a learned prior shortens; a codec's are its whole file, headers included. All at the
        dataset's own pixels.</p>
    </section>`;
}

export const atLeastOne = (bits) => Math.max(1, bits); // a collapsed posterior costs next to none

const finite = (value) => (Number.isFinite(value) ? Math.min(value, 60) : 60); // a perfect copy has no error at all

export function powersOfTwo(least, most) {
  const first = Math.floor(Math.log2(least));
  const count = Math.max(1, Math.ceil(Math.log2(most)) - first);
  return Array.from({ length: count + 1 }, (_, i) => 2 ** (first + i));
}

export function fives(least, most) {
  const first = 5 * Math.floor(least / 5);
  const count = Math.max(1, Math.ceil(most / 5) - first / 5);
  return Array.from({ length: count + 1 }, (_, i) => first + 5 * i);
}

/** The grid and the axes of a chart of PSNR: `x` and `y` place the values of `across` and `up`. */
export function axes({ x, y, across, up, width, height, margin: { left, right, top, bottom }, title }) {
  const line = (x1, y1, x2, y2) => `<line class="grid" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
  return `
    ${each(
      across,
      (v) => `${line(x(v), top, x(v), height - bottom)}
        <text x="${x(v)}" y="${height - bottom + 15}" text-anchor="middle">${number(v, 0)}</text>`,
    )}
    ${each(
      up,
      (v) => `${line(left, y(v), width - right, y(v))}
        <text x="${left - 6}" y="${y(v) + 4}" text-anchor="end">${v}</text>`,
    )}
    <text x="${(left + width - right) / 2}" y="${height - 6}" text-anchor="middle">${title}</text>
    <text transform="rotate(-90)" x="${-(height - bottom + top) / 2}" y="12" text-anchor="middle">PSNR (dB)</text>`;
}
