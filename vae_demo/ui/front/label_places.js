// Where the names of a chart's points and curves stand, so that none lies on another, or on what is drawn.

const CHARACTER = 0.56; // of the type's size, on average
const GAP = 9; // pixels from a point to its name

/** The box of a name at (x, y), the middle of its line at the side that `anchor` says. */
function boxOf(name, x, y, anchor, size) {
  const width = name.length * CHARACTER * size;
  const left = { start: x, middle: x - width / 2, end: x - width }[anchor];
  return { left, right: left + width, top: y - 0.6 * size, bottom: y + 0.6 * size };
}

const overlap = (a, b) =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

/** Around a point: to its right, its left, above and below, and from there to either side. */
const around = ([x, y], size) => [
  [x + GAP, y, 'start'],
  [x - GAP, y, 'end'],
  [x, y - GAP - 0.5 * size, 'middle'],
  [x, y + GAP + 0.5 * size, 'middle'],
  [x - 4, y - GAP - 0.5 * size, 'start'],
  [x - 4, y + GAP + 0.5 * size, 'start'],
  [x + 4, y - GAP - 0.5 * size, 'end'],
  [x + 4, y + GAP + 0.5 * size, 'end'],
];

const outside = (box, frame) =>
  Math.max(0, frame.left - box.left, box.right - frame.right, frame.top - box.top, box.bottom - frame.bottom);

/**
 * A place for each of `named`, [{name, points}], each beside one of its points, the earlier ones preferred: {x, y,
 * anchor} each. `drawn` are points that no name should cover, `frame` is the box to stay in, `size` the type's.
 */
export function placeNames(named, drawn, frame, size) {
  const taken = drawn.map(([x, y]) => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 }));
  return named.map(({ name, points }) => {
    const cost = ([x, y, anchor]) => {
      const box = boxOf(name, x, y, anchor, size);
      return 100 * outside(box, frame) + taken.reduce((sum, other) => sum + overlap(box, other), 0);
    };
    const places = points.flatMap((point) => around(point, size));
    const [x, y, anchor] = places.reduce((best, place) => (cost(place) < cost(best) ? place : best));
    taken.push(boxOf(name, x, y, anchor, size));
    return { x, y, anchor };
  });
}

/** Points along a curve, close enough that no name fits between two of them. */
export const along = (points) =>
  points.slice(1).flatMap(([x, y], i) => {
    const [before, above] = points[i];
    const steps = Math.max(1, Math.ceil(Math.hypot(x - before, y - above) / 6));
    return Array.from({ length: steps + 1 }, (_, step) => [
      before + (step / steps) * (x - before),
      above + (step / steps) * (y - above),
    ]);
  });
