// The page's link as a QR code, in a dialog: to look at, to download for a slide, and as text.

import { say } from './messages.js';
import { downloadContent, on, text } from './parts.js';
import { state } from './state.js';
import { Requests } from './transport.js';

const LOCAL = /^(localhost|127\.|\[::1\])/;

/** The button; `offerQrCode` makes it work. */
export const qrButton = () => `<button type="button" class="qr" aria-haspopup="dialog">QR code</button>`;

/** Handle `qrButton` in a panel: `linked()` ends when the address has all that it will have, and says what of it. */
export function offerQrCode(element, linked) {
  const requests = new Requests();
  async function open() {
    const remark = await linked();
    const link = state.address(location.href);
    try {
      await requests.ask('qr_code', [link], ({ svg }) => show(element.querySelector('.panel-body'), link, svg, remark));
    } catch (error) {
      say(error.message);
    }
  }
  on(element, 'click', { '.qr': open });
}

function show(place, link, svg, remark) {
  const dialog = Object.assign(document.createElement('dialog'), { className: 'qr-code' });
  dialog.setAttribute('aria-label', 'The link as a QR code');
  dialog.innerHTML = `
    <img src="data:image/svg+xml,${encodeURIComponent(svg)}" alt="QR code of the link below">
    <p><a href="${text(link)}">${text(link)}</a></p>
    ${remark ? `<p class="small">${text(remark)}</p>` : ''}
    ${LOCAL.test(location.host) ? '<p class="small">It leads to this machine: no other can follow it.</p>' : ''}
    <div class="tools"><button type="button" class="save-qr">Download as SVG</button>
      <button type="button" class="close-qr">Close</button></div>`;
  on(dialog, 'click', {
    '.save-qr': () => downloadContent(svg, 'link.svg', 'image/svg+xml'),
    '.close-qr': () => dialog.close(),
  });
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close()); // beside it
  dialog.addEventListener('close', () => dialog.remove());
  place.append(dialog);
  dialog.showModal();
}
