// Many buttons that are one tab stop: the arrow keys, Home and End go from one to another.

import { gridStep, on } from './parts.js';

/** Handle a root's groups of buttons; `columns(group)` are how many of them stand in a row. */
export function rove(root, group, button, columns = (place) => gridColumns(place)) {
  const buttonsOf = (one) => [...one.closest(group).querySelectorAll(button)];
  on(root, 'keydown', {
    [button]: (one, event) => {
      const buttons = buttonsOf(one);
      const last = buttons.length - 1;
      const stepped = gridStep(event.key, buttons.indexOf(one), buttons.length, columns(one.closest(group)));
      const next = { Home: 0, End: last }[event.key] ?? stepped;
      if (next === null) return;
      event.preventDefault();
      buttons[next].focus();
    },
  });
  on(root, 'focusin', { [button]: stop });
  function stop(one) {
    for (const other of buttonsOf(one)) other.tabIndex = other === one ? 0 : -1;
  }
}

const gridColumns = (place) => getComputedStyle(place).gridTemplateColumns.split(' ').length;
