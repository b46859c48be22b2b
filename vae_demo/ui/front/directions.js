// A direction from pictures without something to pictures with it, and one slider that moves the picture's latent along
// it in every Gaussian variant at once, decoded here.

import { comesIntoView } from './arrivals.js';
import { MARKUP, advice, chosenButton, exampleButton, figure, leadsNowhere } from './directions_markup.js';
import { LivePicture } from './live.js';
import { say } from './messages.js';
import { each, on, rested, signedNumber } from './parts.js';
import { rove } from './roving.js';
import {
  MOST,
  SIDES,
  addTo,
  bySide,
  isSame,
  keepExamples,
  picturesOf,
  removeFrom,
  uploadTo,
  useHere,
} from './sides.js';
import { state } from './state.js';
import { askedOf, tab } from './tabs.js';
import { Requests } from './transport.js';

const TAB = 'reconstruction';
const REST = 600; // milliseconds without a change until the slider's place is in the address

/** The part of the Reconstruction tab's panel that stands in `.directions`. */
export class Directions {
  #server;
  #place = Object.assign(document.createElement('details'), { className: 'directions card', innerHTML: MARKUP });
  #first = null; // {dataset, picture, example, variants}, as it was answered last; of the variants the Gaussian ones
  #asked = ''; // what the last request was about
  #found = []; // the last answer: the direction by each variant
  #requests = new Requests();
  #thumbnails = new Map(); // by a picture of a side, as JSON
  #drawn = {}; // the markup of each side's pictures
  #shown = ''; // the variants that have a canvas
  #lives = []; // for each of them
  #moved = []; // {live, latent, direction}
  #remember = rested((along) => tab(TAB).keep({ along: along || null }), REST);

