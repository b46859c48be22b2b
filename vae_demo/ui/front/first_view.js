// What a visitor sees until Gradio has built the page: the first answer, which came with it, where it will be drawn.
// ui/opening.py starts this. It imports little, so that it runs long before the rest.

import { heldAnswer } from './carried_answers.js';
import { STYLE } from './first_view_style.js';
import { each, sizedImage, text } from './parts.js';
import { isFirstVisit } from './visits.js';

const LONGEST = 500; // milliseconds that the answer's pictures may take to be decoded
const LATE = [
  [4_000, 'The page is still loading…'],
  [30_000, 'The page is still loading. If it does not come, reload it.'],
]; // after how many milliseconds what is said

let host = null;
let hasLeft = false;
const page = () => document.querySelector('gradio-app');

function show() {
  const words = JSON.parse(document.getElementById('first-words')?.textContent ?? 'null');
  const answer = heldAnswer('tab_reconstruction');
  if (!words || !answer || hasLeft || hasSettings()) return;
  host = Object.assign(document.createElement('div'), { id: 'first-view' });
  host.classList.toggle('dark', isDark(new URL(location.href).searchParams.get('__theme')));
  host.classList.toggle('first-visit', isFirstVisit());
  const view = host.attachShadow({ mode: 'closed' });
  view.innerHTML = `<style>${STYLE}</style>${markup(words, answer)}`;
  document.body.prepend(host);
  page().inert = true; // a keyboard must not be where it cannot be seen
  for (const [after, said] of LATE) setTimeout(() => (view.querySelector('.late').textContent = said), after);
}

/** Take it away: the page has something to show in `body`, or has failed. */
export async function leaveFirstView(body = null) {
  hasLeft = true;
  if (!host) return;
  await new Promise((drawn) => setTimeout(drawn));
  const decoded = [...(body?.querySelectorAll('.cards img') ?? [])].map((image) => image.decode());
  await Promise.race([Promise.allSettled(decoded), new Promise((late) => setTimeout(late, LONGEST))]);
  if (!host) return;
  const hadFocus = document.activeElement === host;
  host.remove();
  host = null;
  page().inert = false;
  if (hadFocus) document.querySelector('#tabs [role=tab][aria-selected=true]')?.focus();
}

/** Whether the address or the visit before a reload has any: then what is shown may be something else. */
const hasSettings = () => Boolean(history.state?.visit) || ours().length < new URL(location.href).searchParams.size;
/** Gradio's own parameters of the address. */
const ours = () => [...new URL(location.href).searchParams].filter(([name]) => name.startsWith('__'));

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
        </section>
      </div>
      <p class="late" role="status"></p>
    </main>`;
}

const choice = ([name, isChosen]) => `<span class="${isChosen ? 'chosen' : ''}">${text(name)}</span>`;

/** A tab's title, which leads there whether or not the page is ready. */
function tabLink({ name, title, short }, place) {
  const there = new URL(location.href);
  there.search = new URLSearchParams([...ours(), ['tab', name]]);
  return `
    <a href="${text(there.href)}" ${place ? '' : 'aria-current="page"'}>
      <span class="long">${text(title)}</span><span class="short">${text(short)}</span></a>`;
}

try {
  show();
} catch (error) {
  reportError(error); // the page does without
}
