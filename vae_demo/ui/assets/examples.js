function render(examples) {
  const buttons = examples.map((example, i) => `
    <button type="button" class="example" data-index="${i}" aria-label="Example ${text(example.name)}">
      <img class="crisp" src="${text(source(example.picture))}" alt="">
    </button>`);
  return `<p class="small">Or click an example</p><div class="examples">${buttons.join('')}</div>`;
}

element.addEventListener('click', (event) => {
  const button = event.target.closest('.example');
  if (button) trigger('pick', { index: Number(button.dataset.index) });
});
