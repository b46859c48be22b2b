// A photograph at its own size, its reconstruction behind it, and a line between the two for the visitor to move.

import { difference, legend, showGain } from './difference.js';
import { loupe } from './loupe.js';
import { measures } from './measures.js';
import { number, on, sizedImage, text } from './parts.js';
import { PartInView } from './part_in_view.js';
import { useMenu } from './use_picture.js';

export const wholePlace = '<div class="at-whole"></div>';
const WAITING = '<p class="waiting">Reconstructing the whole picture…</p>';

export class WholePicture {
  #element;
  #value = null;
  #place = Object.assign(document.createElement('div'), { className: 'at-whole', innerHTML: WAITING, tabIndex: -1 });
  #split = 50; // percent of the width that the picture covers; the rest shows its reconstruction
  #part = new PartInView(
    'whole_picture',
    (answer) => this.#draw(answer),
    (sentence) => this.#tell(sentence),
  );

  constructor(element) {
    this.#element = element;
    on(element, 'input', {
      '.compare': (compare, { target }) => {
        this.#split = Number(target.value);
        compare.style.setProperty('--split', `${this.#split}%`);
        target.setAttribute('aria-valuetext', `${this.#split} %`);
      },
    });
    on(element, 'click', {
      '.ask-whole': () => {
        this.#await();
        this.#place.focus(); // the button is gone
        this.#part.ask();
      },
    });
  }

  /** Another answer `value` is in the panel: until its whole picture comes, the last one stays, dimmed. */
  drawn(value) {
    const place = this.#element.querySelector('.at-whole');
    if (place) place.replaceWith(this.#place);
    this.#value = value;
    if (this.#part.awaitedAt(place && this.#place, value.whole_by)) this.#await();
    else this.#show(false);
    if (!place) this.#place.innerHTML = WAITING; // the next photograph comes after another kind of picture
  }

  #await() {
    if (!this.#place.querySelector('.whole')) this.#place.innerHTML = WAITING;
    this.#show(true);
  }

  #draw(answer) {
    this.#place.innerHTML = beforeAndAfter(this.#value, answer, this.#split);
    this.#show(false);
    showGain(this.#element);
  }

  #tell(sentence) {
    this.#place.innerHTML = `
      <p class="waiting" role="alert">${text(sentence)} <button type="button" class="ask-whole">Try again</button></p>`;
    this.#show(false);
  }

  #show(isAwaited) {
    this.#place.classList.toggle('awaited', isAwaited);
    this.#place.setAttribute('aria-busy', String(isAwaited));
    this.#place.inert = isAwaited && Boolean(this.#place.querySelector('.whole')); // that is of another picture
  }
}

function beforeAndAfter(value, v, split) {
  const [width, height] = v.size;
  return `
    <article class="card whole" data-checkpoint="${text(v.checkpoint)}">
      <div>
        <h3>${text(v.title)}, the whole picture</h3>
        <figure style="--width:${width}px;--shape:${width / height}">
          <div class="compare ${width < 320 ? 'enlarged' : ''}" style="--split:${split}%">
            ${sizedImage(v.reconstruction, `${v.title} reconstruction`, v.size)}
            ${sizedImage(v.model_input, 'The picture as the model sees it', v.size, 'data-before')}
            <i class="line" aria-hidden="true"></i>
            <input type="range" min="0" max="100" value="${split}" aria-valuetext="${split} %"
              aria-label="How much of the picture covers its reconstruction">
          </div>
          <figcaption class="ends"><span>picture</span><span>reconstruction</span></figcaption>
        </figure>
        ${loupe()}
        <p class="small">This variant is convolutional throughout, so it takes a picture of any size, here up to
          ${number(value.max_side, 0)} pixels on its long side. Drag the line, or move it with the arrow keys.
          Ctrl and the wheel, two fingers or + enlarge a place in all three pictures; a drag then moves them.</p>
      </div>
      <div>
        ${difference(v)}
        ${legend(value.difference_limit, 'whole')}
        ${measures(v)}
        ${useMenu(`whole-${v.checkpoint}`, `${v.title}, the whole picture`)}
      </div>
    </article>`;
}
