// Pictures that follow a control: decoded in a worker of this page or, where that cannot be, by the server.

import { say } from './messages.js';
import { source } from './parts.js';

const DIGEST_LENGTH = 16; // of the weights' SHA-256, in a decoder's address
const PATIENCE = 500; // milliseconds until a download shows how far it is
const AGAIN = 5000; // milliseconds until what could not be drawn is tried again
const UNREACHED = 'The picture cannot be decoded: there is no connection to the server. It is tried again.';
const REFUSED = 'The picture could not be decoded: try again.';

const downloads = new EventTarget(); // an event for each piece that came, named by its address
const loaded = new Set(); // addresses
const jobs = new Map(); // by number, what waits for the worker
let worker = null; // started when it is first needed
let broken = false; // where workers cannot run
let jobsSoFar = 0;
const undrawn = new Map(); // live pictures, to what they could not show
let unsay = null; // takes away the sentence about them
let timer = null; // until they are tried again

/** There is no way to the server just now. */
class Unreachable extends Error {}

/** Try what could not be drawn; what is no longer on the page is forgotten. */
function drawAgain() {
  clearTimeout(timer);
  timer = null;
  for (const [picture, values] of undrawn) {
    if (picture.isOnPage) picture.show(values);
    else settle(picture);
  }
}
addEventListener('online', drawAgain);

function drawLater(picture, values) {
  undrawn.set(picture, values);
  unsay ??= say(UNREACHED, true);
  timer ??= setTimeout(drawAgain, AGAIN);
}

function settle(picture) {
  undrawn.delete(picture);
  if (!undrawn.size) unsay = unsay?.();
}

function startedWorker() {
  if (worker) return worker;
  const script = new URL('./decoder/worker.js', import.meta.url);
  worker = new Worker(script, { type: 'module' });
  worker.addEventListener('message', ({ data }) => {
    if (!data.job) return downloads.dispatchEvent(new CustomEvent(data.address, { detail: data }));
    const { resolve, reject } = jobs.get(data.job);
    jobs.delete(data.job);
    if (data.error) reject(new (data.unreachable ? Unreachable : Error)(data.error));
    else resolve(data.picture);
  });
  worker.addEventListener('error', async () => {
    const waiting = [...jobs.values()];
    jobs.clear();
    worker = null;
    broken = await fetch(script).then(
      ({ ok }) => ok,
      () => false,
    ); // else only its script did not come
    const reason = broken ? new Error('The worker cannot run here.') : new Unreachable();
    for (const { reject } of waiting) reject(reason);
  });
  return worker;
}

function ask(values) {
  return new Promise((resolve, reject) => {
    if (broken) throw new Error('The worker cannot run here.');
    const started = startedWorker(); // throws where there are no workers
    jobsSoFar += 1;
    jobs.set(jobsSoFar, { resolve, reject });
    started.postMessage({ job: jobsSoFar, ...values }, []);
  });
}

/** The address of a checkpoint's decoder; null where the answer does not say which weights it was given by. */
const decoderAddress = ({ checkpoint, weights_sha256: digest }) =>
  digest &&
  new URL(`decoders/${encodeURIComponent(checkpoint)}/${digest.slice(0, DIGEST_LENGTH)}`, document.baseURI).href;

/** A canvas that shows the last latent or code map that it was given; those that came too fast are left out. */
export class LivePicture {
  #canvas;
  #address;
  #askServer;
  #waiting = null; // what to show next
  #working = null; // a promise, until nothing waits

  /**
   * `answer` names the `checkpoint` and the SHA-256 of its weights. `askServer(values)` gives the server's picture
   * where the browser cannot decode, or null where that picture comes to the page by itself.
   */
  constructor(canvas, answer, askServer) {
    this.#canvas = canvas;
    this.#address = decoderAddress(answer);
    this.#askServer = askServer;
    canvas.dataset.checkpoint = answer.checkpoint;
  }

  /** Whether the browser decodes, as far as is known. */
  get isLocal() {
    return Boolean(this.#address);
  }

  get isOnPage() {
    return this.#canvas.isConnected;
  }

  /** Fetch the decoder, as somebody reaches for a control. */
  async prepare() {
    if (this.#address) await this.#decode({}).catch((error) => this.#giveUp(error));
  }

  /** Show a `latent`, or `codes` as the decoder takes them; resolves when the last one that was given is drawn. */
  show(values) {
    this.#waiting = values;
    if (undrawn.has(this)) undrawn.set(this, values); // what is tried again is what was wanted last
    this.#working ??= this.#work();
    return this.#working;
  }

  async #work() {
    while (this.#waiting) {
      const values = this.#waiting;
      this.#waiting = null;
      await this.#showNow(values);
    }
    this.#working = null;
  }

  async #showNow(values) {
    let isUnreachable = false;
    try {
      if (this.#address) return this.#draw(await this.#decode(values));
    } catch (error) {
      this.#giveUp(error);
      isUnreachable = error instanceof Unreachable;
    }
    try {
      const picture = await this.#askServer(values);
      if (picture === undefined) throw new Unreachable(); // as Gradio says without a connection
      if (picture) this.#draw(await pixelsOf(picture));
      else settle(this); // it comes by another way
    } catch (error) {
      console.warn('The picture could not be decoded.', error);
      if (isUnreachable || error instanceof Unreachable) drawLater(this, values);
      else {
        settle(this); // the next one may be
        say(REFUSED);
      }
      this.#canvas.dispatchEvent(new Event('undrawn'));
    }
  }

  /** Leave decoding to the server from now on, unless the decoder may come later. */
  #giveUp(error) {
    if (error instanceof Unreachable) return;
    console.warn('The server decodes instead.', error);
    this.#address = null;
  }

  /** Decode, with a progress bar where the weights take their time. */
  async #decode(values) {
    const bar = Object.assign(document.createElement('progress'), { className: 'download' });
    bar.setAttribute('aria-label', 'Fetching the decoder');
    const onPiece = ({ detail: { received, total } }) => {
      if (total) Object.assign(bar, { max: total, value: received });
    };
    const address = this.#address;
    downloads.addEventListener(address, onPiece);
    const patience = setTimeout(() => loaded.has(address) || this.#canvas.after(bar), PATIENCE);
    try {
      const picture = await ask({ address, ...values });
      loaded.add(address);
      return picture;
    } finally {
      clearTimeout(patience);
      downloads.removeEventListener(address, onPiece);
      bar.remove();
    }
  }

  /** Draw; the event tells the picture's numbers before they were rounded, where they were computed here. */
  #draw({ width, height, pixels, numbers = null }) {
    const canvas = this.#canvas;
    settle(this);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    canvas.getContext('2d').putImageData(new ImageData(pixels, width, height), 0, 0);
    canvas.dispatchEvent(new CustomEvent('drawn', { bubbles: true, detail: numbers }));
  }
}

/** The pixels of a picture from the server. */
export async function pixelsOf(picture) {
  const image = Object.assign(new Image(), { src: source(picture) });
  await image.decode();
  const { naturalWidth: width, naturalHeight: height } = image;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0);
  return { width, height, pixels: context.getImageData(0, 0, width, height).data };
}

/** Put a canvas in the place of an image, with its picture until another one is drawn; the image is hidden. */
export function canvasFor(image, label) {
  const canvas = document.createElement('canvas');
  canvas.className = 'crisp live';
  Object.assign(canvas, { width: image.naturalWidth || 1, height: image.naturalHeight || 1 });
  canvas.getContext('2d').drawImage(image, 0, 0);
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', label);
  image.hidden = true;
  image.after(canvas);
  return canvas;
}
