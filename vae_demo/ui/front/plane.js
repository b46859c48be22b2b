// Bits against distortion: a point for each variant on this picture, and a curve for each codec that people use.

import { each, number, text } from './parts.js';

const CHART = { width: 640, height: 320, left: 48, right: 16, top: 16, bottom: 44 };

export function plane({ variants, codecs, model_input: picture }) {
  const { width, height, left, right, top, bottom } = CHART;
  const points = variants.filter((v) => v.latent_bits > 0);
  if (!picture || !points.length) return '';
  const bits = [...points.map((v) => v.latent_bits), ...codecs.flatMap((c) => c.bits)];
  const psnr = [...points.map((v) => v.psnr_compared), ...codecs.flatMap((c) => c.psnr)].map(finite);
  const octaves = powersOfTwo(Math.min(...bits), Math.max(...bits));
  const steps = fives(Math.min(...psnr), Math.max(...psnr));
  const [low, high] = [octaves[0], octaves.at(-1)].map(Math.log2);
  const x = (value) => left + ((Math.log2(value) - low) / (high - low)) * (width - left - right);
  const y = (value) =>
    height - bottom - ((finite(value) - steps[0]) / (steps.at(-1) - steps[0])) * (height - top - bottom);
  const describe = (name, b, p) => `${name}: ${number(b, 0)} bits, ${number(p, 1)} dB`;
  const described = points.map((v) => describe(v.title, v.latent_bits, v.psnr_compared));
  const label = `Bits against PSNR. ${described.join('; ')}.`;
  const line = (x1, y1, x2, y2) => `<line class="grid" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
  return `
    <section class="plane card">
      <h3>Bits against distortion</h3>
      <svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${text(label)}">
        ${each(
          octaves,
          (v) => `${line(x(v), top, x(v), height - bottom)}
            <text x="${x(v)}" y="${height - bottom + 15}" text-anchor="middle">${number(v, 0)}</text>`,
        )}
        ${each(
          steps,
          (v) => `${line(left, y(v), width - right, y(v))}
            <text x="${left - 6}" y="${y(v) + 4}" text-anchor="end">${v}</text>`,
        )}
        <text x="${(left + width - right) / 2}" y="${height - 6}" text-anchor="middle">Bits</text>
        <text transform="rotate(-90)" x="${-(height - bottom + top) / 2}" y="12" text-anchor="middle">PSNR (dB)</text>
        ${each(codecs, (c) => curve(c, x, y))}
        ${each(
          points,
          (v) => `<g class="variant"><circle class="own" cx="${x(v.latent_bits)}" cy="${y(v.psnr_compared)}" r="5">
            <title>${text(describe(v.title, v.latent_bits, v.psnr_compared))}</title></circle>
            ${beside(text(v.title), x(v.latent_bits), y(v.psnr_compared))}</g>`,
        )}
      </svg>
      <p class="small">Up is better, left is cheaper. Bits are the KL from the prior, or the codes at equal length,
        which a
        learned prior shortens; a codec's are its whole file, headers included. All at the dataset's own pixels.</p>
    </section>`;
}

const finite = (value) => (Number.isFinite(value) ? Math.min(value, 60) : 60); // a perfect copy has no error at all

function powersOfTwo(least, most) {
  const first = Math.floor(Math.log2(least));
  const count = Math.max(1, Math.ceil(Math.log2(most)) - first);
  return Array.from({ length: count + 1 }, (_, i) => 2 ** (first + i));
}

function fives(least, most) {
  const first = 5 * Math.floor(least / 5);
  const count = Math.max(1, Math.ceil(most / 5) - first / 5);
  return Array.from({ length: count + 1 }, (_, i) => first + 5 * i);
}

/** Where each codec's name stands: at a point of its curve, off the others. */
const NAMED = { JPEG: [4, 8, 12, 'start'], WebP: [2, -8, -4, 'end'], AVIF: [6, 0, -8, 'end'] };

function curve({ codec, bits, psnr }, x, y) {
  const at = bits.map((b, i) => [x(b), y(psnr[i])]);
  const [index, dx, dy, anchor] = NAMED[codec];
  const [left, top] = at[index];
  return `<g class="codec" data-codec="${text(codec)}"><polyline points="${at.join(' ')}"/>
    <text x="${left + dx}" y="${top + dy}" text-anchor="${anchor}">${text(codec)}</text></g>`;
}

/** A point's name to its right, or to its left where the chart ends. */
function beside(name, x, y) {
  const atEdge = x > CHART.width - 140;
  const [offset, anchor] = atEdge ? [-9, 'end'] : [9, 'start'];
  return `<text class="name" x="${x + offset}" y="${y + 4}" text-anchor="${anchor}">${name}</text>`;
}
