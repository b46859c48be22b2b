// The example pictures of a dataset, to choose.

import { each, on, source, text } from './parts.js';
import './awaited_file.js';
import { rove } from './roving.js';
import { tab as tabOf } from './tabs.js';

const example = ({ name, picture }, place) => `
  <button type="button" class="example" data-name="${text(name)}" aria-label="Example ${text(name)}"
    tabindex="${place ? -1 : 0}">
    <img class="crisp" src="${text(source(picture))}" alt="">
  </button>`;

export function mount({ element, props }) {
  const tab = tabOf(props.tab);
  const body = element.querySelector('.panel-body');
  let drawn = null;

  function draw(examples) {
    const names = JSON.stringify(examples.map(({ name, picture }) => [name, source(picture)]));
    if (names === drawn) return; // the pictures stay
    drawn = names;
    body.innerHTML = `<p class="small">Or choose an example</p><div class="examples">${each(examples, example)}</div>`;
  }
  function show() {
    if (tab.answer) draw(tab.answer.examples ?? []);
    const chosen = tab.wanted.example;
    for (const button of element.querySelectorAll('.example'))
      button.setAttribute('aria-pressed', String(button.dataset.name === chosen));
  }

  draw(props.value);
  tab.subscribe(show);
  show();
  rove(element, '.examples', '.example');
  on(element, 'click', { '.example': ({ dataset }) => tab.change({ example: dataset.name }) });
}
