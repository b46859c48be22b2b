// What the views share: markup, event handlers, and files that leave the page.

/** Text that came from a checkpoint or a request, safe inside markup. */
export const text = (value) => String(value).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** The address of a picture from the server: a data URI, or one of Gradio's files. */
export const source = (picture) => (typeof picture === 'string' ? picture : picture.url);

export const image = (picture, alt, extra = '') =>
  `<img class="crisp" src="${text(source(picture))}" alt="${text(alt)}" ${extra}>`;

/** An image tag that takes up its place before the picture has come. */
export const sizedImage = (picture, alt, [width, height], extra = '') =>
  image(picture, alt, `width="${width}" height="${height}" decoding="sync" ${extra}`);

/** Markup without its tags, on one line. */
export const plain = (markup) =>
  new DOMParser().parseFromString(markup, 'text/html').body.textContent.replace(/\s+/g, ' ').trim();

/** A number with as many digits as a reader needs, or a dash where there is none. */
export function number(value, digits = 2) {
  if (typeof value !== 'number') return '–';
  if (!Number.isFinite(value)) return '∞';
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A number with a true minus sign, and never minus nothing. */
export const signedNumber = (value, digits) =>
  number(Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value, digits).replace('-', '−');

/** What a visitor does to learn of a thing: a finger cannot point without touching. */
export const POINT_AT = matchMedia('(hover: none)').matches ? 'Touch' : 'Point at';

/** The markup of a list's items, one after another. */
export const each = (items, markup) => items.map(markup).join('');

export const facts = (pairs) =>
  `<dl class="facts">${each(pairs, ([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

/** A button that copies the page's address; `followLinks` makes it work. */
export const linkButton = (title = 'Copy a link') =>
  `<button type="button" class="link">${title}</button><span class="told small" role="status"></span>`;

/** Say whether a button can be used now. It keeps the focus when it cannot, which `disabled` would take away. */
export const allow = (button, possible) => (button.ariaDisabled = String(!possible));

/**
 * Handle events by where they happen: `on(root, 'click', { '.undo': undo })` calls `undo(button, event)`.
 * Of the selectors, only the first that matches is used. A button that `allow` has closed gets no click.
 */
export function on(root, names, handlers) {
  const handle = (event) => {
    for (const [selector, handler] of Object.entries(handlers)) {
      const target = event.target.closest(selector);
      if (!target || !root.contains(target)) continue;
      if (event.type !== 'click' || target.ariaDisabled !== 'true') handler(target, event);
      return;
    }
  };
  for (const name of names.split(' ')) root.addEventListener(name, handle);
}

/**
 * `act`, called with the last arguments when nothing was asked for `pause` milliseconds, or at once by its `flush`, or
 * when the page is left; `cancel` forgets it.
 */
export function rested(act, pause) {
  let timer = null;
  let last = null;
  const later = (...given) => {
    later.cancel();
    last = given;
    timer = setTimeout(later.flush, pause);
    addEventListener('pagehide', later.flush, true); // before state.js keeps what it has by then
  };
  later.flush = () => {
    if (!timer) return;
    later.cancel();
    act(...last);
  };
  later.cancel = () => {
    clearTimeout(timer);
    timer = null;
    removeEventListener('pagehide', later.flush, true);
  };
  return later;
}

/** Whether two values have the same content; null is like undefined. */
export const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** Where an arrow key leads from `index` in a grid of `count` cells in rows of `columns`; null where nowhere. */
export function gridStep(key, index, count, columns) {
  const step = { ArrowUp: -columns, ArrowDown: columns, ArrowLeft: -1, ArrowRight: 1 }[key];
  const next = index + (step ?? count);
  return next >= 0 && next < count ? next : null;
}

/** Hand the visitor a file. */
export function download(href, name) {
  Object.assign(document.createElement('a'), { href, download: name }).click();
}

/** Hand the visitor a file that is made here: its content is text or a Uint8Array. */
export function downloadContent(content, name, type = '') {
  const address = URL.createObjectURL(new Blob([content], { type }));
  download(address, name);
  URL.revokeObjectURL(address);
}

/** A canvas of pictures side by side, pixel by pixel as the model made them. */
export async function contactSheet(pictures) {
  const images = await Promise.all(
    pictures.map(async (picture) => {
      const loaded = Object.assign(new Image(), { src: source(picture) });
      await loaded.decode();
      return loaded;
    }),
  );
  const { naturalWidth: width, naturalHeight: height } = images[0];
  const columns = Math.ceil(Math.sqrt(images.length));
  const rows = Math.ceil(images.length / columns);
  const sheet = Object.assign(document.createElement('canvas'), { width: columns * width, height: rows * height });
  images.forEach((loaded, i) => {
    sheet.getContext('2d').drawImage(loaded, (i % columns) * width, Math.floor(i / columns) * height);
  });
  return sheet;
}
