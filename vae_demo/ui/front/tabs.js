// What the visitor wants on each tab, asked of the server as a whole, and the last answer, which is all that is shown.

import { say } from './messages.js';
import { answeredOrigin, originOf, pictureFor } from './my_picture.js';
import { showTab, trigger } from './opening.js';
import { rested, same } from './parts.js';
import { CHOICES, clearedBy, empty, without } from './settings.js';
import { PROPERTIES, localsOf, state } from './state.js';
import { Refusal, Requests } from './transport.js';

class Tab {
  answer = null; // the last answer
  progress = 0; // the share of the answer that is on its way, as far as the server tells
  #wanted = null; // what has been asked and is not answered yet
  #requests = new Requests();
  #applied = []; // the updates that the controls have had
  #listeners = new Set();
  awaitsFile = false; // one is on its way: the input for it, the last of the controls, is left alone
  #byHand = false; // the visitor has chosen a dataset or a checkpoint: another upload does not change that
  given = false; // the visitor gave something here, and waits to see what comes of it
  returns = false; // Back or Forward opens it: it is shown as it was

  constructor(name) {
    this.name = name;
  }

  /** What the visitor wants to see: what is asked for, or else what is shown. */
  get wanted() {
    return this.#wanted && !this.#wanted.link ? this.#wanted : state.get(this.name);
  }

  get busy() {
    return this.#wanted !== null;
  }

  /** Call `listener(tab, isNew)` when an answer came, or another is wanted; what comes back ends that. */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The tab is in view, perhaps for the first time; `isOpened` says whether it was not until now. */
  open(isOpened) {
    const followed = isOpened && !this.returns && pictureFor(this.name, wantedOnAll());
    if (isOpened) this.returns = false;
    if (followed) {
      state.set(this.name, { origin: followed.origin }); // whether it can be answered or not
      return this.change(followed);
    }
    if (this.answer || this.busy) return;
    const linked = state.linked === this.name && !state.isKept ? state.link : {};
    this.ask(
      state.isKept ? state.get(this.name) : { link: without(linked, [...empty(linked), ...localsOf(this.name)]) },
    );
  }

  /** The visitor wants this to be another: asks anew, and gives up what is under way. */
  change(changes) {
    const follows = Boolean(changes.origin);
    const cleared = clearedBy(changes).filter((key) => !(follows && this.#byHand && CHOICES.includes(key)));
    const isUpload = typeof changes.picture === 'object' && changes.picture !== null;
    const isDrawing = Object.keys(changes).length === 1 && !isUpload && !('example' in changes); // watched as it goes
    this.given = !follows && !isDrawing;
    if (isUpload && !this.#byHand) cleared.push(...CHOICES); // the server chooses, by the picture
    // An own picture stays when the dataset changes.
    const wanted = { ...without(this.wanted, cleared), ...changes };
    return this.ask({ ...wanted, origin: originOf(changes, wanted, this.answer?.dataset) });
  }

  /** The visitor chose these: from now on uploads do not. */
  keepChoice(names) {
    this.#byHand ||= names.some((key) => CHOICES.includes(key));
  }

  /** The visitor took the picture away: the answer stays, but the next one is not to this picture. */
  forgetPicture() {
    if (this.busy && this.answer) this.#giveUp(); // what is under way is the answer to that picture
    const { origin } = this.wanted;
    this.keep({ picture: null, example: null, origin: origin?.followed ? origin : null });
    this.#tell(false);
  }

  /** Remember what the server is not asked about, also while it is asked for something. */
  keep(changes) {
    if (this.busy) this.#wanted = { ...this.#wanted, ...changes };
    state.set(this.name, changes);
  }

  /** Whether what is shown is the answer to a picture that was taken away. */
  get isStale() {
    const { picture, example, codes } = state.get(this.name);
    return this.answer !== null && [picture, example].every((given) => given === null) && !codes;
  }

  /** Show what a visitor wants, all of it. */
  async ask(wanted) {
    this.#wanted = wanted;
    this.progress = 0;
    this.#tell(false);
    const { picture, ...others } = without(wanted, [...empty(wanted), ...localsOf(this.name)]);
    const asked = { ...others, ...(picture && { picture: asFile(picture) }), examples_of: this.#examplesOf() };
    try {
      const last = await this.#requests.ask(`tab_${this.name}`, [asked], (answer) => this.#take(answer));
      if (last) this.#settle();
    } catch (error) {
      this.#settle();
      this.#restore();
      if (!(error instanceof Refusal)) throw error;
      say(error.message);
      if (!this.answer && !wanted.link) await this.ask({ link: {} }); // as when a kept upload has been deleted
    }
  }

  /** Give up what is asked for, and show what was there before. */
  stop() {
    this.#giveUp();
    this.#restore();
  }

  #giveUp() {
    this.#requests.cancel();
    this.#settle();
  }

  /** The updates for the controls that do not have them yet. */
  takeUpdates() {
    let updates = this.answer?.controls ?? [];
    if (this.awaitsFile) updates = [...updates.slice(0, -1), this.#applied.at(-1)];
    const changed = updates.map((update, i) =>
      JSON.stringify(update) === JSON.stringify(this.#applied[i]) ? undefined : update,
    );
    this.#applied = updates;
    return changed;
  }

  #take(answer) {
    if ('progress' in answer) {
      this.progress = answer.progress;
      return this.#tell(false);
    }
    const { examples = this.answer?.examples, warning, settings } = answer;
    this.answer = { ...answer, examples };
    const fits = ([key, value]) => value === null || PROPERTIES[this.name][key]?.fits(value);
    const locals = this.#locals(warning);
    if (locals.origin) locals.origin = answeredOrigin(locals.origin, settings, answer.dataset);
    state.set(this.name, { ...Object.fromEntries(Object.entries(settings).filter(fits)), ...locals });
    if (warning) say(warning);
    this.#tell(true);
    trigger('controls', this.name);
    state.answered(this.name);
  }

  /** What is wanted and is not asked of the server; a link's stays as it was read, if the link could be followed. */
  #locals(warning) {
    const wanted = this.#wanted?.link && !warning ? state.get(this.name) : (this.#wanted ?? {});
    return Object.fromEntries(localsOf(this.name).map((key) => [key, wanted[key] ?? null]));
  }

  #settle() {
    this.#wanted = null;
    this.#tell(false);
    if (this.answer) state.answered(this.name);
  }

  #restore() {
    this.#applied = [];
    trigger('controls', this.name);
  }

  #examplesOf() {
    const { dataset, checkpoint } = this.answer?.settings ?? {};
    return dataset ?? checkpoint ?? null;
  }

