// What a visitor sees until Gradio has built the page: the first answer, which came with it, where it will be drawn.
// ui/opening.py starts this. It imports little, so that it runs long before the rest.

import { heldAnswer } from './carried_answers.js';
import { STYLE } from './first_view_style.js';
import { each, sizedImage, text } from './parts.js';

const LONGEST = 500; // milliseconds that the answer's pictures may take to be decoded

let host = null;
let hasLeft = false;

function show() {
  const words = JSON.parse(document.getElementById('first-words')?.textContent ?? 'null');
  const answer = heldAnswer('tab_reconstruction');
  const parameters = new URL(location.href).searchParams;
  if (!words || !answer || hasLeft || !isOf(answer.settings, parameters)) return;
  host = Object.assign(document.createElement('div'), { id: 'first-view' });
  host.classList.toggle('dark', isDark(parameters.get('__theme')));
  host.attachShadow({ mode: 'closed' }).innerHTML = `<style>${STYLE}</style>${markup(words, answer)}`;
  document.body.append(host);
}

/** Take it away: the page has drawn what stands in `body`, or has said why it cannot. */
export async function leaveFirstView(body) {
  hasLeft = true;
  if (!host) return;
  const decoded = [...body.querySelectorAll('.cards img')].map((image) => image.decode());
  await Promise.race([Promise.allSettled(decoded), new Promise((late) => setTimeout(late, LONGEST))]);
  host?.remove();
  host = null;
}

/** Whether an address without settings, or with these, is the page's; Gradio's own begin with two underscores. */
function isOf(settings, parameters) {
  const shown = { tab: 'reconstruction', ...settings };
  return [...parameters].every(([name, value]) => name.startsWith('__') || String(shown[name]) === value);
}

const isDark = (theme) => theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);

function markup({ title, tabs, introduction }, { settings, controls, examples, result }) {
  const choices = controls[0].choices.map(([name, value]) => [name, value === settings.dataset]);
  const picture = (source, size) => sizedImage(source, '', size);
  const variant = (v) => `
    <article>
      <h3>${text(v.title)}</h3>
      ${sizedImage(v.reconstruction, `${v.title} reconstruction`, v.size)}
      ${picture(v.difference, v.size)}
    </article>`;
  return `
    <main>
      <h1>${text(title)}</h1>
      <nav>${each(tabs, tabLink)}</nav>
      <p>${introduction}</p>
      <div class="columns">
        <section class="controls">
          <b>Trained on</b>
          <div class="choices">${each(choices, choice)}</div>
          <figure>${sizedImage(result.model_input, 'The picture', result.size)}</figure>
          <small>Or choose an example</small>
          <div class="examples">${each(examples, (example) => picture(example.picture, [48, 48]))}</div>
        </section>
        <section class="cards" style="--variants:${result.variants.length}">
          <article class="seen">
            <h3>As the models see it</h3>
            ${picture(result.model_input, result.size)}
          </article>
          ${each(result.variants, variant)}
          <p class="late" role="status">The page is still loading…</p>
        </section>
      </div>
    </main>`;
}

const choice = ([name, isChosen]) => `<span class="${isChosen ? 'chosen' : ''}">${text(name)}</span>`;

/** A tab's title, which leads there whether or not the page is ready. */
const tabLink = ({ name, title, short }, place) => `
  <a href="${text(new URL(`?tab=${name}`, location.href).href)}" ${place ? '' : 'aria-current="page"'}>
    <span class="long">${text(title)}</span><span class="short">${text(short)}</span></a>`;

try {
  show();
} catch (error) {
  reportError(error); // the page does without
}
