// Whether somebody opens the page for the first time, as far as their browser remembers.

const KEPT = 'vae-demo-first-visit';

/** Whether it is the first visit; from now on it was, for every visit but this one. */
export function isFirstVisit() {
  if (new URL(location.href).searchParams.has('embed')) return false;
  try {
    if (localStorage.getItem(KEPT) === null) {
      sessionStorage.setItem(KEPT, 'is'); // outlives a reload
      localStorage.setItem(KEPT, 'was');
    }
    return sessionStorage.getItem(KEPT) !== null;
  } catch {
    return false; // where the browser remembers nothing, it would be the first for ever
  }
}

/** This visit counts as the first no more. */
export function forgetFirstVisit() {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // Then it does until the page is loaded again.
  }
}
