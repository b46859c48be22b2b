// The page opens: which weights are in use, which tab is shown, as a visitor would by a click, and the tabs' titles.

import { say } from './messages.js';
import { PROPERTIES } from './state.js';
import { Requests } from './transport.js';

const triggers = {};
/** The panel of a tab is there: its component's `trigger` starts the tab's events. */
export const register = (name, componentTrigger) => (triggers[name] = componentTrigger);
export const trigger = (event, name) => triggers[name]?.(event);

/** The sentence that says which weights are in use; what the page has is of the time when the server started. */
export async function notice() {
  let said = UNCHANGED;
  try {
    await new Requests().ask('notice', [], (answer) => (said = answer));
  } catch (error) {
    say(error.message);
  }
  return said;
}
const UNCHANGED = { __type__: 'update' };

let target = null; // the tab that is to be opened
/** Open a tab as the visitor would by a click. */
export function showTab(name) {
  target = name;
  Object.values(triggers)[0]?.('show_tab');
}

/** The update that opens the tab which is to be shown, or nothing. */
export function tabToShow() {
  const selected = target ?? new URL(location.href).searchParams.get('tab');
  target = null;
  if (selected === null) return [];
  if (Object.hasOwn(PROPERTIES, selected)) return [{ __type__: 'update', selected }];
  say(`The link cannot be followed: there is no tab called ${selected}.`);
  return [];
}

/** The updates that give all tabs short titles where the long ones would need more than a row. */
export function tabTitles(short) {
  setTimeout(() => document.documentElement.classList.add('titled'), DRAWN);
  return matchMedia('(max-width: 640px)').matches ? short.map(titled) : [];
}
const DRAWN = 500; // milliseconds in which Gradio has drawn them
const titled = (label) => ({ __type__: 'update', label });
