// Keys of the inbox, the live difference of an edit, and its text until it is sent. Everything works without.

const UNSENT = 'unsent:';

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && target.matches('input, textarea, select');
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target)) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  if (event.key === '/') {
    const search = document.querySelector('#q');
    if (search === null) return;
    event.preventDefault();
    search.closest('details')?.setAttribute('open', '');
    search.focus();
    return;
  }
  if (event.key === 'j' || event.key === 'k') return move(event.key === 'j' ? 1 : -1);
  const target = [...document.querySelectorAll('[data-key]')].find(
    (one) => one.dataset.key === event.key && one.closest('[hidden]') === null,
  );
  if (target === undefined) return;
  // Holding a key down must not decide on one draft after another.
  event.preventDefault();
  if (event.repeat) return;
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.querySelector('textarea, input:not([type="hidden"]), select')?.focus();
  } else target.click();
});

// On a narrow screen the list comes first, its filters fold away.
const narrow = matchMedia('(max-width: 600px)');
const fold = () => {
  for (const box of document.querySelectorAll('details[data-narrow-closed]')) box.open = !narrow.matches;
};
narrow.addEventListener('change', fold);
fold();

/** @param {1 | -1} step */
function move(step) {
  const rows = [...document.querySelectorAll('.inbox-row')];
  const at = rows.indexOf(document.activeElement);
  rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
}

// Nothing that a reviewer wrote stays behind for the next person at this screen.
document.addEventListener('submit', ({ target }) => {
  if (!target.getAttribute('action')?.startsWith('/sign-out')) return;
  for (const name of Object.keys(sessionStorage)) if (name.startsWith(UNSENT)) sessionStorage.removeItem(name);
});

const form = document.querySelector('form[data-edit]');
const text = form?.querySelector('textarea');
if (text) {
  const share = form.querySelector('[data-share]');
  const difference = form.querySelector('[data-difference]');
  const made = text.dataset.made ?? '';
  const asMade = document.querySelector('form.approve');
  const restored = form.querySelector('[data-restored]');
  const place = `${UNSENT}${new URL(form.action).pathname}:${form.elements.namedItem('version')?.value}`;
  const keep = () => {
    if (text.value === made) sessionStorage.removeItem(place);
    else sessionStorage.setItem(place, text.value);
  };
  const show = () => {
    const parts = compare(words(made), words(text.value));
    share.hidden = false;
    // One press must not approve the draft as it was made and drop the reviewer's text.
    asMade?.toggleAttribute('hidden', text.value !== made);
    share.querySelector('output').textContent = `${Math.round(100 * shareOf(parts))} %`;
    difference.hidden = text.value === made;
    difference.replaceChildren(
      ...parts.map(([kind, part]) => {
        if (kind === 'same') return document.createTextNode(part);
        const node = document.createElement(kind);
        node.textContent = part;
        return node;
      }),
    );
  };
  // What was written and not sent, by a lost connection or a closed page, comes back in this tab.
  const kept = sessionStorage.getItem(place);
  if (kept !== null && kept !== made && text.value === made) {
    text.value = kept;
    restored.hidden = false;
    form.closest('details').open = true;
  } else keep();
  restored.querySelector('button').addEventListener('click', () => {
    text.value = made;
    restored.hidden = true;
    keep();
    show();
    text.focus();
  });
  if (text.value !== made) show();
  text.addEventListener('input', show);
  text.addEventListener('input', keep);
  form.closest('details').addEventListener('toggle', show, { once: true });
}

/** @param {string} whole */
function words(whole) {
  return whole.match(/\s+|[^\s]+/g) ?? [];
}

/**
 * Words that were kept, taken out (`del`) and put in (`ins`), by the longest common subsequence of what differs.
 * @param {string[]} before
 * @param {string[]} after
 * @returns {['same' | 'del' | 'ins', string][]}
 */
function compare(before, after) {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end += 1;
  const a = before.slice(start, before.length - end);
  const b = after.slice(start, after.length - end);
  const head = before.slice(0, start).join('');
  const tail = before.slice(before.length - end).join('');
  const middle =
    a.length * b.length > 1_000_000
      ? [
          ['del', a.join('')],
          ['ins', b.join('')],
        ]
      : common(a, b);
  return [['same', head], ...middle, ['same', end === 0 ? '' : tail]].filter(([, part]) => part !== '');
}

/**
 * @param {string[]} a
 * @param {string[]} b
 */
function common(a, b) {
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] =
        a[i] === b[j]
          ? longest[(i + 1) * width + j + 1] + 1
          : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  const parts = [];
  const add = (kind, word) => {
    if (parts.at(-1)?.[0] === kind) parts.at(-1)[1] += word;
    else parts.push([kind, word]);
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add('same', a[i]);
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && longest[(i + 1) * width + j] >= longest[i * width + j + 1])) {
      add('del', a[i]);
      i += 1;
    } else {
      add('ins', b[j]);
      j += 1;
    }
  }
  return parts;
}

/**
 * Characters changed of the longer text: what the server's edit distance comes close to.
 * @param {['same' | 'del' | 'ins', string][]} parts
 */
function shareOf(parts) {
  const count = (wanted) => parts.reduce((sum, [kind, part]) => sum + (kind === wanted ? part.length : 0), 0);
  const same = count('same');
  const longer = same + Math.max(count('del'), count('ins'));
  return longer === 0 ? 0 : (longer - same) / longer;
}
