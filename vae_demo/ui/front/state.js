// The page's state: which tab is open and what is set there. The address holds it, so that a link shows the same; what
// is too large for an address is kept by the browser, for as long as this visit lasts.

const name = { read: (written) => written || null, fits: (value) => typeof value === 'string' && value !== '' };
const decimal = { read: (written) => (written ? Number(written) : null), fits: Number.isFinite };
const whole = { ...decimal, fits: (value) => Number.isInteger(value) && value >= 0 };
const oneOf = (...names) => ({ ...name, fits: (value) => names.includes(value) });
/** An upload, as Gradio names one. */
const upload = { read: () => null, fits: (value) => typeof value === 'object', hidden: () => true };
/** A code map: as the text of its file, which is in the address, or as JSON where that would be too long. */
const codes = { ...name, hidden: (value) => value.startsWith('{') };
/** Where a tab's picture is from: see my_picture.js. */
const origin = { read: () => null, fits: (value) => typeof value === 'object', hidden: () => true, isLocal: true };
/** Not the server's business: the sample that is open, counted from 1, and latents as they were moved by hand. */
const opened = { ...whole, isLocal: true };
const moved = { ...name, isLocal: true };
/** The axes of the plane of latents, where it is open. */
const plane = { ...name, isLocal: true };
/** The pictures that were kept: see kept_samples.js. */
const kept = { read: () => null, fits: name.fits, hidden: () => true, isLocal: true, isOfVisit: true };
/** A second picture, an example or an upload, and how far the slider is from the first to it. */
const second = { ...name, isLocal: true };
const secondPicture = { ...upload, isLocal: true };
const share = {
  ...decimal,
  fits: (value) => Number.isFinite(value) && value >= 0 && value <= 1,
  hidden: (_, tab) => tab.second_picture !== null,
  isLocal: true,
};
/** The pictures on a side of a direction, as sides.js writes them, uploads as JSON; and how far the slider is along. */
const hasUpload = (written) => Boolean(written?.startsWith('['));
const side = {
  ...name,
  read: (written) => (hasUpload(written) ? null : written || null),
  hidden: hasUpload,
  isLocal: true,
};
const along = {
  ...decimal,
  fits: (value) => Number.isFinite(value) && Math.abs(value) <= 2,
  hidden: (_, tab) => hasUpload(tab.with) || hasUpload(tab.without),
  isLocal: true,
};

/** Every tab by its name in the address, with the type of each property; a property that is null is left out. */
export const PROPERTIES = {
  reconstruction: {
    dataset: name,
    example: name,
    posterior: oneOf('mean', 'sample'),
    seed: whole,
    gain: { ...decimal, fits: (value) => value === 4 || value === 16 },
    picture: upload,
    origin,
    moved,
    second,
    second_picture: secondPicture,
    share,
    with: side,
    without: side,
    along,
  },
  sampling: {
    checkpoint: name,
    prior: name,
    count: whole,
    seed: whole,
    temperature: decimal,
    plane,
    opened,
    moved,
    kept,
  },
  beta_comparison: { dataset: name, example: name, beta: decimal, picture: upload, origin },
  code_maps: { checkpoint: name, example: name, picture: upload, origin, codes },
  about: { dataset: { ...name, isLocal: true } },
};
const FIRST = Object.keys(PROPERTIES)[0]; // the tab that the page opens with
const KEPT = 'vae-demo';
const LONG = 4000; // characters
/** The properties of a tab that the server knows nothing of. */
export const localsOf = (tab) => Object.keys(PROPERTIES[tab]).filter((key) => PROPERTIES[tab][key].isLocal);
const NAMES = new Set(['tab', ...Object.values(PROPERTIES).flatMap(Object.keys)]);

export class PageState {
  #values;
  #answered = new Set();
  #listeners = new Set();
  #leaving = null; // the tab that is still visible while another is being opened

  /** What the address has for the tab that it names, `linked`, as it is written there. */
  link = {};

  /** The state that an address asks for; what it has wrong is left out here, and the server says so. */
  constructor(address, kept = null) {
    const query = new URL(address).searchParams;
    this.isKept = kept !== null;
    this.tab = Object.hasOwn(PROPERTIES, query.get('tab') ?? '') ? query.get('tab') : FIRST;
    this.linked = this.tab;
    if ((query.get('tab') ?? FIRST) === this.tab)
      this.link = Object.fromEntries(Object.keys(PROPERTIES[this.tab]).map((key) => [key, query.get(key)]));
    const read = (tab, [key, type]) => {
      const linked = tab === this.tab ? type.read(this.link[key] ?? null) : null;
      const value = kept?.[tab]?.[key] ?? linked;
      return [key, type.fits(value) ? value : null];
    };
    if (this.tab !== FIRST) this.#leaving = FIRST;
    const readAll = ([tab, types]) => [tab, Object.fromEntries(Object.entries(types).map((entry) => read(tab, entry)))];
    this.#values = Object.fromEntries(Object.entries(PROPERTIES).map(readAll));
  }

  /** The properties of all tabs. */
  get all() {
    return structuredClone(this.#values);
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

  /** A tab will be shown with other settings than now: until its answer comes, the address does not follow it. */
  expect(tab) {
    this.#answered.delete(tab);
    this.#leaving = this.tab === tab ? null : this.tab;
    this.tab = tab;
  }

  /** A tab came into view; false where another is being opened, and this one is only still visible. */
  show(tab) {
    if (tab === this.#leaving) return false;
    this.#leaving = null;
    this.tab = tab;
    this.#tell();
    return true;
  }

  /** Whether what the visitor sees is what the state says. */
  get settled() {
    return this.#leaving === null && this.#answered.has(this.tab);
  }

  /** `base`, an address of this page, with this state in it; what else is in it stays. */
  address(base) {
    const link = new URL(base);
    for (const key of NAMES) link.searchParams.delete(key);
    link.searchParams.set('tab', this.tab);
    const values = this.#values[this.tab];
    for (const [key, value] of Object.entries(values))
      if (value !== null && !PROPERTIES[this.tab][key].hidden?.(value, values)) link.searchParams.set(key, value);
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

/** What a step of the browser's history has of a tab: neither what is of the whole visit, nor what is too long. */
export const stepOf = (tab) =>
  Object.fromEntries(
    Object.entries(state.get(tab))
      .filter(([key]) => !PROPERTIES[tab][key].isOfVisit)
      .map(([key, value]) => [key, typeof value === 'string' && value.length > LONG ? null : value]),
  );

/** What was kept of this visit: an address that is opened anew, as a link is, starts without it. */
function ofVisit() {
  try {
    return history.state?.visit ? JSON.parse(sessionStorage.getItem(KEPT)) : null;
  } catch {
    return null; // the browser may forbid it
  }
}

export const state = new PageState(location.href, ofVisit());

let timer = null;
function keep() {
  clearTimeout(timer);
  timer = null;
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(state.all));
  } catch {
    // Without it the visit goes on as well: only a reload begins anew.
  }
}
addEventListener('pagehide', () => timer && keep());

// Another tab is another step for "back"; another setting is not.
state.subscribe(() => {
  if (!state.settled) return;
  timer ??= setTimeout(keep, 250);
  const address = state.address(location.href);
  const tab = new URL(location.href).searchParams.get('tab');
  const entry = { ...history.state, visit: { tab: state.tab, ...stepOf(state.tab) } };
  if (tab !== null && tab !== state.tab) history.pushState(entry, '', address);
  else if (address !== location.href || JSON.stringify(entry) !== JSON.stringify(history.state))
    history.replaceState(entry, '', address);
});
