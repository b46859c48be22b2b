// A picture's codes beside JPEG, WebP and AVIF files of as many bytes.

import { fromText } from './base64url.js';
import { say } from './messages.js';
import { downloadContent, each, number, on, sizedImage, text } from './parts.js';
import { state } from './state.js';
import { askedOf } from './tabs.js';
import { Requests } from './transport.js';

export class CodecComparison {
  #element;
  #took;
  #requests = new Requests();
  #shown = null; // the last comparison

  /** `took(text)` hears of the file of codes that came with a comparison of the picture on the page. */
  constructor(element, took) {
    this.#element = element;
    this.#took = took;
    on(element, 'click', {
      '.compare-small': () => this.#ask(false),
      '.compare-whole': () => this.#ask(true),
      '.stop-comparing': () => this.stop(),
      '.download-whole': () => downloadContent(fromText(this.#shown.text), `${this.#shown.checkpoint}-whole.vq`),
    });
  }

  /** Another picture is on the page: a small one is compared at once. */
  begin({ linkable, any_size: anySize }) {
    this.stop();
    this.#shown = null;
    const small = linkable ? '' : button('compare-small', 'Compare with JPEG, WebP and AVIF');
    const whole = anySize ? button('compare-whole', 'Compress the whole photograph') : '';
    this.#place.innerHTML = `
      <div class="tools">${small}${whole}<span class="comparing" hidden><progress class="download" max="1"
        aria-label="Compressing"></progress>${button('stop-comparing', 'Stop')}</span></div>
      <div class="found ${linkable ? 'awaited' : ''}"></div>`;
    if (linkable) this.#ask(false);
  }

  /** Give up what is asked for. */
  stop() {
    this.#requests.cancel();
    this.#wait(false);
  }

  get #place() {
    return this.#element.querySelector('.comparison');
  }

  #wait(isWaiting) {
    const place = this.#place?.querySelector('.comparing');
    if (!place) return;
    place.hidden = !isWaiting;
    place.querySelector('progress').removeAttribute('value');
  }

  async #ask(whole) {
    const { checkpoint, example, picture } = state.get('code_maps');
    const asked = { checkpoint, whole, ...askedOf({ picture, example }) };
    const place = this.#place;
    this.#wait(!place.querySelector('.awaited'));
    try {
      const isLast = await this.#requests.ask('beside_codecs', [asked], (answer) => {
        if ('progress' in answer) place.querySelector('.comparing progress').value = answer.progress;
        else this.#show(answer, whole);
      });
      if (isLast) this.#wait(false);
    } catch (error) {
      this.#wait(false);
      say(error.message);
    }
  }

  #show(found, whole) {
    this.#shown = found;
    this.#place.querySelector('.found').innerHTML = comparison(found, whole);
    if (!whole) this.#took(found.text);
  }
}

const button = (name, title) => `<button type="button" class="${name}">${title}</button>`;
const bytes = (count) => `${number(count, 0)} bytes`;

function comparison({ codes, codecs }, whole) {
  const figure = (c) => `
    <figure class="codec" data-codec="${text(c.codec)}">
      ${sizedImage(c.picture, `The picture from ${bytes(c.bytes)} of ${c.codec}`, c.size)}
      <figcaption><b>${text(c.codec)}, ${bytes(c.bytes)}</b>
        <span>${number(c.psnr, 1)} dB, SSIM ${number(c.ssim, 2)}</span></figcaption>
    </figure>`;
  const tools = `<div class="tools">${button('download-whole', `Download the whole, ${bytes(codes.bytes)}`)}</div>`;
  return `
    <p class="winner">${winner(codes, codecs)}</p>
    <div class="codecs ${whole ? 'whole-codecs' : ''}">${each([codes, ...codecs], figure)}</div>
    ${whole ? tools : ''}`;
}

/** Who wins, in a sentence: beside the best of those that fit in as many bytes, or the smallest where none does. */
export function winner(codes, codecs) {
  const away = ({ psnr }) => `${number(Math.abs(codes.psnr - psnr), 1)} dB`;
  const level = ({ psnr }) => Math.abs(codes.psnr - psnr) < 0.05; // which is written as 0.0
  const wins = ({ psnr }) => codes.psnr >= psnr;
  const fitting = codecs.filter((c) => c.bytes <= codes.bytes);
  if (!fitting.length) {
    const nearest = codecs.reduce((a, b) => (a.bytes <= b.bytes ? a : b));
    const apart = wins(nearest) ? `is still ${away(nearest)} below` : `is then ${away(nearest)} above`;
    const outcome = level(nearest) ? 'then keeps as much as' : apart;
    const smallest = `The smallest, ${nearest.codec}, needs ${number(nearest.bytes, 0)}, and ${outcome} the codes.`;
    return `None of the others fits in ${bytes(codes.bytes)}. ${smallest}`;
  }
  const best = fitting.reduce((a, b) => (a.psnr >= b.psnr ? a : b));
  const [winning, losing] = wins(best) ? ['the codes win', best.codec] : [`${best.codec} wins`, 'the codes'];
  const outcome = level(best) ? `the codes keep as much as ${best.codec}` : `${winning}, ${away(best)} above ${losing}`;
  const larger = codecs.filter((c) => c.bytes > codes.bytes).map((c) => c.codec);
  const rest = larger.length ? ` ${larger.join(' and ')} cannot be so small.` : '';
  return `In ${bytes(codes.bytes)} ${outcome}.${rest}`;
}
