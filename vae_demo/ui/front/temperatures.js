// The same seed at three temperatures, a row for each: what the temperature does stands side by side.

import { say } from './messages.js';
import { each, image, number } from './parts.js';
import { Requests } from './transport.js';

const TEMPERATURES = [0.5, 1, 1.5];
const COUNT = 8;

export const temperatureButton = ({ prior }) =>
  prior === 'uniform-codes' ? '' : '<button type="button" class="temperatures">Three temperatures</button>';

/** Ask for the rows and draw them into `place`; what comes back gives them up. */
export function showTemperatures(place, { checkpoint, prior, seed }) {
  const all = TEMPERATURES.map((temperature) => ({ temperature, requests: new Requests(), pictures: null }));
  const picture = (one, temperature, i) => image(one, `Sample ${i + 1} at temperature ${number(temperature, 1)}`);
  const none = Array(COUNT).fill(null);
  const row = ({ temperature, pictures }) => `
    <tr><th scope="row">${number(temperature, 1)}</th>
      ${each(pictures ?? none, (one, i) => `<td>${one ? picture(one, temperature, i) : ''}</td>`)}</tr>`;
  const draw = () => {
    place.innerHTML = `<h3>Seed ${seed} at three temperatures</h3>
      <table class="rows" aria-busy="${all.some(({ pictures }) => !pictures)}">${each(all, row)}</table>`;
  };
  for (const one of all)
    one.requests
      .ask('sample', [checkpoint, prior, COUNT, seed, one.temperature], (answer) => {
        one.pictures = answer.pictures;
        draw();
      })
      .catch((error) => say(error.message));
  draw();
  return () => all.forEach(({ requests }) => requests.cancel());
}
