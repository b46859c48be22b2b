// What plays by itself, until it is stopped or leaves the page.

/** Whether the visitor asked for as little motion as can be: then nothing plays that they did not start. */
export const wantsStillness = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

export class Motion {
  #button;
  #frame = 0;

  /** `button`, where there is one, shows whether it plays. */
  constructor(button) {
    this.#button = button;
  }

  get running() {
    return this.#frame !== 0;
  }

  /** Call `draw(now)` for every frame. */
  start(draw) {
    const next = (now) => {
      if (this.#button && !this.#button.checkVisibility()) return this.stop(); // another tab is open, or it is gone
      this.#frame = requestAnimationFrame(next);
      draw(now);
    };
    this.#frame = requestAnimationFrame(next);
    this.#button?.setAttribute('aria-pressed', 'true');
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#button?.setAttribute('aria-pressed', 'false');
  }
}
