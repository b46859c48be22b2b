// HEIC files in the inputs for pictures. Many systems know no media type for them; Gradio would then refuse them, and
// the file chooser would not show them. What the server makes of one is shown by the tab's answer.

const HEIF = /\.(heic|heif)$/i;
const ACCEPTED = 'image/*,.heic,.heif';
const needsType = (file) => HEIF.test(file.name) && !file.type.startsWith('image/');

/** The files, with the media type that the browser did not know; null where it knew all. */
function typed(files) {
  if (![...files].some(needsType)) return null;
  const transfer = new DataTransfer();
  for (const file of files)
    transfer.items.add(needsType(file) ? new File([file], file.name, { type: 'image/heic' }) : file);
  return transfer;
}

const isPictureInput = (element) => element.matches?.('input[type=file][accept^="image/"]');

// On their way down, before Gradio's own handlers.
document.addEventListener('click', ({ target }) => isPictureInput(target) && (target.accept = ACCEPTED), true);
document.addEventListener(
  'change',
  ({ target }) => {
    const transfer = isPictureInput(target) && typed(target.files);
    if (transfer) target.files = transfer.files;
  },
  true,
);
document.addEventListener(
  'drop',
  (event) => {
    const transfer = event.isTrusted && typed(event.dataTransfer?.files ?? []);
    if (!transfer) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    event.target.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }));
  },
  true,
);

/** The module does its work by being imported; this is for its tests. */
export { typed };
