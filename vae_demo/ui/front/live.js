// Pictures that follow a control: decoded in a worker of this page or, where that cannot be, by the server.

import { say } from './messages.js';
import { source } from './parts.js';

const DIGEST_LENGTH = 16; // of the weights' SHA-256, in a decoder's address
const PATIENCE = 500; // milliseconds until a download shows how far it is
const UNREACHED = 'The picture cannot be decoded: there is no connection to the server. It is tried again.';

const downloads = new EventTarget(); // an event for each piece that came, named by its address
const loaded = new Set(); // addresses
const jobs = new Map(); // by number, what waits for the worker
let worker = null; // started when it is first needed
let broken = false; // where workers cannot run
let jobsSoFar = 0;
const undrawn = new Map(); // live pictures, to what they could not show
let unsay = null; // takes away the sentence about them

/** There is no way to the server just now. */
class Unreachable extends Error {}

addEventListener('online', () => {
  for (const [picture, values] of undrawn) picture.show(values);
});

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

  /** Fetch the decoder, as somebody reaches for a control. */
  async prepare() {
    if (this.#address) await this.#decode({}).catch((error) => this.#giveUp(error));
  }

  /** Show a `latent`, or `codes` as the decoder takes them; resolves when the last one that was given is drawn. */
  show(values) {
    this.#waiting = values;
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
    try {
      if (this.#address) return this.#draw(await this.#decode(values));
    } catch (error) {
      this.#giveUp(error);
    }
    try {
      const picture = await this.#askServer(values);
      if (picture === undefined) throw new Error('The server gave no picture.'); // as Gradio says without a connection
      if (picture) this.#draw(await pixelsOf(picture));
    } catch (error) {
      console.warn('The picture could not be decoded.', error); // the next one may be
      undrawn.set(this, values);
      unsay ??= say(UNREACHED, true);
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
    const timer = setTimeout(() => loaded.has(address) || this.#canvas.after(bar), PATIENCE);
    try {
      const picture = await ask({ address, ...values });
      loaded.add(address);
      return picture;
    } finally {
      clearTimeout(timer);
      downloads.removeEventListener(address, onPiece);
      bar.remove();
    }
  }

  /** Draw; the event tells the picture's numbers before they were rounded, where they were computed here. */
  #draw({ width, height, pixels, numbers = null }) {
    const canvas = this.#canvas;
    undrawn.delete(this);
    if (!undrawn.size) unsay = unsay?.();
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
