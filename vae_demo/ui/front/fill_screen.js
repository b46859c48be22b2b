// A panel on the whole screen, for a projector; Escape, or the same button, brings the page back.

const OPEN = 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5';
const CLOSE = 'M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5';

/** Put the button into a panel; an iframe that may not fill the screen, and most phones, get none. */
export function offerFullScreen(element) {
  if (!document.fullscreenEnabled) return;
  const button = Object.assign(document.createElement('button'), { type: 'button', className: 'fill' });
  const show = () => {
    const fills = document.fullscreenElement === element;
    const name = fills ? 'Leave the full screen' : 'Fill the screen';
    Object.assign(button, { title: name, ariaLabel: name });
    button.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${fills ? CLOSE : OPEN}"/></svg>`;
  };
  button.addEventListener('click', () =>
    document.fullscreenElement ? document.exitFullscreen() : element.requestFullscreen(),
  );
  element.addEventListener('fullscreenchange', show);
  element.classList.add('can-fill');
  element.prepend(button);
  show();
}
