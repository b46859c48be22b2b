// A second picture, and one slider from the first to it in every variant at once, decoded here.

import { comesIntoView } from './arrivals.js';
import { LivePicture, pixelsOf } from './live.js';
import { say } from './messages.js';
import { Motion } from './motion.js';
import { each, image, on, rested, text } from './parts.js';
import { rove } from './roving.js';
import { chooseSecond, secondPicture, uploadSecond } from './second_picture.js';
import { state } from './state.js';
import { askedOf, tab } from './tabs.js';
import { Requests } from './transport.js';
import { between } from './walk.js';

const TAB = 'reconstruction';
const HALFWAY = 0.5; // where the slider begins, and what stays out of the address
const SECONDS = 4; // from one end to the other
const REST = 600; // milliseconds without a change until the slider's place is in the address

const MARKUP = `
  <summary>A second picture: slide from one to the other</summary>
  <p class="small">Choose the second picture.</p>
  <div class="tools"><div class="examples"></div>
    <label class="load">Upload<input type="file" accept="image/*" aria-label="Upload a second picture"></label></div>
  <div class="way" hidden>
    <span></span>
    <input type="range" min="0" max="1" step="0.001" aria-label="From the first picture to the second">
    <span></span>
    <button type="button" class="play" aria-pressed="false">Play</button>
  </div>
  <div class="steps-between"></div>
  <p class="small" hidden>A cross-fade shows both pictures at once, like two slides on one wall. A decoder draws one
    picture, from what lies between the two latents: on the great circle for posterior means, and for VQ-VAE, whose code
    indices have nothing between them, on the straight line from vector to vector of its codebook.</p>`;

/** The part of the Reconstruction tab's panel that stands in `.two-pictures`. */
export class TwoPictures {
  #server;
  #place = Object.assign(document.createElement('details'), { className: 'two-pictures card', innerHTML: MARKUP });
  #first = null; // {dataset, picture, example}, as it was answered last
  #asked = ''; // what the last request was about
  #requests = new Requests();
  #draw = []; // called with the share of the way
  #motion;
  #closed = null; // the second picture when this was closed
  #answered = null; // the second picture that was answered last, and what was asked then
  #remember = rested((share) => tab(TAB).keep({ share: share === HALFWAY ? null : share }), REST);

