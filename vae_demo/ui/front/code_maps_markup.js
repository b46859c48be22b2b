// What a code map looks like: the picture, its codes and what they decode to, and beneath what can be done with them.

import { codeFile } from './code_file.js';
import { codeMeaning } from './code_meaning.js';
import { toolbar } from './code_tools.js';
import { codebooks } from './codebooks.js';
import { palette } from './palette.js';
import { each, image } from './parts.js';
import { useMenu } from './use_picture.js';

/** The panel of an answer that has a codebook. */
export function markup(value) {
  const { codes, codebook } = value;
  const [rows, columns] = [codes.length, codes[0].length];
  const cell = (row, column) => `
    <button type="button" role="gridcell" class="cell" data-row="${row}" data-column="${column}"
      tabindex="${row + column ? -1 : 0}"></button>`;
  const line = (codesOfRow, row) => `<div role="row">${each(codesOfRow, (_, column) => cell(row, column))}</div>`;
  const input = value.model_input
    ? image(value.model_input, 'The picture that was encoded')
    : '<p class="small">There is no picture: the codes were opened from a file or a link.</p>';
  return `
    <div class="maps">
      <figure><figcaption>Picture</figcaption>${input}</figure>
      <figure><figcaption>Code map, ${rows} × ${columns}</figcaption>
        <div class="grid" role="grid" aria-label="Code map" aria-multiselectable="true"
          style="grid-template-columns:repeat(${columns},1fr);aspect-ratio:${columns}/${rows}">
          ${each(codes, line)}</div></figure>
      <figure><figcaption>Decoded</figcaption>
        <div class="decoded">${image(value.picture, 'The picture decoded from the code map')}
          <i class="patch" hidden></i></div>
        ${useMenu('decoded', 'the picture decoded from the code map')}</figure>
    </div>
    ${codeMeaning()}
    ${toolbar()}
    <div class="measures"></div>
    ${codeFile(value)}
    ${codebooks(value)}
    ${palette(codebook, codes)}`;
}
