// The example pictures of a dataset, to click.

import { each, on, source, text } from './parts.js';
import { state } from './state.js';
import { drawAnswers } from './transport.js';

const example = ({ name, picture }, i) => `
  <button type="button" class="example" data-index="${i}" data-name="${text(name)}" aria-label="Example ${text(name)}">
    <img class="crisp" src="${text(source(picture))}" alt="">
  </button>`;

export function mount(component) {
  const { element, props, trigger } = component;
  const showChosen = () => {
    const chosen = state.get(props.tab).example;
    for (const button of element.querySelectorAll('.example'))
      button.setAttribute('aria-pressed', String(button.dataset.name === chosen));
  };
  state.subscribe(showChosen);
  drawAnswers(component, {
    render: ({ pictures }) =>
      `<p class="small">Or click an example</p><div class="examples">${each(pictures, example)}</div>`,
    drawn: ({ chosen }) => state.set(props.tab, { example: chosen }),
  });
  on(element, 'click', {
    '.example': ({ dataset }) => {
      state.set(props.tab, { example: dataset.name });
      trigger('pick', { index: Number(dataset.index) });
    },
  });
}
