// The browser's Back and Forward: each step is a tab, as it was when the visitor left it.

import { PROPERTIES, state, stepOf } from './state.js';
import { same } from './parts.js';
import { showTab, tab } from './tabs.js';

addEventListener('popstate', ({ state: entry }) => {
  const { tab: name, ...wanted } = entry?.visit ?? {};
  if (!Object.hasOwn(PROPERTIES, name ?? '')) return;
  const shown = stepOf(name);
  const differs = Object.keys(wanted).some((key) => !same(wanted[key], shown[key]));
  const changes = state.tab !== name;
  if (differs || changes) state.expect(name);
  if (differs) tab(name).ask({ ...state.get(name), ...wanted });
  else state.answered(name);
  if (!changes) return;
  tab(name).returns = true;
  showTab(name);
});