  constructor({ server }) {
    this.#server = server;
    state.subscribe(() => this.#follow());
    comesIntoView('directions', this.#place);
    on(this.#place, 'click', {
      '.example': (button) => this.#toggle(sideOf(button), { example: button.dataset.name }),
      '.remove': (button) => removeFrom(sideOf(button), Number(button.dataset.place)),
      '.present': (button) => useHere(sideOf(button), this.#first),
      '.reset': () => this.#show(0),
    });
    on(this.#place, 'change', { '.load input': (input) => uploadTo(sideOf(input), input) });
    on(this.#place, 'input', { 'input[type=range]': ({ valueAsNumber: along }) => this.#show(along) });
    rove(this.#place, '.examples', '.example');
    rove(this.#place, '.chosen', '.remove');
  }

  #find(selector) {
    return this.#place.querySelector(selector);
  }

  /** The tab's answer came, and is drawn. */
  drawn({ dataset, variants }) {
    const { picture, example } = state.get(TAB);
    const isFirst = !this.#first;
    const isOther = this.#first?.dataset !== dataset;
    this.#first = { dataset, picture, example, variants: variants.filter(({ latent }) => latent) };
    if (isOther) this.#found = [];
    document.querySelector('#reconstruct-result .directions').replaceWith(this.#place);
    this.#place.hidden = !this.#first.variants.length;
    this.#find('.of-codes').hidden = variants.every(({ latent }) => latent);
    if (isOther) this.#offerExamples(isFirst);
    this.#follow();
    this.#begin();
  }

  /** Put the slider's place into the address. */
  flush() {
    this.#remember.flush();
  }

  /** Another dataset has other examples; uploads stay. What a link has of others is told of. */
  #offerExamples(isLinked) {
    this.#thumbnails.clear();
    const { examples } = tab(TAB).answer;
    for (const { name, picture } of examples) this.#thumbnails.set(JSON.stringify({ example: name }), picture);
    for (const place of this.#place.querySelectorAll('.examples'))
      place.innerHTML = each(examples, (one, i) => exampleButton(one, i, sideOf(place)));
    const leftOut = keepExamples(examples.map(({ name }) => name)).join(', ');
    if (isLinked && leftOut)
      say(`The link’s direction is without ${leftOut}: a side takes up to ${MOST} examples of ${this.#first.dataset}.`);
  }

  #toggle(side, example) {
    const place = picturesOf(side).findIndex((one) => isSame(one, example));
    if (place < 0) addTo(side, example);
    else removeFrom(side, place);
  }

  /** Show what the state has, and ask where it is not what was asked for last. */
  #follow() {
    if (!this.#first) return;
    const sides = bySide(picturesOf);
    this.#drawSides(sides);
    const { dataset, variants } = this.#first;
    const chosen = SIDES.filter((side) => sides[side].length).length;
    const asked = chosen ? JSON.stringify([dataset, variants.map((v) => v.weights_sha256), sides]) : '';
    if (asked === this.#asked) return;
    this.#asked = asked;
    if (chosen < SIDES.length) this.#remember.cancel();
    if (chosen) this.#place.open = true;
    if (chosen) this.#ask(sides);
    else this.#forget();
  }

  #forget() {
    this.#requests.cancel();
    this.#place.setAttribute('aria-busy', 'false');
    this.#found = [];
    this.#begin();
  }

  async #ask(sides) {
    const wanted = { dataset: this.#first.dataset, ...bySide((side) => sides[side].map(askedOf)) };
    this.#place.setAttribute('aria-busy', 'true');
    try {
      const last = await this.#requests.ask('directions', [wanted], (answer) => {
        if (answer.refused) return refuse(answer.refused);
        for (const side of SIDES)
          sides[side].forEach((one, i) => this.#thumbnails.set(JSON.stringify(one), answer[side][i]));
        this.#found = answer.variants;
        this.#drawSides(sides);
        this.#begin();
      });
      if (!last) return;
    } catch (error) {
      say(error.message);
      this.#found = [];
      this.#drawSides(sides);
      this.#begin();
    }
    this.#place.setAttribute('aria-busy', 'false');
  }

  #drawSides(sides) {
    for (const side of SIDES) {
      const place = this.#find(`[data-side=${side}]`);
      const drawn = each(sides[side], (one, i) => chosenButton(this.#thumbnails.get(JSON.stringify(one)), i, side));
      if (this.#drawn[side] !== drawn) drawAgain(place, drawn);
      this.#drawn[side] = drawn;
      for (const button of place.querySelectorAll('.example'))
        button.setAttribute('aria-pressed', String(sides[side].some(({ example }) => example === button.dataset.name)));
    }
    const told = advice(sides, this.#found);
    if (this.#find('.told').textContent !== told) this.#find('.told').textContent = told;
  }

  /** Show the picture moved along the direction that was answered last, by the variants that it is of. */
  #begin() {
    const directionOf = (v) =>
      this.#found.find((one) => one.checkpoint === v.checkpoint && one.weights_sha256 === v.weights_sha256)?.direction;
    const variants = this.#first.variants.filter(directionOf);
    const shown = JSON.stringify(variants.map((v) => [v.checkpoint, v.weights_sha256]));
    if (shown !== this.#shown) this.#drawCanvases(variants);
    this.#shown = shown;
    this.#moved = variants.map((v, i) => ({ live: this.#lives[i], latent: v.latent, direction: directionOf(v) }));
    this.#find('.moving').hidden = !variants.length || leadsNowhere(this.#found);
    this.#remember.flush(); // it may have been moved since this was asked
    if (variants.length) this.#show(state.get(TAB).along ?? 0);
  }

  #drawCanvases(variants) {
    this.#find('.steps-between').innerHTML = each(variants, figure);
    const canvases = this.#place.querySelectorAll('canvas');
    this.#lives = variants.map((v, i) => {
      const askServer = ({ latent }) => this.#server.decode_for_page({ checkpoint: v.checkpoint, latent });
      const live = new LivePicture(canvases[i], v, askServer);
      live.prepare();
      return live;
    });
  }

  #show(along) {
    const slider = this.#find('input[type=range]');
    slider.value = along;
    slider.setAttribute('aria-valuetext', `${signedNumber(along, 2)} of the direction`);
    this.#find('output').textContent = signedNumber(along, 2);
    for (const { live, latent, direction } of this.#moved)
      live.show({ latent: latent.map((value, i) => value + along * direction[i]) });
    this.#remember(along);
  }
}

/** Draw a side's pictures; a focus among them stays at its place, or as near as there is one. */
function drawAgain(side, pictures) {
  const chosen = side.querySelector('.chosen');
  const place = chosen.querySelector(':focus')?.dataset.place;
  chosen.innerHTML = pictures;
  if (place === undefined) return;
  const left = chosen.querySelectorAll('.remove');
  (left[Math.min(place, left.length - 1)] ?? side.querySelector('.present')).focus();
}

/** A picture that the server refused is taken away; then the others are asked for. */
function refuse({ side, place, why }) {
  say(why);
  removeFrom(side, place);
}

const sideOf = (element) => element.closest('[data-side]').dataset.side;
