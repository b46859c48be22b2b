// What a visitor can do with a picture that the page shows: give it to a tab, or keep it as a file.

import { download, each, on, text } from './parts.js';
import { say } from './messages.js';
import { useAsSecond } from './second_picture.js';
import { SIDES, useOnSide } from './sides.js';
import { give } from './tabs.js';
import { upload } from './transport.js';

/** The uses by name, and what their buttons say. */
const USES = {
  reconstruction: 'Reconstruct it',
  beta_comparison: 'Compare betas on it',
  code_maps: 'See its codes',
  second: 'Use as the second picture',
  with: 'Direction: with it',
  without: 'Direction: without it',
  download: 'Download as PNG',
};
const MOST_INLINE = 128 * 128; // pixels; ui/pictures.py sends no larger picture inside an answer

export const useButtons = () =>
  each(
    Object.entries(USES),
    ([name, title]) => `<button type="button" class="use" data-use="${name}">${title}</button>`,
  );

/** The same in a menu, where there is little room. `id` is its own on the page, `label` says whose picture it is. */
export function useMenu(id, label) {
  const [place, name] = [`use-${text(id)}`, `Use this picture: ${text(label)}`];
  return `
    <div class="uses">
      <button type="button" class="open-uses" popovertarget="${place}" aria-label="${name}">Use this picture</button>
      <div popover id="${place}" class="menu" role="group" aria-label="${name}">${useButtons()}</div>
    </div>`;
}

/**
 * Handle the uses within `element`. `describe(button)` gives the `picture`, an image or a canvas as it is shown, the
 * `dataset` that it is of, where that is known, and the `name` of its file.
 */
export function handleUses(element, describe) {
  on(element, 'click', {
    '.use': async (button) => {
      button.closest('[popover]')?.hidePopover();
      const { picture, dataset = null, name } = describe(button);
      const { use } = button.dataset;
      if (use === 'download') return download(canvasOf(picture).toDataURL(), `${name}.png`);
      try {
        const given = await asGiven(picture);
        if (use === 'second') useAsSecond(given, dataset);
        else if (SIDES.includes(use)) useOnSide(use, given, dataset);
        else give(use, { picture: given, ...(dataset && { dataset_of_picture: dataset }) });
      } catch (error) {
        say(error.message);
      }
    },
  });
}

/** The canvas or the image that is shown in a place: an image is hidden where a canvas has taken its place. */
export const shownIn = (place) => place.querySelector('canvas.live, img:not([hidden])');

/** A picture as a tab is given it: a large one is on the server already, or is sent there. Throws a Refusal. */
async function asGiven(picture) {
  const canvas = canvasOf(picture);
  if (canvas.width * canvas.height <= MOST_INLINE) return canvas.toDataURL();
  if (picture.src) return { path: picture.src, meta: { _type: 'gradio.FileData' } };
  return upload(new File([await new Promise((done) => canvas.toBlob(done))], 'picture.png'));
}

function canvasOf(picture) {
  const { naturalWidth: width = picture.width, naturalHeight: height = picture.height } = picture;
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  canvas.getContext('2d').drawImage(picture, 0, 0);
  return canvas;
}
