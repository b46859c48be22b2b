// The answers that came with the page, to what it asks as it opens: ui/opening.py writes them into it.

const PAGE = new URL('../../', import.meta.url); // this file is front/VERSION/carried_answers.js beside the page
const FRESH = 60_000; // milliseconds for which they are: the weights may change

/** What is in an answer; Python writes infinity in a way that JSON does not have. */
export const parsed = (json) => JSON.parse(json.replace(/([:[,] ?-?)Infinity/g, '$11e999'));

const carried = read();
function read() {
  // Back and Forward may bring a page that is older than this visit.
  if (performance.getEntriesByType('navigation')[0]?.type === 'back_forward') return [];
  try {
    return parsed(document.getElementById('opening')?.textContent ?? '[]');
  } catch {
    return []; // somebody on the way has changed it: the server is asked
  }
}

/** The answer to a request, or undefined where it did not come with the page; each is used once. */
export function carriedAnswer(endpoint, data) {
  if (performance.now() > FRESH) carried.length = 0;
  const asked = carried.length && JSON.stringify([endpoint, data]);
  const place = carried.findIndex(([to, about]) => JSON.stringify([to, about]) === asked);
  if (place < 0) return undefined;
  return addressed(carried.splice(place, 1)[0][2]);
}

/** The answer of an endpoint that came with the page, not used yet and left there; undefined where none did. */
export const heldAnswer = (endpoint) => carried.find(([to]) => to === endpoint)?.[2];

/** An answer with whole addresses of files, as the server writes them: those that came with the page begin below it. */
function addressed(answer) {
  for (const [key, value] of Object.entries(answer)) {
    if (key === 'url' && typeof value === 'string') answer.url = new URL(value, PAGE).href;
    else if (typeof value === 'object' && value !== null) addressed(value);
  }
  return answer;
}
