// Small comforts of every page. Everything works without.

// An undo that is over goes away; `u` presses it.
for (const form of document.querySelectorAll('form[data-gone-at]')) {
  setTimeout(() => form.remove(), Number(form.dataset.goneAt));
}

// The zone of this clock, for the times that the console's audit is asked for.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
const expires = Date.now() + 365 * 86_400_000;
window.cookieStore?.set({ name: 'zone', value: timeZone, path: '/admin', expires, sameSite: 'lax' }).catch(() => {});

/** @param {EventTarget | null} target */
export function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
}

// A page that only hands on a form.
document.querySelector('form[data-at-once]')?.requestSubmit();

document.addEventListener('keydown', (event) => {
  if (event.key !== 'u' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  document.querySelector('form[data-gone-at] button')?.click();
});

// A form is sent once: the second click does nothing while the first is on its way.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = '';
  // Back by the browser's cache: it can be sent again.
  addEventListener('pageshow', () => delete form.dataset.sent, { once: true });
});
