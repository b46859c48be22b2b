// What every panel shares. Runs once a panel, before the panel's own script, which defines `render(value)`.

const body = () => element.querySelector('.panel-body');

/** Text that came from a checkpoint or a request, safe inside markup. */
const text = (value) => String(value).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** A picture as it was sent: a data URI, or one of Gradio's files. */
const source = (picture) => (typeof picture === 'string' ? picture : picture.url);

const image = (picture, alt, extra = '') =>
  `<img class="crisp" src="${text(source(picture))}" alt="${text(alt)}" ${extra}>`;

/** A number with as many digits as a reader needs, or a dash where there is none. */
const number = (value, digits = 2) => {
  if (typeof value !== 'number') return '–';
  return Number.isFinite(value) ? value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }) : '∞';
};

const facts = (pairs) =>
  `<dl class="facts">${pairs.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>`;

/** `render` gives a value's markup, or null to leave what is there; `drawn`, where a panel has it, does the rest. */
function draw() {
  const markup = props.value ? render(props.value) : '<p class="waiting">Loading the models…</p>';
  if (markup !== null) body().innerHTML = markup;
  if (props.value && typeof drawn === 'function') drawn(props.value);
}
watch('value', draw);
queueMicrotask(draw); // once the panel's own script has defined `render`
