// What the visitor must be told, whatever tab is open: a sentence in a corner, until it has been read.

const READ_AFTER = 12000; // milliseconds

let region = null;

/** Show a sentence; what comes back takes it away. With `stays`, only that or a click does. */
export function say(sentence, stays = false) {
  region ??= Object.assign(document.createElement('div'), { className: 'messages', role: 'alert' });
  const place = document.fullscreenElement ?? document.querySelector('.gradio-container') ?? document.body;
  if (region.parentElement !== place) place.append(region);
  for (const other of region.children) if (other.firstChild.textContent === sentence) other.remove();
  const message = Object.assign(document.createElement('p'), { className: 'message' });
  message.append(
    Object.assign(document.createElement('span'), { textContent: sentence }),
    Object.assign(document.createElement('button'), { type: 'button', textContent: '✕', ariaLabel: 'Close' }),
  );
  const remove = () => message.remove();
  message.lastChild.addEventListener('click', remove);
  if (!stays) setTimeout(remove, READ_AFTER);
  region.append(message);
  return remove;
}
