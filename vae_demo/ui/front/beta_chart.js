// The rate-distortion plane: the family's means over the test split as a line, this picture's values as rings.

import { each, number } from './parts.js';

const CHART = { width: 400, height: 300, left: 44, right: 14, top: 14, bottom: 42 };

/** Round steps from 0 to at least `largest`, about five of them. */
export function ticks(largest) {
  const rough = Math.max(largest, 1e-6) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((s) => s * power).find((s) => s >= rough);
  return Array.from({ length: Math.ceil(largest / step) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}

export function chart(members) {
  const { width, height, left, right, top, bottom } = CHART;
  const measured = members.filter((m) => m.test_rate !== null && m.test_distortion !== null);
  const axis = (own, test) => ticks(Math.max(1, ...members.map((m) => m[own]), ...measured.map((m) => m[test])));
  const across = axis('rate', 'test_rate');
  const up = axis('distortion', 'test_distortion');
  const x = (rate) => left + 8 + (rate / across.at(-1)) * (width - left - 8 - right);
  const y = (distortion) => height - bottom - (distortion / up.at(-1)) * (height - bottom - top);
  const own = (m) => [x(m.rate), y(m.distortion)];
  const test = (m) => [x(m.test_rate), y(m.test_distortion)];

  const describe = (m, rate, distortion) =>
    `β = ${m.beta}: rate ${number(m[rate], 1)}, distortion ${number(m[distortion], 1)}`;
  const describeOwn = (m) => describe(m, 'rate', 'distortion');
  const describeTest = (m) => describe(m, 'test_rate', 'test_distortion');
  const means = measured.length ? `Means over the test split: ${measured.map(describeTest).join('; ')}. ` : '';
  const label = `Rate in nats against distortion. ${means}This picture: ${members.map(describeOwn).join('; ')}.`;

  const circle = (kind, [cx, cy], title) =>
    `<circle class="${kind}" cx="${cx}" cy="${cy}" r="5"><title>${title}</title></circle>`;
  const line = (kind, x1, y1, x2, y2) => `<line class="${kind}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
  const point = (m) => {
    const ring = circle('own', own(m), `This picture, ${describeOwn(m)}`);
    const marks = measured.includes(m)
      ? line('tie', ...own(m), ...test(m)) +
        circle('test', test(m), `Test split, ${describeTest(m)}`) +
        ring +
        name(m, ...test(m), own(m)[1])
      : ring + name(m, ...own(m));
    return `<g data-beta="${m.beta}">${marks}</g>`;
  };
  const curve = [...measured].sort((a, b) => a.test_rate - b.test_rate).map(test);
  return `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
    ${each(
      across,
      (v) => `${line('grid', x(v), top, x(v), height - bottom)}
      <text x="${x(v)}" y="${height - bottom + 15}" text-anchor="middle">${v}</text>`,
    )}
    ${each(
      up,
      (v) => `${line('grid', left, y(v), width - right, y(v))}
      <text x="${left - 6}" y="${y(v) + 4}" text-anchor="end">${v}</text>`,
    )}
    <text x="${(left + width - right) / 2}" y="${height - 6}" text-anchor="middle">Rate (nats)</text>
    <text transform="rotate(-90)" x="${-(height - bottom + top) / 2}" y="12" text-anchor="middle">
      Distortion (squared error, summed)</text>
    <polyline points="${curve.join(' ')}"/>${each(members, point)}</svg>`;
}

/** A point's beta: above it, or below where this picture's ring, at height `ring`, is just above; inside the chart. */
function name(m, x, y, ring = y) {
  const below = ring < y && ring > y - 50 && y < CHART.height - CHART.bottom - 8;
  const atEdge = x > CHART.width - 60;
  const [dx, anchor] = atEdge ? [6, 'end'] : below ? [0, 'middle'] : [8, 'start'];
  const dy = below ? 18 : atEdge ? -10 : -6;
  return `<text class="name" x="${x + dx}" y="${y + dy}" text-anchor="${anchor}">β ${m.beta}</text>`;
}
