// The plane of latents on the page: opened by a click, explored with pointer, finger or arrow keys, each picture
// decoded as the cross comes to it, and those that are kept handed on.

import { announce } from './announce.js';
import { fetchPlane } from './latent_plane.js';
import { PlaneScale, chart, rings } from './latent_plane_chart.js';
import { BODY, explained, keptTiles, legend } from './latent_plane_markup.js';
import { say } from './messages.js';
import { each, on, signedNumber, text } from './parts.js';

const STEPS = 60; // presses of an arrow key from one side to the other
const LARGE = 5; // steps at once, with Shift

/** One for a panel; its element outlives the answers to one checkpoint, which are drawn by replacing markup. */
export class PlanePanel {
  #options;
  #address = null; // of the plane that the element is for
  #element = null;
  #plane = null; // once it is here
  #axes = [0, 1];
  #label = null; // whose points alone are shown
  #scale;
  #at; // where the cross is
  #live;
  #samples;
  #chosen;

  /**
   * `liveOn(canvas)` makes a LivePicture of the samples' checkpoint, `keep(latent, picture)` takes what is kept if it
   * can, `remembered()` is what is open by the address, and `remember(text)` writes it there.
   */
  constructor(options) {
    this.#options = options;
  }

  /** Draw the plane of an answer into its place in the panel. */
  show(panel, samples) {
    this.#samples = samples;
    if (!samples.plane) return;
    const address = `${samples.checkpoint} ${samples.plane}`;
    if (address !== this.#address) this.#begin(address);
    panel.querySelector('.at-plane').replaceChildren(this.#element);
  }

  /** Show where the samples lie, and which of them is open. */
  mark(samples, chosen) {
    [this.#samples, this.#chosen] = [samples, chosen];
    if (!samples.plane) return;
    const kept = samples.pictures.slice(samples.count);
    // Those that are there stay, with the focus that one of them may have.
    if (this.#element.querySelectorAll('.kept .tile').length !== kept.length)
      this.#find('.kept').innerHTML = kept.length ? keptTiles(kept, samples.count, chosen) : '';
    const tiles = this.#element.querySelectorAll('.kept .tile');
    tiles.forEach((tile, i) => (tile.dataset.index = samples.count + i)); // another answer may have more or fewer
    if (this.#plane) this.#drawRings();
  }

  #find = (selector) => this.#element.querySelector(selector);

  #begin(address) {
    [this.#address, this.#plane, this.#label] = [address, null, null];
    const details = document.createElement('details');
    this.#element = details;
    details.className = 'latent-plane card';
    details.innerHTML = '<summary>The plane of latents</summary><div class="plane-body"></div>';
    details.querySelector('.plane-body').innerHTML = BODY;
    details.addEventListener('toggle', () => this.#toggled());
    this.#listen(details);
    details.open = this.#options.remembered() !== null;
  }

  async #toggled() {
    if (!this.#element.open) return this.#options.remember(null);
    if (!this.#plane) await this.#fetch(this.#address);
    if (this.#plane && this.#element.open) this.#remember();
  }

  async #fetch(address) {
    try {
      const plane = await fetchPlane(this.#samples);
      if (address === this.#address) this.#open(plane);
    } catch (error) {
      console.warn(error);
      say('The plane could not be fetched: open it again, or reload the page.');
      if (address === this.#address) this.#element.open = false;
    }
  }

  #open(plane) {
    this.#plane = plane;
    this.#live = this.#options.liveOn(this.#find('canvas'));
    const wanted = (this.#options.remembered() ?? '').split('.').map((id) => plane.axes.findIndex((a) => a.id === id));
    const isThere = wanted.length === 2 && wanted[0] !== wanted[1] && wanted.every((axis) => axis >= 0);
    this.#axes = isThere ? wanted : [0, 1];
    const option = ({ name }, i) => `<option value="${i}">${text(name)}</option>`;
    for (const select of this.#element.querySelectorAll('select')) select.innerHTML = each(plane.axes, option);
    this.#find('.legend').innerHTML = plane.label ? legend(plane) : '';
    this.#find('.explained').textContent = explained(plane);
    this.#draw();
  }

  /** Draw the plane along its axes, the cross where the test pictures' mean is. */
  #draw() {
    const plane = this.#plane;
    this.#scale = new PlaneScale(plane.frame(this.#axes));
    this.#element.querySelectorAll('select').forEach((select, i) => (select.value = this.#axes[i]));
    this.#find('.field').innerHTML = chart(plane, this.#axes, this.#scale);
    this.#showLabel(this.#label);
    this.#drawRings();
    this.#moveTo(plane.middle(this.#axes));
  }

  #drawRings() {
    const places = this.#samples.latents.map((latent) => this.#plane.placeOf(latent, this.#axes));
    this.#find('.rings').innerHTML = rings(places, this.#chosen, this.#scale);
  }

  #moveTo(place) {
    this.#at = place;
    this.#find('.cross').setAttribute('transform', `translate(${this.#scale.x(place[0])} ${this.#scale.y(place[1])})`);
    this.#find('.where').textContent = this.#words();
    this.#live.show({ latent: this.#latent() });
  }

  #latent() {
    return this.#plane.latentAt(this.#at, this.#axes);
  }

  /** Where the cross is, as a sentence. */
  #words() {
    const [across, up] = this.#axes.map((axis, i) => `${this.#plane.axes[axis].name}: ${signedNumber(this.#at[i], 2)}`);
    const near = this.#plane.labelNear(this.#at, this.#axes);
    const nearest = near === null ? '' : ` The nearest test picture’s ${this.#plane.label.name}: ${near}.`;
    return `${across}, ${up.toLowerCase()}.${nearest}`;
  }

  /** Hand on the picture at the cross, decoded for itself: the cross may be elsewhere when it is there. */
  async #keep() {
    const [latent, address] = [this.#latent(), this.#address];
    const canvas = Object.assign(document.createElement('canvas'), { width: 0 });
    await this.#options.liveOn(canvas).show({ latent });
    if (address !== this.#address) return;
    if (!canvas.width) return say('The picture could not be decoded: try again.');
    if (this.#options.keep(latent, canvas.toDataURL())) announce('Kept, and open as a sample.');
  }

  #remember() {
    this.#options.remember(this.#axes.map((axis) => this.#plane.axes[axis].id).join('.'));
  }

  #listen(root) {
    const follow = (field, { clientX, clientY }) => {
      if (!this.#plane) return;
      const box = field.getBoundingClientRect();
      this.#moveTo(this.#scale.placeAt((clientX - box.left) / box.width, (clientY - box.top) / box.height));
    };
    on(root, 'pointerdown pointermove', { '.field': follow });
    on(root, 'click', {
      '.field': (field, event) => {
        follow(field, event);
        this.#keep();
      },
      '.keep': () => this.#keep(),
      '.legend button': ({ dataset }) => this.#showLabel(dataset.label === this.#label ? null : dataset.label),
    });
    on(root, 'keydown', { '.field': (_, event) => this.#pressed(event) });
    on(root, 'change', {
      '.axes select': (select) => {
        const side = Number(select.dataset.side);
        const axis = Number(select.value);
        if (this.#axes[1 - side] === axis) this.#axes.reverse();
        else this.#axes[side] = axis;
        this.#draw();
        this.#remember();
      },
    });
  }

  #pressed(event) {
    const way = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (!this.#plane || (!way && !['Home', 'Enter', ' '].includes(event.key))) return;
    event.preventDefault();
    if (event.key === 'Enter' || event.key === ' ') return this.#keep();
    const step = (this.#scale.frame.side / STEPS) * (event.shiftKey ? LARGE : 1);
    this.#moveTo(
      way ? this.#scale.nearest(this.#at.map((value, i) => value + step * way[i])) : this.#plane.middle(this.#axes),
    );
    announce(this.#words());
  }

  /** Show the points of one label alone, or all. */
  #showLabel(label) {
    this.#label = label;
    for (const button of this.#element.querySelectorAll('.legend button'))
      button.setAttribute('aria-pressed', String(button.dataset.label === label));
    for (const points of this.#element.querySelectorAll('.points'))
      points.classList.toggle('pale', label !== null && points.dataset.label !== label);
  }
}
