// How the page asks the server: by Gradio's documented calls, as anybody's program may. Of the requests for one thing
// the last one counts: an older one is cancelled, here and on the server, and its answer is never used.

import { carriedAnswer, parsed } from './carried_answers.js';
import { say } from './messages.js';

const PAGE = new URL('../../', import.meta.url); // this file is front/VERSION/transport.js beside the page
const PATIENCE = 5000; // milliseconds; an answer that never comes must not end a conversation
const LONGEST_PAUSE = 5000; // milliseconds between two tries to reach the server
const MOST_TRIES = 60;
const UNREADABLE = 'The server gave an answer that cannot be read: that is a fault of this page.';

/** The server's answer is a sentence for the visitor. */
export class Refusal extends Error {}

/** There is no answer yet, for the reason that the message gives: the server is asked again. */
class Unreachable extends Error {
  constructor(reason = 'There is no connection to the server.') {
    super(reason);
  }
}
const BUSY = 'The server is busy, or is being restarted.';

async function reach(path, options) {
  let response = null;
  try {
    response = await fetch(new URL(`gradio_api/${path}`, PAGE), options);
  } catch (error) {
    throw options.signal?.aborted ? error : new Unreachable();
  }
  if (response.status === 502 || response.status === 504) throw new Unreachable();
  if (response.status === 503) throw new Unreachable(BUSY);
  if (response.ok) return response;
  const { detail } = await response.json().catch(() => ({}));
  throw new Refusal(detail ?? `The server answered with status ${response.status}: try again.`);
}

/** A file's name as Gradio has it, once it is on the server. Throws a Refusal. */
export async function upload(file) {
  const body = new FormData();
  body.append('files', file);
  try {
    const [path] = await (await reach('upload', { method: 'POST', body })).json();
    return { path, meta: { _type: 'gradio.FileData' }, orig_name: file.name };
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal('The server cannot be reached: try again later.');
  }
}

/** The events of a stream, as they come: {event, data}; the data is null where it is what the last event had. */
async function* eventsOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let last = null;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/s.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      if (!event) continue;
      yield { event, data: data === last ? null : parsed(data) };
      last = data;
    }
  }
}

async function* answersOnce(endpoint, data, session, signal) {
  // Not by the signal: a request whose number did not arrive here could not be cancelled.
  const body = JSON.stringify({ data, session_hash: session });
  const headers = { 'Content-Type': 'application/json' };
  let complete = false;
  try {
    const posted = await reach(`call/${endpoint}`, { method: 'POST', headers, body });
    const path = `call/${endpoint}/${(await posted.json()).event_id}`;
    if (signal.aborted) {
      // The server ends what nobody listens to any more, but not what nobody has listened to yet.
      await (await reach(path, {})).body.cancel();
      return;
    }
    for await (const { event, data: answer } of eventsOf(await reach(path, { signal }))) {
      // What was generated last comes once more when it is complete: it is not drawn again.
      if (answer && (event === 'generating' || event === 'complete')) yield answer[0];
      complete ||= event === 'complete';
      if (event === 'error' && answer?.error) throw new Refusal(answer.error);
      if (event === 'error') throw new Unreachable(); // the server stops, or does not know the request any more
    }
  } catch (error) {
    if (error instanceof Refusal || error instanceof Unreachable || signal.aborted) throw error;
    if (error instanceof SyntaxError) throw new Refusal(UNREADABLE);
    throw new Unreachable();
  }
  if (!complete) throw new Unreachable();
}

const pause = (milliseconds, signal) =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
    addEventListener('online', resolve, { once: true, signal });
    signal.addEventListener('abort', resolve, { once: true });
  });

const newSession = () => Math.random().toString(36).slice(2);

/** The requests for one thing, such as what a tab shows. */
export class Requests {
  #number = 0;
  #abort = null;
  #session = null; // Gradio prepares each session: one that is idle is used again
  #unsay = null; // takes away the sentence that there can be no answer just now

  /** Give up what is under way. */
  cancel() {
    this.#number += 1;
    this.#abort?.abort();
    this.#abort = null;
    this.#found();
  }

  /**
   * Ask an endpoint, and give up what was asked before. `take(answer)` gets each answer. When there can be none just
   * now the visitor is told so, and it is asked again until there is one. True when the last answer has come, false
   * when something else was asked instead. Throws a Refusal.
   */
  async ask(endpoint, data, take) {
    this.cancel();
    const number = this.#number;
    const { signal } = (this.#abort = new AbortController());
    const known = carriedAnswer(endpoint, data);
    if (known !== undefined) {
      take(known);
      return true;
    }
    for (let tries = 1; ; tries += 1) {
      const session = this.#session ?? newSession();
      this.#session = null;
      try {
        for await (const answer of answersOnce(endpoint, data, session, signal)) {
          if (signal.aborted) return false;
          this.#found();
          take(answer);
        }
        if (signal.aborted) return false;
        if (number === this.#number) this.#session = session;
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        if (!(error instanceof Unreachable) || tries === MOST_TRIES) {
          this.#found();
          throw error instanceof Unreachable ? new Refusal('The server cannot be reached: try again later.') : error;
        }
        this.#unsay ??= say(`${error.message} It is asked again until it answers.`, true);
        await pause(Math.min(LONGEST_PAUSE, 250 * 2 ** tries), signal);
        if (signal.aborted) return false;
      }
    }
  }

  /** The server answers again. */
  #found() {
    this.#unsay = this.#unsay?.();
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

  /** Something changed: null, for there is nothing yet. */
  changed() {
    if (this.#pause) this.#timer ??= setTimeout(() => this.#send(), this.#pause);
    else this.#send();
    return null;
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
