// live.js - the live end of /pesan: lines of /arus that fit the filters, put on top as they come.
(() => {
  'use strict';
  const body = document.querySelector('#arus tbody');
  const bar = document.querySelector('#langsung');
  if (!body || !bar || !window.EventSource) return;
  const q = new URLSearchParams(location.search);
  if (q.get('before') || q.get('cari')) return;
  const state = bar.querySelector('[role=status]'), stop = bar.querySelector('button');
  const text = bar.dataset, hasil = JSON.parse(bar.dataset.hasil || '{}');
  let paused = false, held = [], lost = 0;
  const words = (k) => hasil[k] ?? k;
  const cell = (tr, key, node) => {
    const td = document.createElement('td');
    td.dataset.k = key;
    if (node instanceof Node) td.append(node); else td.textContent = node ?? '';
    tr.append(td);
    return td;
  };
  const fits = (m) => (!q.get('hasil') || q.get('hasil') === m.reason) && (!q.get('provider') || q.get('provider') === m.provider) &&
    (!q.get('desa') || q.get('desa') === m.desa || m.desa.startsWith(q.get('desa') + '.')) && (!q.get('jenis') || q.get('jenis') === m.kind) &&
    !q.get('form') && !q.get('urgensi');
  const put = (m) => {
    const k = [...document.querySelectorAll('#arus thead th')].map((h) => h.textContent);
    const tr = document.createElement('tr');
    tr.className = 'arus-baru';
    const at = new Date(m.at), time = document.createElement('time');
    time.dateTime = at.toISOString();
    time.textContent = new Date(m.at + 60000 * Number(text.zona)).toISOString().slice(11, 16).replace(':', '.');
    let first = time;
    if (m.id) {
      first = document.createElement('a');
      first.href = '/pesan/' + encodeURIComponent(m.id);
      first.append(time);
    }
    cell(tr, k[0], first);
    cell(tr, k[1], m.who + (m.place ? ' · ' + m.place : ''));
    cell(tr, k[2], m.text).className = 'sms';
    const s = document.createElement('span');
    s.className = 'st st-' + m.reason;
    s.textContent = words(m.reason);
    cell(tr, k[3], s);
    cell(tr, k[4], '');
    body.prepend(tr);
    while (body.rows.length > 300) body.lastElementChild.remove();
  };
  const tell = () => {
    state.textContent = (paused ? text.jeda + (held.length ? ' +' + held.length : '') : text.hidup) + (lost ? ' · ' + text.lewat + ' ' + lost : '');
    stop.textContent = paused ? text.lanjut : text.berhenti;
  };
  const es = new EventSource('/arus');
  es.addEventListener('pesan', (e) => {
    const m = JSON.parse(e.data);
    if (!fits(m)) return;
    if (paused) held.push(m); else put(m);
    if (held.length > 300) (held.shift(), lost++);
    tell();
  });
  es.addEventListener('lewat', (e) => ((lost += Number(e.data)), tell()));
  es.onopen = tell;
  es.onerror = () => { state.textContent = text.putus; };
  stop.hidden = false;
  stop.addEventListener('click', () => {
    paused = !paused;
    if (!paused) (held.forEach(put), (held = []));
    tell();
  });
})();
