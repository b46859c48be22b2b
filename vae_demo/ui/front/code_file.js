// The code map on the page as a file of as many bytes as its codes are probable: downloaded, opened, put into a link.

import { fromText, toText } from './base64url.js';
import { CodecComparison } from './codec_comparison.js';
import { say } from './messages.js';
import { downloadContent, linkButton, number, on, rested } from './parts.js';
import { offerQrCode, qrButton } from './qr_code.js';
import { state } from './state.js';
import { tab } from './tabs.js';
import { Requests } from './transport.js';

const REST = 250; // milliseconds without a change until the codes are kept
const MOST_READ = { json: 2 ** 20, codes: 600_000 }; // bytes of a file: more than any of codes has

export const codeFile = ({ model_input: picture, linkable }) => `
  <section class="code-file card">
    <h4>The picture as a file</h4>
    <p class="small">Each code is written in as many bits as it is surprising, by the learned prior where there is one,
      else by how often each code is used. Any machine with the
      same weights reads the file; a small map fits in a link, and then no server keeps the picture.</p>
    <div class="tools">
      <button type="button" class="download-file"></button>
      <label class="load">Open a file<input type="file" accept=".vq,.json,application/json"
        aria-label="Open a file of codes"></label>
      <button type="button" class="save">Save as JSON</button>
      ${linkable ? qrButton() : ''}
      ${linkButton('Copy a link to this picture')}
    </div>
    <progress class="download" aria-label="Writing the file" max="1" hidden></progress>
    ${picture ? '<div class="comparison"></div>' : ''}
  </section>`;

/** The part of a CodeMapView that `codeFile` is the markup of. */
export class CodeFile {
  #view;
  #requests = new Requests();
  #comparison;
  #text = null; // the file of the map as it is now, once that is known
  #asking = null; // a promise, from when the file is asked for until the map is changed
  #unchanged = null; // the file of the map as it came from the example
  #linkable = false;

  constructor(view) {
    this.#view = view;
    this.#comparison = new CodecComparison(view.element, (text) => this.#isOfPicture(text));
    offerQrCode(view.element, () => this.linked());
    on(view.element, 'click', {
      '.download-file': () => this.#download(),
      '.save': () => this.#saveJson(),
    });
    on(view.element, 'change', { '.load input': openFile });
  }

  /** Another map is on the page. */
  begin(value) {
    this.#forget();
    this.#unchanged = null;
    this.#linkable = value.linkable;
    const isOfPicture = state.get('code_maps').codes === null;
    if (value.model_input) this.#comparison.begin(value);
    else this.#comparison.stop();
    if (!(isOfPicture && value.model_input)) this.rest(); // else the comparison brings the file
  }

  /** Codes were changed: the file is another. Until it is known, the codes themselves outlive a reload. */
  changed() {
    this.#forget();
    this.#keep();
  }

  #keep = rested(() => state.set('code_maps', { codes: this.#json }), REST);

  #forget() {
    this.#requests.cancel();
    this.#asking = null;
    this.#keep.cancel();
    this.#know(null);
  }

  /** The hand rests: a small map's file is asked for, a large one's when it is wanted. */
  rest() {
    if (this.#linkable) this.#ask();
  }

  /** What to say of the page's link, once the map is in it. */
  async linked() {
    if (this.#linkable && this.#text === null) await this.#ask();
    const { example, codes } = state.get('code_maps');
    if (codes === null) return example === null ? 'Your own picture is not in it.' : '';
    if (!this.#linkable) return 'The codes are not in it: a link has room for 256.';
    if (this.#text === null) return 'The codes are not in it.';
    return example === null ? 'It has the codes, and not the picture that they were made of.' : '';
  }

  get #json() {
    return JSON.stringify({ ...JSON.parse(this.#view.file), codes: this.#view.map.codes });
  }

  /** The file that came with the comparison, of the codes that the picture gives. */
  #isOfPicture(text) {
    if (this.#view.map.canUndo || state.get('code_maps').codes !== null) return;
    this.#unchanged = state.get('code_maps').example === null ? null : text;
    this.#know(text);
  }

  /** Ask for the file, once: whoever asks while it is on its way waits for the same. */
  #ask() {
    this.#asking ??= this.#write();
    return this.#asking;
  }

  async #write() {
    const { map, checkpoint, element } = this.#view;
    const bar = element.querySelector('.code-file progress');
    bar.removeAttribute('value');
    bar.hidden = this.#linkable;
    try {
      await this.#requests.ask('file_of_codes', [{ codes: map.codes, checkpoint }], (answer) => {
        if ('progress' in answer) bar.value = answer.progress;
        else this.#know(answer.text);
      });
    } catch (error) {
      this.#asking = null; // it may be asked for again
      say(error.message);
    }
    bar.hidden = true;
  }

  #know(text) {
    this.#text = text;
    const button = this.#view.element.querySelector('.download-file');
    button.textContent = text === null ? 'Download' : `Download, ${number(fromText(text).length, 0)} bytes`;
    if (text === null || !this.#linkable) return;
    this.#keep.cancel();
    state.set('code_maps', { codes: text === this.#unchanged ? null : text });
  }

  async #download() {
    if (this.#text === null) await this.#ask();
    if (this.#text !== null) downloadContent(fromText(this.#text), `${this.#view.checkpoint}.vq`);
  }

  #saveJson() {
    downloadContent(this.#json, `${this.#view.checkpoint}-codes.json`, 'application/json');
  }
}

/** A file of codes, or codes as JSON; what is neither, the server says. */
async function openFile(input) {
  if (!input.files.length) return;
  const content = new Uint8Array(await input.files[0].slice(0, MOST_READ.json).arrayBuffer());
  input.value = ''; // the same file may be opened again
  const isJson = content[0] === '{'.charCodeAt(0);
  const codes = isJson ? new TextDecoder().decode(content) : toText(content.subarray(0, MOST_READ.codes));
  tab('code_maps').change({ codes });
}
