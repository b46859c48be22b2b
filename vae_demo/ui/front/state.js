// The page's state: which tab is open and what is set there. The address holds it, so that a link shows the same.

const name = { read: (written) => written || null, fits: (value) => typeof value === 'string' && value !== '' };
const decimal = { read: (written) => (written ? Number(written) : null), fits: Number.isFinite };
const whole = { ...decimal, fits: (value) => Number.isInteger(value) && value >= 0 };
const oneOf = (...names) => ({ ...name, fits: (value) => names.includes(value) });

/** Every tab by its name in the address, with the type of each property; a property that is null is left out. */
export const PROPERTIES = {
  reconstruction: { dataset: name, example: name, posterior: oneOf('mean', 'sample'), seed: whole },
  sampling: { checkpoint: name, prior: name, count: whole, seed: whole, temperature: decimal },
  beta_comparison: { dataset: name, example: name, beta: decimal },
  code_maps: { checkpoint: name, example: name },
  about: {},
};
const NAMES = new Set(['tab', ...Object.values(PROPERTIES).flatMap(Object.keys)]);

export class PageState {
  #values;
  #answered = new Set();
  #listeners = new Set();
  #opened = false;

  /** The state that an address asks for; what it has wrong is left out here, and the server says so. */
  constructor(address) {
    const query = new URL(address).searchParams;
    this.tab = Object.hasOwn(PROPERTIES, query.get('tab') ?? '') ? query.get('tab') : 'reconstruction';
    const asked = query.get('tab') === this.tab ? query : new URLSearchParams();
    const read = (tab, [key, type]) => {
      const value = tab === this.tab ? type.read(asked.get(key)) : null;
      return [key, type.fits(value) ? value : null];
    };
    const readAll = ([tab, types]) => [tab, Object.fromEntries(Object.entries(types).map((entry) => read(tab, entry)))];
    this.#values = Object.fromEntries(Object.entries(PROPERTIES).map(readAll));
  }

  /** A tab's properties, by name. */
  get(tab) {
    return { ...this.#values[tab] };
  }

  /** Change some of a tab's properties. Throws for a name or a value that its table does not allow. */
  set(tab, changes) {
    for (const [key, value] of Object.entries(changes)) {
      const type = PROPERTIES[tab][key];
      if (!type || (value !== null && !type.fits(value))) throw new TypeError(`${tab}.${key} cannot be ${value}`);
    }
    Object.assign(this.#values[tab], changes);
    this.#tell();
  }

  /** The server's answer for a tab came, with these settings: from now on the address may follow it. */
  answered(tab, settings = {}) {
    this.#answered.add(tab);
    this.set(tab, settings);
  }

  /** A tab came into view. Another one stands there before the server has opened the one that the address names. */
  show(tab) {
    if (!this.#opened && tab !== this.tab) return;
    this.#opened = true;
    this.tab = tab;
    this.#tell();
  }

  /** Whether what the visitor sees is what the state says. */
  get settled() {
    return this.#opened && this.#answered.has(this.tab);
  }

  /** `base`, an address of this page, with this state in it; what else is in it stays. */
  address(base) {
    const link = new URL(base);
    for (const key of NAMES) link.searchParams.delete(key);
    link.searchParams.set('tab', this.tab);
    for (const [key, value] of Object.entries(this.#values[this.tab]))
      if (value !== null) link.searchParams.set(key, value);
    return link.href;
  }

  /** Call `listener` after every change; what comes back ends that. */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell() {
    for (const listener of this.#listeners) listener(this);
  }
}

export const state = new PageState(location.href);

// Replaced, not pushed: "back" leaves the page, as the server opens a tab only when the page is loaded.
state.subscribe(() => {
  const address = state.address(location.href);
  if (state.settled && address !== location.href) history.replaceState(history.state, '', address);
});
