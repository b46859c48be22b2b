// How the first view looks: as the page in page.css and reconstruction.css, in the colours of the theme, which are not
// there yet. A test sets its pictures beside the page's.

export const STYLE = `
  :host {
    --page: white; --ink: #1e293b; --quiet: #64748b; --frame: #e2e8f0; --card: white; --accent: #4f46e5;
    position: absolute; inset: 0 0 auto; z-index: 50; box-sizing: border-box; min-height: 100vh;
    background: var(--page); color: var(--ink);
    font: 14px / 1.4 'Source Sans Pro', system-ui, sans-serif;
  }
  :host(.dark) {
    --page: #0a0f1e; --ink: #f1f5f9; --quiet: #94a3b8; --frame: #334155; --card: #1e293b; --accent: #818cf8;
  }
  * { box-sizing: border-box; }
  main { max-width: 1680px; margin: 0 auto; padding: 9.6px clamp(12px, 4vw - 3px, 32px); }
  h1 { margin: 0 0 8.4px; font: 600 20.8px / 27px 'Source Sans Pro', system-ui, sans-serif; text-wrap: balance; }
  nav { display: flex; flex-wrap: wrap; min-height: 32px; margin-bottom: 8px; border-bottom: 1px solid var(--frame); }
  nav a { padding: 5px 16px; color: inherit; line-height: 21px; text-decoration: none; white-space: nowrap; }
  nav a[aria-current] { color: var(--accent); border-bottom: 2px solid var(--accent); }
  nav .short { display: none; }
  p { margin: 0 0 8px; max-width: calc(100% - 48px); line-height: 22.75px; }
  .columns { display: flex; gap: 24px; }
  .controls { flex: 0 0 clamp(240px, 21vw, 304px); min-width: 0; }
  .controls b { display: block; padding-top: 2px; font: 600 12px / 16.8px 'Source Sans Pro', system-ui, sans-serif; }
  .choices { display: flex; flex-wrap: wrap; gap: 3.2px; margin: 8px 0; }
  .choices span { padding: 4px 5px; border: 1px solid var(--frame); border-radius: 4px; line-height: 21.1px; }
  .choices .chosen { background: #4f46e5; color: white; }
  .controls figure {
    display: grid; grid-template-rows: 170px; place-items: start center; height: 210px; margin: 0;
    background: var(--card);
  }
  .controls figure img { width: 170px; height: 170px; object-fit: contain; }
  small { display: block; margin: 14.4px 0 4.8px; color: var(--quiet); font-size: 13.6px; }
  .examples { display: grid; grid-template-columns: repeat(auto-fill, minmax(52px, 1fr)); gap: 6px; }
  .examples img {
    width: 100%; height: auto; aspect-ratio: 1; padding: 3px; border: 1px solid var(--frame); border-radius: 8px;
    object-fit: cover;
  }
  .cards {
    --side: min(100%, max(112px, (100dvh - 446.4px) / 2));
    flex: 1 1 0; min-width: 0; display: grid; align-content: start;
    grid-template-columns: repeat(calc(1 + var(--variants)), minmax(0, 256px)); column-gap: 12px;
    min-height: 640px; padding: 11.2px 14.4px; background: var(--card);
    border: 1px solid var(--frame); border-radius: 4px;
  }
  article { min-width: 0; }
  h3 { margin: 0 0 6.4px; font-size: 16px; line-height: 22.4px; white-space: nowrap; }
  article img { display: block; width: var(--side); height: auto; margin-bottom: 6.4px; border-radius: 4px; }
  img { image-rendering: pixelated; }
  .late { position: fixed; inset: auto 0 0; max-width: none; margin: 0; background: var(--page); text-align: center; }
  .late:empty { display: none; }
  /* Beside the heading the page has the first steps or, later, where the weights come from: in lines of their own. */
  @media (max-width: 1180px) { h1 { margin-bottom: 31.6px; } }
  @media (max-width: 970px) { :host(:not(.first-visit)) h1 { margin-bottom: 54.4px; } }
  @media (max-width: 800px) { :host(:not(.first-visit)) h1 { margin-bottom: 8.4px; } }
  @media (max-width: 600px) { :host(:not(.first-visit)) h1 { margin-bottom: 31.6px; } }
  @media (max-width: 800px) {
    p { max-width: none; }
    .columns { flex-direction: column; gap: 12.8px; }
    .controls { flex: none; }
    .examples { margin-bottom: 65.7px; }
    .cards { grid-template: 231px auto / repeat(var(--variants), minmax(0, 192px)); padding: 9.6px; }
    .cards { column-gap: 6.4px; }
    article:not(.seen) img { width: 100%; margin-bottom: 25.7px; }
    article:not(.seen) h3 { height: 32.6px; font-size: 13.6px; line-height: 16.3px; white-space: normal; }
    .seen { grid-column: 1 / -1; display: grid; grid-template-columns: 112px 1fr; column-gap: 12.8px; }
    .seen img { width: 112px; grid-column: 1; grid-row: 1; }
  }
  @media (max-width: 640px) {
    nav a { padding: 5px 9.6px; }
    nav .short { display: inline; }
    nav .long { display: none; }
  }
`;