  #tell(isNew) {
    for (const listener of this.#listeners) listener(this, isNew);
  }
}

export { notice, register, showTab, tabTitles, tabToShow } from './opening.js';

/** A picture of the state as the server is asked about it. */
export const asFile = (picture) => (typeof picture === 'string' ? picture : { path: picture.path, meta: picture.meta });

/** A picture or else an example as the server is asked about it. */
export const askedOf = ({ picture, example }) => (picture ? { picture: asFile(picture) } : { example });

const tabs = Object.fromEntries(Object.keys(PROPERTIES).map((name) => [name, new Tab(name)]));
const wantedOnAll = () => Object.fromEntries(Object.entries(tabs).map(([name, one]) => [name, one.wanted]));
/** A tab by its name. */
export const tab = (name) => tabs[name];

/** Ask a tab for something and open it. */
export function give(name, changes) {
  tabs[name].change(changes);
  showTab(name);
}

// What Gradio's events call; ui/browser.py writes the calls.

/** The visitor has set a tab's controls of these names to these values. */
export function changed(name, names, ...values) {
  const changes = Object.fromEntries(names.map((key, i) => [key, values[i]]));
  tabs[name].keepChoice(names);
  if ('picture' in changes) tabs[name].awaitsFile = false;
  const again = removedFile && changes.picture?.path === removedFile;
  if (changes.picture) removedFile = null;
  if (again) return;
  if (changes.picture === null) tabs[name].forgetPicture();
  else if (names.length > 1 || values[0] !== null) tabs[name].change(changes); // an emptied field will be filled
}

/** As `changed`, of sliders, once they rest: arrow keys move them step by step. */
export const moved = (name, names, ...values) => settle(name, names, values);
const settle = rested((name, names, values) => released(name, names, ...values), 400);

/** As `changed`, of sliders that are let go, or that are left as they were. */
export function released(name, names, ...values) {
  const isNew = (_, i) => !same(tabs[name].wanted[names[i]], values[i]);
  if (names.some(isNew)) changed(name, names.filter(isNew), ...values.filter(isNew));
}

/** The visitor took a tab's picture away. */
export function removed(name, picture) {
  removedFile = picture?.path;
  tabs[name].forgetPicture();
}
let removedFile = null; // Gradio names it once more, as if it had just been given

/** The visitor threw the die: the next seed, and after the last one the first. */
export function nextSeed(name) {
  tabs[name].change({ seed: ((tabs[name].wanted.seed ?? 0) + 1) % 2 ** 32 });
  tabs[name].given = true;
}

/** The updates of a tab's controls, one for each. */
export const controls = (name) => tabs[name].takeUpdates();
