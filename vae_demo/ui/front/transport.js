// How a panel talks with the server through Gradio: answers are drawn, requests are numbered and paced.

import { on } from './parts.js';
import { state } from './state.js';

const PATIENCE = 5000; // milliseconds; an answer that never comes must not end a conversation

/**
 * Draw a panel's answers. `render(value)` gives its markup, or null to leave what is there; `drawn(value)` does the
 * rest. With a `tab`, the address follows when the panel comes into view, and its link button works.
 */
export function drawAnswers({ element, props, watch }, { tab = null, render, drawn = () => {} }) {
  const body = element.querySelector('.panel-body');
  const draw = () => {
    if (!props.value) return;
    const markup = render(props.value);
    if (markup !== null) body.innerHTML = markup;
    drawn(props.value);
  };
  watch('value', draw);
  draw();
  if (!tab) return;
  // A panel of a closed tab has no size, and gets one when the tab is opened, by whatever means.
  new ResizeObserver(() => element.offsetParent && state.show(tab)).observe(element);
  on(element, 'click', { '.link': (button) => copyLink(tab, button.nextElementSibling) });
}

async function copyLink(tab, status) {
  const { example } = state.get(tab);
  const missing = example === null ? ' Your own picture is not in it.' : '';
  try {
    await navigator.clipboard.writeText(state.address(location.href));
    status.textContent = `Copied.${missing}`;
  } catch {
    status.textContent = `The link is in the address bar.${missing}`; // without https a page may not write there
  }
}

/**
 * Requests about something that keeps changing: one at a time, each with what is there by then.
 *
 * `ask(number)` sends one. It is called `pause` milliseconds after a change, or once the last one has been answered.
 */
export class Conversation {
  #ask;
  #pause;
  #number = 0;
  #timer = null;
  #overdue = false; // the pause has passed, but not the wait for the last answer
  #awaitedUntil = 0;

  constructor(ask, pause = 0) {
    this.#ask = ask;
    this.#pause = pause;
  }

  /** Something changed. */
  changed() {
    if (this.#pause) this.#timer ??= setTimeout(() => this.#send(), this.#pause);
    else this.#send();
  }

  /** Whether an answer is to the last request; if so, the next one may go. An older answer must not be used. */
  answered(number) {
    if (number !== this.#number) return false;
    this.#awaitedUntil = 0;
    if (this.#overdue) this.#send();
    return true;
  }

  /** Forget what changed and was not asked yet. */
  cancel() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#overdue = false;
  }

  /** Begin anew: an answer to what was asked until now is an older one. */
  reset() {
    this.cancel();
    this.#number += 1;
    this.#awaitedUntil = 0;
  }

  #send() {
    this.cancel();
    const left = this.#awaitedUntil - performance.now();
    if (left > 0) {
      this.#overdue = true;
      this.#timer = setTimeout(() => this.#send(), left);
      return;
    }
    this.#number += 1;
    this.#awaitedUntil = performance.now() + PATIENCE;
    this.#ask(this.#number);
  }
}
