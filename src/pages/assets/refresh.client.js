// Fetches the page anew every `data-refresh` seconds while it is looked at, and puts its changing part in place.
const part = document.querySelector('[data-refresh]');
if (part) {
  const seconds = Number(part.dataset.refresh) || 60;
  setInterval(async () => {
    if (document.hidden || part.contains(document.activeElement)) return;
    try {
      const answer = await fetch(location.href, {
        headers: { accept: 'text/html' },
        signal: AbortSignal.timeout(15_000),
      });
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-refresh]');
      if (!fresh) return;
      const open = [...part.querySelectorAll('details')].map((details) => details.open);
      part.replaceChildren(...fresh.childNodes);
      [...part.querySelectorAll('details')].forEach((details, index) => {
        details.open = open[index] ?? false;
      });
    } catch {
      // The next minute tries again.
    }
  }, seconds * 1000);
}
