// The same seed in rows that differ in one setting: what the temperature, or the prior, does stands side by side.

import { announce } from './announce.js';
import { say } from './messages.js';
import { each, image, number, text } from './parts.js';
import { Requests } from './transport.js';

const TEMPERATURES = [0.5, 1, 1.5];
const MOST_SHOWN = 8; // of a row; as many are drawn as there are, for the codes of each depend on all of them

const ROWS = {
  temperatures: ({ seed }) => ({
    heading: `Seed ${seed} at three temperatures`,
    rows: TEMPERATURES.map((temperature) => ({
      title: number(temperature, 1),
      spoken: `at temperature ${number(temperature, 1)}`,
      temperature,
    })),
  }),
  priors: ({ seed, priors }) => ({
    heading: `Seed ${seed} under both priors`,
    rows: priors.map(([prior, title]) => ({ title, spoken: `under ${title}`, prior })),
  }),
};

/** Buttons for the rows that there are of some samples; uniform codes have no temperature. */
export const rowButtons = ({ prior, priors }) =>
  (prior === 'uniform-codes'
    ? ''
    : '<button type="button" class="to-rows" data-rows="temperatures">Three temperatures</button>') +
  (priors.length === 2 ? '<button type="button" class="to-rows" data-rows="priors">Both priors</button>' : '');

/** Ask for the rows that a button names and draw them into `place`; what comes back gives them up. */
export function showRows(place, name, samples) {
  const { heading, rows } = ROWS[name](samples);
  const all = rows.map((row) => ({ ...row, requests: new Requests(), pictures: null }));
  const count = samples.pictures.length;
  const none = Array(Math.min(count, MOST_SHOWN)).fill(null);
  const cell = (one, i, spoken) => `<td>${one ? image(one, `Sample ${i + 1} ${spoken}`) : ''}</td>`;
  const rowOf = ({ title, spoken, pictures }) => `
    <tr><th scope="row">${text(title)}</th>${each(pictures ?? none, (one, i) => cell(one, i, spoken))}</tr>`;
  const isAwaited = () => all.some(({ pictures }) => !pictures);
  const draw = () => {
    place.innerHTML = `<h3>${heading}</h3>
      <table class="rows of-${name}" aria-busy="${isAwaited()}">${each(all, rowOf)}</table>`;
    if (!isAwaited()) announce(heading);
  };
  for (const one of all) {
    const { checkpoint, prior, seed, temperature } = { ...samples, ...one };
    one.requests
      .ask('sample', [checkpoint, prior, count, seed, temperature], (answer) => {
        one.pictures = answer.pictures.slice(0, MOST_SHOWN);
        draw();
      })
      .catch((error) => {
        say(error.message);
        one.pictures = none;
        draw();
      });
  }
  draw();
  return () => all.forEach(({ requests }) => requests.cancel());
}
