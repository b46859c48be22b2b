// Files in the inputs for pictures. What is no picture is refused here, in words for people. HEIC is taken: many
// systems know no media type for it, and then Gradio would refuse it, and the file chooser would not show it. What the
// server makes of one is shown by the tab's answer.

import { say } from './messages.js';

const HEIF = /\.(heic|heif)$/i;
const ACCEPTED = 'image/*,.heic,.heif';
/** As images/formats.py has them. */
const FORMATS = 'PNG, JPEG, HEIC, WebP, AVIF, GIF, BMP or TIFF';
const needsType = (file) => HEIF.test(file.name) && !file.type.startsWith('image/');

/** The files, with the media type that the browser did not know; null where it knew all. */
function typed(files) {
  if (![...files].some(needsType)) return null;
  return transferOf(
    [...files].map((file) => (needsType(file) ? new File([file], file.name, { type: 'image/heic' }) : file)),
  );
}

function transferOf(files) {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  return transfer;
}

const isPicture = (file) => file.type.startsWith('image/') || HEIF.test(file.name);

/** Say what is no picture, where Gradio would write of its types of files; true where something was said. */
function refuses(files) {
  const wrong = [...files].find((file) => !isPicture(file));
  if (wrong) say(`${wrong.name} is not a picture: use ${FORMATS}.`);
  return Boolean(wrong);
}

const isPictureInput = (element) => element.matches?.('input[type=file][accept^="image/"]');

// On their way down, before Gradio's own handlers.
document.addEventListener('click', ({ target }) => isPictureInput(target) && (target.accept = ACCEPTED), true);
document.addEventListener(
  'change',
  (event) => {
    const { target } = event;
    if (!isPictureInput(target)) return;
    if (refuses(target.files)) {
      target.files = transferOf([...target.files].filter(isPicture)).files;
      if (!target.files.length) return event.stopImmediatePropagation();
    }
    const transfer = typed(target.files);
    if (transfer) target.files = transfer.files;
  },
  true,
);
document.addEventListener(
  'drop',
  (event) => {
    const files = event.dataTransfer?.files ?? [];
    const isWrong = event.target.closest('[data-testid=image]') && refuses(files);
    const transfer = !isWrong && event.isTrusted && typed(files);
    if (!isWrong && !transfer) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isWrong) return;
    event.target.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }));
  },
  true,
);

/** The module does its work by being imported; this is for its tests. */
export { typed };
