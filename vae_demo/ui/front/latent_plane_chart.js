// The plane of latents as a drawing: test pictures as dots, the mixture and the prior as ellipses, samples as rings.

import { each, signedNumber, text } from './parts.js';

const LEFT = 34;
const BOTTOM = 36;
const EDGE = 6;

/** The size it is drawn in, so that its type is as large on a phone as elsewhere. */
const width = () => (matchMedia('(max-width: 800px)').matches ? 330 : 460);

/** How places become pixels of the drawing, and shares of its width and height become places. */
export class PlaneScale {
  constructor([left, bottom, side]) {
    this.frame = { left, bottom, side };
    this.width = width();
    this.plot = this.width - LEFT - EDGE;
    this.height = this.plot + BOTTOM + EDGE;
  }

  x = (value) => LEFT + ((value - this.frame.left) / this.frame.side) * this.plot;
  y = (value) => EDGE + (1 - (value - this.frame.bottom) / this.frame.side) * this.plot;
  length = (value) => (value / this.frame.side) * this.plot;

  /** The place at shares of the drawing's width and height, or the nearest in the frame. */
  placeAt(across, down) {
    const { left, bottom, side } = this.frame;
    const [x, y] = [(across * this.width - LEFT) / this.plot, 1 - (down * this.height - EDGE) / this.plot];
    return this.nearest([left + x * side, bottom + y * side]);
  }

  nearest([x, y]) {
    const { left, bottom, side } = this.frame;
    return [Math.min(left + side, Math.max(left, x)), Math.min(bottom + side, Math.max(bottom, y))];
  }
}

/** The drawing of a plane along two axes, to which rings and the cross are added by their classes. */
export function chart(plane, axes, scale) {
  const { x, y, length, plot, width, height } = scale;
  const { left, bottom, side } = scale.frame;
  const [top, floor] = [EDGE, EDGE + plot];
  const line = (x1, y1, x2, y2) => `<line class="grid" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
  const outline = (kind, { x: cx, y: cy, long, short, angle }) =>
    each(
      [1, 2],
      (deviations) => `<ellipse class="${kind}" cx="${pixels(x(cx))}" cy="${pixels(y(cy))}"
        rx="${pixels(length(deviations * long))}" ry="${pixels(length(deviations * short))}"
        transform="rotate(${pixels(-angle)} ${pixels(x(cx))} ${pixels(y(cy))})"/>`,
    );
  const [across, up] = axes.map((axis) => plane.axes[axis].title);
  return `<svg class="chart" viewBox="0 0 ${width} ${height}" aria-hidden="true">
    ${each(
      steps(left, side),
      (v) => `${line(x(v), top, x(v), floor)}
        <text x="${x(v)}" y="${floor + 14}" text-anchor="middle">${signedNumber(v, digits(side))}</text>`,
    )}
    ${each(
      steps(bottom, side),
      (v) => `${line(LEFT, y(v), LEFT + plot, y(v))}
        <text x="${LEFT - 5}" y="${y(v) + 4}" text-anchor="end">${signedNumber(v, digits(side))}</text>`,
    )}
    <text x="${LEFT + plot / 2}" y="${height - 4}" text-anchor="middle">${text(across)}</text>
    <text transform="rotate(-90)" x="${-(EDGE + plot / 2)}" y="11" text-anchor="middle">${text(up)}</text>
    <svg x="${LEFT}" y="${EDGE}" width="${plot}" height="${plot}" viewBox="${LEFT} ${EDGE} ${plot} ${plot}">
      ${points(plane, axes, scale)}
      ${each(plane.mixture(axes), (one) => outline('component', one))}
      ${outline('prior', plane.prior(axes))}
      <g class="rings"></g>
      <g class="cross"><path d="M-500 0H-7M7 0H500M0 -500V-7M0 7V500"/><circle r="7"/></g>
    </svg></svg>`;
}

/** A ring for each of the samples, the open one filled. */
export const rings = (places, chosen, { x, y }) =>
  each(places, (place, i) => {
    const [cx, cy] = [x(place[0]), y(place[1])].map(pixels);
    return `<circle class="${i === chosen ? 'open' : ''}" cx="${cx}" cy="${cy}" r="${i === chosen ? 6 : 4}"/>`;
  });

/** One path for each label: thousands of dots are a few elements. */
function points(plane, axes, { x, y }) {
  const paths = (plane.label?.values ?? ['']).map(() => []);
  for (let i = 0; i < plane.count; i++) {
    const [px, py] = plane.point(i, axes);
    paths[plane.labels?.[i] ?? 0].push(`M${pixels(x(px))} ${pixels(y(py))}h0`);
  }
  return each(paths, (d, i) => `<path class="points" data-label="${i}" ${colour(plane, i)} d="${d.join('')}"/>`);
}

/** The style of one label's colour; alike for dots and legend. */
export const colour = ({ label }, i) =>
  label ? `style="--hue:${Math.round(20 + (360 * i) / label.values.length)};--shade:var(--shade-${i % 2})"` : '';

const pixels = (value) => value.toFixed(1);
const stepOf = (side) => {
  const power = 10 ** Math.floor(Math.log10(side / 5));
  return [1, 2, 5, 10].map((s) => s * power).find((s) => s >= side / 6);
};
const digits = (side) => Math.max(0, -Math.floor(Math.log10(stepOf(side)) + 1e-9));
function steps(low, side) {
  const step = stepOf(side);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor((low + side) / step) - first + 1 }, (_, i) => (first + i) * step);
}
