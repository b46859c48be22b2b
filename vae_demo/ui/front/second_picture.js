// Which picture is the second one on the Reconstruction tab: an example, an upload, or one that the page has made.

import { goTo } from './arrivals.js';
import { say } from './messages.js';
import { state } from './state.js';
import { tab } from './tabs.js';
import { upload } from './transport.js';

const TAB = 'reconstruction';

/** An example's name or an upload, and whether there is either. */
export function secondPicture() {
  const { second: example, second_picture: picture } = state.get(TAB);
  return { example, picture, isChosen: Boolean(example || picture) };
}

let choices = 0; // so many have been made: an upload that another choice overtook is not used

/** Let it be another, or none. */
export function chooseSecond({ example = null, picture = null }) {
  choices += 1;
  tab(TAB).keep({ second: example, second_picture: picture, ...(!example && !picture && { share: null }) });
}

/** Let it be a picture that is being uploaded. True once it is. */
async function chooseUpload(uploading) {
  const choice = (choices += 1);
  try {
    const picture = await uploading;
    if (choice !== choices) return false;
    chooseSecond({ picture });
    return true;
  } catch (error) {
    if (choice === choices) say(error.message);
    return false;
  }
}

/** Let it be a file of the visitor's. */
export const uploadSecond = (file) => chooseUpload(upload(file));

/** A picture that the page shows, as a data URI or as Gradio names a file, as Gradio names it. Throws a Refusal. */
export const asUpload = async (picture) =>
  typeof picture === 'string'
    ? upload(new File([await (await fetch(picture)).blob()], 'picture.png'))
    : { path: picture.path, meta: picture.meta };

/** Let it be a picture that the page shows, as `asUpload` takes it, of a dataset where that is known, and go there. */
export async function useAsSecond(picture, dataset) {
  if (await chooseUpload(asUpload(picture))) goTo('second', dataset);
}
