// Settings by their names, as a visitor wants them: which give way when others change.

const CLEARS = {
  dataset: ['example', 'moved'],
  checkpoint: ['example', 'prior', 'codes', 'moved'],
  dataset_of_picture: ['dataset', 'checkpoint'],
  example: ['picture', 'dataset_of_picture', 'codes', 'moved'],
  picture: ['example', 'dataset_of_picture', 'codes', 'moved'],
  codes: ['example', 'picture'],
  posterior: ['moved'],
  prior: ['moved'],
  count: ['moved'],
  seed: ['moved'],
  temperature: ['moved'],
};
/** The settings that say which models answer. */
export const CHOICES = ['dataset', 'checkpoint'];

/** What no longer holds when these are changed: another dataset has other examples. */
export const clearedBy = (changes) => Object.keys(changes).flatMap((key) => CLEARS[key] ?? []);

/** Settings without those of these names. */
export const without = (settings, names) =>
  Object.fromEntries(Object.entries(settings).filter(([key]) => !names.includes(key)));

/** The names of those that are not set. */
export const empty = (settings) => Object.keys(settings).filter((key) => settings[key] === null);
