// What a screen reader says of an answer, when the page has come to rest.

const REST = 400; // milliseconds: while a hand draws, answers follow one another

let region = null;
let timer = null;

/** Say a sentence, as soon as no other follows. */
export function announce(sentence) {
  if (!region) {
    region = Object.assign(document.createElement('div'), { className: 'unseen', id: 'announced' });
    region.setAttribute('role', 'status'); // polite: what is being read out is not cut short
    (document.querySelector('.gradio-container') ?? document.body).append(region);
  }
  clearTimeout(timer);
  timer = setTimeout(() => (region.textContent = sentence), REST);
}
