// Pictures drawn from a prior: all of them, one in detail, and the walk from it to another.

import { keepSample, nameOf, withKept } from './kept_samples.js';
import { isOfWeights, latentText, readLatent } from './latent_text.js';
import { planePlace } from './latent_plane_markup.js';
import { PlanePanel } from './latent_plane_panel.js';
import { drawLatents } from './latents.js';
import { LivePicture, canvasFor } from './live.js';
import { contactSheet, download, each, image, linkButton, number, on, plain, rested, source, text } from './parts.js';
import { say } from './messages.js';
import { drawAnswers } from './panel.js';
import { rove } from './roving.js';
import { rowButtons, showRows } from './sample_rows.js';
import { state } from './state.js';
import { tab } from './tabs.js';
import { Requests } from './transport.js';
import { handleUses, shownIn, useButtons } from './use_picture.js';
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
    state.set('sampling', { opened: chosen && !isKept() ? chosen + 1 : null, moved });
    open();
  }
  const isKept = () => chosen >= samples.count;
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
      state.set('sampling', { opened: chosen ? chosen + 1 : null });
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

const caption = ({ pictures, checkpoint, prior_title: title, prior, seed, temperature }) =>
  `${pictures.length} samples of <b>${text(checkpoint)}</b> under <b>${text(title)}</b>, seed ${seed}${
    prior === 'uniform-codes' ? '' : `, temperature ${number(temperature)}`
  }.`;

/** Whether codes are still being drawn. */
const isUnfinished = ({ codes }) => codes?.[0].some((row) => row.includes(-1));

function tiles(value) {
  const tile = (picture, i) => `
    <button type="button" class="tile" data-index="${i}" aria-label="Sample ${i + 1}" aria-pressed="false"
      tabindex="${i ? -1 : 0}">
      ${image(picture, `Sample ${i + 1}`)}
    </button>`;
  return `
    <p class="small">${caption(value)} The same settings give the same pictures.</p>
    <div class="tiles">${each(value.pictures, tile)}</div>
    <div class="tools"><button type="button" class="sheet">Download all as PNG</button>
      ${linkButton('Copy a link to these')}${isUnfinished(value) ? '' : rowButtons(value)}</div>
    <div class="at-rows"></div>
    ${planePlace(value)}
    <div class="detail card"></div>`;
}

/** A sample, the latent it came from, and what can be done with it once all its codes are drawn. */
function detail(samples, chosen, goal) {
  const { pictures, latents, codes, colours } = samples;
  const name = nameOf(samples, chosen);
  const unfinished = isUnfinished(samples);
  const option = (_, i) =>
    `<option value="${i}" ${i === goal ? 'selected' : ''}>${nameOf(samples, i).toLowerCase()}</option>`;
  const actions = `
    <div class="tools">${useButtons()}</div>
    <div class="tools walking">
      <label>Walk to <select class="goal">${each(pictures, option)}</select></label>
      <button type="button" class="walk">Walk</button>
    </div>
    <div class="path" aria-live="polite"></div>`;
  return `
    <div class="opened">${image(pictures[chosen], name)}</div>
    <div><h3>${name}</h3>
      ${latents ? latentOf(latents[chosen].length) : codeMap(codes[chosen], colours)}
      ${unfinished ? '' : actions}
    </div>`;
}

const latentOf = (size) => `
  <p class="small">It was decoded from a latent of ${size} numbers. Move one: the line is where it was drawn, the band
    the prior’s 0 ± 1.</p>
  <div class="latents"></div>`;

function codeMap(codes, colours) {
  const known = codes.filter((row) => row[0] >= 0).length;
  const [rows, columns] = [codes.length, codes[0].length];
  const cell = (code) => `<i ${code < 0 ? '' : `style="background:${text(colours[code])}" title="code ${code}"`}></i>`;
  const progress =
    known < rows
      ? `Drawing its codes: row ${known} of ${rows}`
      : `It was decoded from a map of ${rows} × ${columns} codes`;
  return `
    <p class="small">${progress}:</p>
    <div class="codes" role="img" aria-label="Code map: ${codes.map((row) => row.join(' ')).join('; ')}"
      style="grid-template-columns:repeat(${columns},1fr)">${each(codes.flat(), cell)}</div>`;
}
