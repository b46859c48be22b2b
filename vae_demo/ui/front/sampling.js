// Pictures drawn from a prior: all of them, one in detail, and the walk from it to another.

import { forgetSample, keepSample, nameOf, withKept } from './kept_samples.js';
import { isOfWeights, latentText, readLatent } from './latent_text.js';
import { PlanePanel } from './latent_plane_panel.js';
import { drawLatents } from './latents.js';
import { LivePicture, canvasFor } from './live.js';
import { contactSheet, download, on, plain, rested, source } from './parts.js';
import { say } from './messages.js';
import { drawAnswers } from './panel.js';
import { rove } from './roving.js';
import { showRows } from './sample_rows.js';
import { caption, detail, tiles } from './sampling_markup.js';
import { state } from './state.js';
import { tab } from './tabs.js';
import { Requests } from './transport.js';
import { handleUses, shownIn } from './use_picture.js';
import { playWalk, walkSteps } from './walk.js';

const WALK_STEPS = 9;
const REST = 600; // milliseconds without a change until a moved latent is in the address

export function mount(component) {
  const { element, server } = component;
  let samples = null; // the last answer that brought some, behind its `count` pictures those that were kept
  let chosen = 0; // the sample that is open
  let goal = 1; // the sample that a walk ends at
  let path = null; // the answer to the last walk
  const walks = new Requests();
  let giveUpRows = () => {};

  function open() {
    for (const tile of element.querySelectorAll('.tile'))
      tile.setAttribute('aria-pressed', String(Number(tile.dataset.index) === chosen));
    element.querySelector('.detail').innerHTML = detail(samples, chosen, goal);
    if (samples.latents) showLatents();
    plane.mark(samples, chosen);
  }
  function choose(index) {
    chosen = index;
    if (goal === chosen) goal = (chosen + 1) % samples.pictures.length;
    remember.cancel();
    const moved = isKept() ? latentText(samples.latents[chosen], samples.weights_sha256) : null;
    // An answer may be under way, in which a kept picture's latent has no place: it may be of other weights.
    tab('sampling').keep({ opened: chosen && !isKept() ? chosen + 1 : null, moved: null });
    if (moved) state.set('sampling', { moved });
    open();
  }
  const isKept = () => chosen >= samples.count;
  function forget() {
    forgetSample(samples.weights_sha256, chosen - samples.count);
    for (const list of [samples.pictures, samples.latents]) list.splice(chosen, 1);
    goal = 0;
    choose(chosen - 1);
    const tile = element.querySelector('.tile[aria-pressed=true]');
    (tile.checkVisibility() ? tile : tile.closest('details').querySelector('summary')).focus();
  }
  const liveOn = (canvas) =>
    new LivePicture(canvas, samples, ({ latent }) =>
      server.decode_for_page({ checkpoint: samples.checkpoint, latent }),
    );

  const plane = new PlanePanel({
    liveOn,
    keep: (latent, picture) => {
      if (!keepSample(samples.weights_sha256, latent, picture)) return false;
      samples.latents.push(latent);
      samples.pictures.push(picture);
      choose(samples.pictures.length - 1);
      return true;
    },
    remembered: () => state.get('sampling').plane,
    remember: (axes) => tab('sampling').keep({ plane: axes }),
  });

  const remember = rested((latent) => {
    const isMoved = isKept() || latent.some((value, i) => value !== samples.latents[chosen][i]);
    state.set('sampling', { moved: isMoved ? latentText(latent, samples.weights_sha256) : null });
  }, REST);

  /** Where the address says that the open sample's latent was moved to. */
  function movedLatent() {
    const { moved } = state.get('sampling');
    if (moved === null || isKept()) return null;
    const found = isOfWeights(moved, samples.weights_sha256) ? readLatent(moved, samples.latents[chosen].length) : null;
    if (found) return found;
    say('The latent in the link is damaged, or of weights that are not here: it is left out.');
    state.set('sampling', { moved: null });
    return null;
  }

  /** The open sample's latent, to be moved. */
  function showLatents() {
    const place = element.querySelector('.detail .latents');
    const start = samples.latents[chosen];
    let live = null;
    const reach = () => {
      if (live) return;
      live = liveOn(
        canvasFor(element.querySelector('.detail .opened img'), `${nameOf(samples, chosen)}, its latent moved`),
      );
      live.prepare();
    };
    drawLatents(place, {
      checkpoint: samples.checkpoint,
      start,
      values: movedLatent(),
      mean: start.map(() => 0),
      deviation: start.map(() => 1),
      strength: samples.test_kl ?? start.map(Math.abs),
      isKl: Boolean(samples.test_kl),
      draws: false,
      changed: (latent) => {
        reach();
        live.show({ latent });
        remember([...latent]);
      },
    });
    on(place, 'pointerover focusin', { '.movers': reach });
  }

  /** Play the walk here, or ask the server for its pictures. */
  async function walk() {
    const [start, end] = [chosen, goal].map((one) => (samples.latents ?? samples.codes)[one]);
    const place = element.querySelector('.path');
    const canvas = Object.assign(document.createElement('canvas'), { className: 'crisp live' });
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', 'Where the walk has come to');
    place.replaceChildren(canvas); // where a download shows how far it is
    const live = liveOn(canvas);
    await live.prepare();
    if (live.isLocal) playWalk(place, canvas, start, end, (values) => live.show(values));
    else await askForWalk(place, [samples.checkpoint, start, end, WALK_STEPS]);
  }

  async function askForWalk(place, data) {
    try {
      await walks.ask('walk', data, (answer) => {
        path = answer;
        place.innerHTML = walkSteps(path);
      });
    } catch (error) {
      say(error.message);
    }
  }

  rove(element, '.tiles, .kept', '.tile');
  drawAnswers(component, {
    tab: 'sampling',
    render: tiles,
    describe: (value) => plain(caption(value)),
    drawn: (value) => {
      walks.cancel();
      giveUpRows();
      samples = withKept(value);
      remember.cancel();
      chosen = Math.min((state.get('sampling').opened ?? 1) - 1, value.pictures.length - 1);
      if (goal === chosen || goal >= samples.pictures.length) goal = (chosen + 1) % samples.pictures.length;
      tab('sampling').keep({ opened: chosen ? chosen + 1 : null });
      const { prior, seed, temperature } = value;
      state.answered('sampling', { checkpoint: value.checkpoint, prior, count: samples.count, seed, temperature });
      plane.show(element, samples);
      open();
    },
    linked: () => {
      remember.flush();
      return '';
    },
  });

  const fileName = () => `${samples.checkpoint}-${samples.prior}-seed-${samples.seed}`;
  const save = async () => download((await contactSheet(samples.pictures)).toDataURL(), `${fileName()}.png`);
  handleUses(element, () => ({
    picture: shownIn(element.querySelector('.detail .opened')),
    dataset: samples.dataset,
    name: `${fileName()}-${nameOf(samples, chosen).toLowerCase().replace(' ', '-')}`,
  }));
  on(element, 'click', {
    '.tile': (tile) => choose(Number(tile.dataset.index)),
    '.sheet': save,
    '.walk': walk,
    '.forget': forget,
    '.to-rows': ({ dataset: { rows } }) => {
      giveUpRows();
      giveUpRows = showRows(element.querySelector('.at-rows'), rows, samples);
    },
  });
  on(element, 'change', { '.goal': ({ value }) => (goal = Number(value)) });
  on(element, 'input', {
    '.along [data-step]': ({ value }) => (element.querySelector('[data-here]').src = source(path.pictures[value])),
  });
}
