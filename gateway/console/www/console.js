// console.js - what every page gets better by: keys, confirmation with a number, time that goes on.
(() => {
  'use strict';
  const rows = () => [...document.querySelectorAll('tbody tr')];
  let at = -1;
  const go = (d) => {
    const all = rows();
    if (!all.length) return;
    all[at]?.removeAttribute('aria-current');
    at = Math.max(0, Math.min(all.length - 1, at + d));
    all[at].setAttribute('aria-current', 'true');
    all[at].scrollIntoView({ block: 'nearest' });
  };
  document.addEventListener('keydown', (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) {
      if (e.key === 'Escape') e.target.blur?.();
      return;
    }
    if (e.key === '/') {
      const s = document.querySelector('input[name=cari]');
      if (s) (e.preventDefault(), s.focus());
    } else if (e.key === 'j') go(1);
    else if (e.key === 'k') go(-1);
    else if (e.key === 'o') rows()[at]?.querySelector('a')?.click();
    else if (e.key === '?') document.querySelector('footer details')?.toggleAttribute('open');
  });
  document.addEventListener('submit', (e) => {
    const ask = e.submitter?.dataset.tanya ?? e.target.dataset.tanya;
    if (ask && !confirm(ask)) e.preventDefault();
  });
})();
