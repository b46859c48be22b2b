// A component that a tab's answers are drawn in.

import { announce } from './announce.js';
import { offerFullScreen } from './fill_screen.js';
import { leaveFirstView } from './first_view.js';
import './history_steps.js';
import { on } from './parts.js';
import { state } from './state.js';
import './stock_widgets.js';
import { reveal } from './reveal.js';
import { register, tab as tabOf } from './tabs.js';

const NOTICED = 600; // milliseconds after which waiting is worth a word and a button

// In a slide or an iframe: page.css hides all but the tab.
document.documentElement.classList.toggle('embedded', new URL(location.href).searchParams.has('embed'));

/**
 * Draw a panel's answers. `render(value)` gives its markup, or null to leave what is there; `drawn(value)` does the
 * rest. With a `tab` they are its answers: it is asked when the panel comes into view, a screen reader says the
 * sentence that `describe(value)` gives, and its link button works: `linked()` gives what to say of the link, once the
 * address has all that it will have.
 */
export function drawAnswers(
  component,
  { tab = null, render, drawn = () => {}, describe, linked = () => ofPicture(tab) },
) {
  const { element, props, watch, trigger } = component;
  const body = element.querySelector('.panel-body');
  const draw = (value) => {
    if (!value) return;
    const markup = render(value);
    if (markup !== null) body.innerHTML = markup;
    drawn(value);
  };
  watch('value', () => draw(props.value));
  draw(props.value);
  if (!tab) return;
  register(tab, trigger);
  offerFullScreen(element);
  const showWaiting = waiting(element, body, tabOf(tab));
  let unsaid = false; // an answer may come in steps: the last one is said
  tabOf(tab).subscribe(({ answer, busy, progress }, isNew) => {
    if (isNew) draw(answer.result);
    if (isNew && tabOf(tab).given) reveal(element);
    if (isNew) tabOf(tab).given = false;
    leaveFirstView(body); // it has answered, or it asks the server, which may take a while
    unsaid ||= isNew;
    showWaiting(busy, progress);
    dimStaleAnswer(body, tabOf(tab).isStale);
    if (busy || !unsaid) return;
    unsaid = false;
    announce(describe(answer.result));
  });
  draw(tabOf(tab).answer?.result);
  // A panel of a closed tab has no size, and gets one when the tab is opened, by whatever means.
  let isInView = false;
  new ResizeObserver(() => {
    const wasInView = isInView;
    isInView = Boolean(element.offsetParent) && state.show(tab);
    if (isInView) tabOf(tab).open(!wasInView);
  }).observe(element);
  on(element, 'click', { '.link': (button) => copyLink(button.nextElementSibling, linked) });
}

/** Dims the answer to a picture that was taken away: it is not to what stands in the input. */
function dimStaleAnswer(body, isStale) {
  if (isStale && !body.classList.contains('stale'))
    announce('The picture was removed. What is shown is still the answer to it.');
  body.classList.toggle('stale', isStale);
}

/** Dims what is being replaced, and offers to stop where that takes long. */
function waiting(element, body, tab) {
  const bar = Object.assign(document.createElement('div'), { className: 'waiting-bar', hidden: true });
  bar.setAttribute('role', 'status');
  bar.innerHTML = '<span>Computing…</span> <button type="button" class="stop">Stop</button>';
  bar.querySelector('.stop').addEventListener('click', () => tab.stop());
  body.before(bar);
  let timer = null;
  return (busy, progress) => {
    bar.firstChild.textContent = progress ? `Computing… ${Math.round(100 * progress)} %` : 'Computing…';
    body.classList.toggle('pending', busy);
    body.setAttribute('aria-busy', String(busy));
    if (!busy) {
      clearTimeout(timer);
      timer = null;
      bar.hidden = true;
    } else timer ??= setTimeout(() => (bar.hidden = false), NOTICED);
  };
}

const ofPicture = (tab) => (state.get(tab).example === null ? 'Your own picture is not in it.' : '');

async function copyLink(status, linked) {
  const remark = await linked();
  try {
    await navigator.clipboard.writeText(state.address(location.href));
    status.textContent = `Copied. ${remark}`;
  } catch {
    status.textContent = `The link is in the address bar. ${remark}`; // without https a page may not write there
  }
}