  constructor({ server }) {
    this.#server = server;
    this.#motion = new Motion(this.#find('.play'));
    state.subscribe(() => this.#follow());
    comesIntoView('second', this.#place);
    on(this.#place, 'click', {
      summary: (_, event) => {
        event.preventDefault(); // whether it is open follows from the state
        this.#toggle();
      },
      '.example': ({ dataset }) => chooseSecond({ example: dataset.name }),
      '.play': () => (this.#motion.running ? this.#motion.stop() : this.#play()),
    });
    on(this.#place, 'change', { '.load input': uploadGiven });
    on(this.#place, 'input', {
      'input[type=range]': ({ valueAsNumber: share }) => {
        this.#motion.stop();
        this.#show(share);
      },
    });
    rove(this.#place, '.examples', '.example');
  }

  #find(selector) {
    return this.#place.querySelector(selector);
  }

  get #slider() {
    return this.#find('input[type=range]');
  }

  /** The tab's answer came, and is drawn. */
  drawn({ dataset }) {
    const { picture, example } = state.get(TAB);
    const isOther = this.#first && this.#first.dataset !== dataset;
    this.#first = { dataset, picture, example };
    const examples = tab(TAB).answer.examples;
    document.querySelector('#reconstruct-result .two-pictures').replaceWith(this.#place);
    this.#find('.examples').innerHTML = each(examples, exampleButton);
    const { example: second } = secondPicture();
    if (isOther && second && !examples.some(({ name }) => name === second)) chooseSecond(this.#another());
    else this.#follow();
  }

  /** Put the slider's place into the address. */
  flush() {
    this.#remember.flush();
  }

  #another() {
    const names = tab(TAB).answer.examples.map(({ name }) => name);
    return { example: names.find((name) => name !== this.#first.example) ?? null };
  }

  /** The visitor opens or closes it: a second picture is chosen, or none. */
  #toggle() {
    const { isChosen, ...second } = secondPicture();
    if (isChosen) this.#closed = second;
    const { picture, example } = this.#closed ?? {};
    const isThere = picture || tab(TAB).answer.examples.some(({ name }) => name === example);
    chooseSecond(isChosen ? {} : isThere ? this.#closed : this.#another());
  }

  /** Show what the state has: ask for both pictures' latents where they are not those that were asked for last. */
  #follow() {
    if (!this.#first) return;
    const { isChosen, ...second } = secondPicture();
    if (this.#place.open !== isChosen) this.#place.open = isChosen;
    for (const button of this.#place.querySelectorAll('.example'))
      button.setAttribute('aria-pressed', String(button.dataset.name === second.example));
    const asked = isChosen ? JSON.stringify([this.#first, second]) : '';
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#motion.stop();
    if (isChosen) this.#ask(second);
    else this.#giveUp();
    this.#remember.cancel();
  }

  async #ask(second) {
    const asked = { dataset: this.#first.dataset, pictures: [askedOf(this.#first), askedOf(second)] };
    const first = JSON.stringify(this.#first);
    this.#place.setAttribute('aria-busy', 'true');
    try {
      const last = await this.#requests.ask('two_pictures', [asked], (answer) => this.#begin(answer));
      if (!last) return;
      this.#answered = { first, second, asked: this.#asked };
    } catch (error) {
      say(error.message);
      const before = this.#answered?.first === first ? this.#answered : null; // it is still shown
      this.#asked = before?.asked ?? '';
      chooseSecond(before?.second ?? {});
    }
    this.#place.setAttribute('aria-busy', 'false');
  }

  #giveUp() {
    this.#requests.cancel();
    this.#place.setAttribute('aria-busy', 'false');
  }

  #begin({ pictures, variants }) {
    for (const part of this.#place.querySelectorAll('[hidden]')) part.hidden = false;
    const [first, last] = this.#place.querySelectorAll('.way span');
    first.innerHTML = image(pictures[0], 'The first picture');
    last.innerHTML = image(pictures[1], 'The second picture');
    const shown = [{ title: 'Cross-fade of pixels', size: [1, 1] }, ...variants];
    this.#find('.steps-between').innerHTML = each(shown, figure);
    const [fading, ...canvases] = this.#place.querySelectorAll('canvas');
    this.#draw = [crossFade(fading, pictures), ...variants.map((variant, i) => this.#live(variant, canvases[i]))];
    this.#show(state.get(TAB).share ?? HALFWAY);
  }

  #live(variant, canvas) {
    const { checkpoint, start, end } = variant;
    let share = 0;
    const live = new LivePicture(canvas, variant, () =>
      this.#server.decode_for_page({ checkpoint, start, end, share }),
    );
    live.prepare();
    return (here) => {
      share = here;
      live.show(between(start, end, share));
    };
  }

  #show(share) {
    this.#slider.value = share;
    this.#slider.setAttribute('aria-valuetext', `${Math.round(100 * share)} % of the way`);
    for (const draw of this.#draw) draw(share);
    this.#remember(share);
  }

  #play() {
    const began = performance.now() - 1000 * SECONDS * this.#slider.valueAsNumber;
    this.#motion.start((now) => {
      const turns = Math.max(0, now - began) / (1000 * SECONDS); // there, and back
      this.#show(1 - Math.abs(1 - (turns % 2)));
    });
  }
}

const exampleButton = ({ name, picture }, place) => `
  <button type="button" class="example" data-name="${text(name)}" aria-label="Example ${text(name)} as the second"
    aria-pressed="false" tabindex="${place ? -1 : 0}">${image(picture, '')}</button>`;

const figure = ({ title, size: [width, height] }) => `
  <figure><canvas class="crisp live" width="${width}" height="${height}" role="img"
    aria-label="${text(title)}, between the two pictures"></canvas><figcaption>${text(title)}</figcaption></figure>`;

/** Draws two pictures, one more and more transparent above the other, into a canvas. */
function crossFade(canvas, pictures) {
  const both = Promise.all(pictures.map(pixelsOf));
  let share = 0; // the last one counts, also for what waited
  return async (here) => {
    share = here;
    const [first, last] = await both;
    const { width, height } = first;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const mixed = first.pixels.map((value, i) => value + share * (last.pixels[i] - value));
    canvas.getContext('2d').putImageData(new ImageData(mixed, width, height), 0, 0);
  };
}

/** Upload the file of an input, which is empty afterwards: the same may be given again. */
function uploadGiven(input) {
  const [file] = input.files;
  input.value = '';
  if (file) uploadSecond(file);
}
