// The rate-distortion plane: the family's test-split means as a line, this picture's values as rings.

const CHART = { width: 400, height: 300, left: 44, right: 14, top: 14, bottom: 42 };

/** Round steps from 0 to at least `largest`, about five of them. */
function ticks(largest) {
  const rough = Math.max(largest, 1e-6) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((s) => s * power).find((s) => s >= rough);
  return Array.from({ length: Math.ceil(largest / step) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}

function curve(members) {
  const { width, height, left, right, top, bottom } = CHART;
  const measured = members.filter((m) => m.test_rate !== null && m.test_distortion !== null);
  const [across, up] = [['rate', 'test_rate'], ['distortion', 'test_distortion']].map(([own, test]) =>
    ticks(Math.max(1, ...members.map((m) => m[own]), ...measured.map((m) => m[test]))));
  const x = (rate) => left + 8 + (rate / across.at(-1)) * (width - left - 8 - right);
  const y = (distortion) => height - bottom - (distortion / up.at(-1)) * (height - bottom - top);
  const line = [...measured].sort((a, b) => a.test_rate - b.test_rate).map((m) => `${x(m.test_rate)},${y(m.test_distortion)}`);
  const say = (m, rate, distortion) => `β = ${m.beta}: rate ${number(m[rate], 1)}, distortion ${number(m[distortion], 1)}`;
  const said = `Rate in nats against distortion. ${measured.length ? `Means over the test split: ${measured.map((m) => say(m, 'test_rate', 'test_distortion')).join('; ')}. ` : ''}
    This picture: ${members.map((m) => say(m, 'rate', 'distortion')).join('; ')}.`;
  const points = members.map((m) => {
    const own = `<circle class="own" cx="${x(m.rate)}" cy="${y(m.distortion)}" r="5"><title>This picture, ${say(m, 'rate', 'distortion')}</title></circle>`;
    if (!measured.includes(m)) return `<g data-beta="${m.beta}">${own}${name(m, x(m.rate), y(m.distortion))}</g>`;
    return `<g data-beta="${m.beta}"><line class="tie" x1="${x(m.rate)}" y1="${y(m.distortion)}" x2="${x(m.test_rate)}" y2="${y(m.test_distortion)}"/>
      <circle class="test" cx="${x(m.test_rate)}" cy="${y(m.test_distortion)}" r="5"><title>Test split, ${say(m, 'test_rate', 'test_distortion')}</title></circle>
      ${own}${name(m, x(m.test_rate), y(m.test_distortion), y(m.distortion))}</g>`;
  });
  return `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${said}">
    ${across.map((v) => `<line class="grid" x1="${x(v)}" y1="${top}" x2="${x(v)}" y2="${height - bottom}"/><text x="${x(v)}" y="${height - bottom + 15}" text-anchor="middle">${v}</text>`).join('')}
    ${up.map((v) => `<line class="grid" x1="${left}" y1="${y(v)}" x2="${width - right}" y2="${y(v)}"/><text x="${left - 6}" y="${y(v) + 4}" text-anchor="end">${v}</text>`).join('')}
    <text x="${(left + width - right) / 2}" y="${height - 6}" text-anchor="middle">Rate (nats)</text>
    <text transform="rotate(-90)" x="${-(height - bottom + top) / 2}" y="12" text-anchor="middle">Distortion (squared error, summed)</text>
    <polyline points="${line.join(' ')}"/>${points.join('')}</svg>`;
}

/** A point's beta: above it, or below where this picture's ring, at height `ring`, is just above; inside the chart. */
function name(m, x, y, ring = y) {
  const below = ring < y && ring > y - 50 && y < CHART.height - CHART.bottom - 8;
  const atEdge = x > CHART.width - 60;
  const [place, anchor] = atEdge ? [x + 6, 'end'] : below ? [x, 'middle'] : [x + 8, 'start'];
  return `<text class="name" x="${place}" y="${below ? y + 18 : y - (atEdge ? 10 : 6)}" text-anchor="${anchor}">β ${m.beta}</text>`;
}
