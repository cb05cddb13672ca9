// http-sink.test.mjs - the sink of kind http against the receiver that docs/sinks.md prints, and one that refuses and falls.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, test } from 'node:test';

import { Gateway, kader, newName, nomorOf, root, start, waitFor } from './lib.mjs';

const secret = 'k'.repeat(32);
const withHttp = (port, key = secret) => (g) => {
  fs.writeFileSync(path.join(g.folder, 'config/http.key'), `${key}\n`);
  fs.writeFileSync(g.config, fs.readFileSync(g.config, 'utf8').replace(/^ {2}lokal:.*$/m, (l) => `${l}\n  lain: {kind: http, url: "http://127.0.0.1:${port}/kentongan", secret_file: http.key}`));
  return g.start();
};
const gateways = [];
const gateway = (port, key) => {
  const g = new Gateway();
  gateways.push(g);
  return withHttp(port, key)(g);
};
after(() => Promise.all(gateways.map((g) => g.stop())));

test('the receiver of docs/sinks.md takes every row once, and only with the right key', async () => {
  const printed = /```js\n([^]*?)```/.exec(fs.readFileSync(path.join(root, 'docs/sinks.md'), 'utf8'))[1];
  assert.ok(printed.split('\n').length <= 24, 'a receiver in twenty lines');
  const file = path.join(fs.mkdtempSync('/tmp/kentongan-receiver-'), 'receiver.mjs');
  fs.writeFileSync(file, printed.replace('rows.set(row.id, row);', 'rows.set(row.id, row), console.log(JSON.stringify(row));'));
  const receiver = start('node', [file], { env: { ...process.env, KENTONGAN_KEY: secret } });
  const port = await waitFor('its port', () => /^\d+\n/.exec(receiver.out)?.[0].trim());
  const g = await gateway(port);
  const name = newName();
  const nomor = nomorOf(await g.say(kader, `TIMBANG ${name} P 14bl 9,2 76`, 'http-1'));
  await g.say(kader, `KOREKSI ${nomor} bb 9,3`);
  const rows = () => receiver.out.trim().split('\n').slice(1).map((l) => JSON.parse(l));
  await waitFor('the corrected record', () => rows().some((r) => r.nomor === nomor && r.version === 2));
  assert.deepEqual(rows().filter((r) => r.nomor === nomor).map((r) => [r.row, r.version, r.fields.bb]), [['record', 1, 9.2], ['record', 2, 9.3]]);
  assert.match(g.ctl('show', 'sinks'), /lain \(http\)\n {2}circuit {3}closed[^]*answered {2}status 204/);

  const wrong = await gateway(port, 'another key, long enough');
  await wrong.say(kader, `TIMBANG ${newName()} P 14bl 9,2 76`);
  await waitFor('refused', () => /lain \(http\)\n {2}circuit {3}open[^]*status 401/.test(wrong.ctl('show', 'sinks')));
  assert.match(wrong.ctl('parked'), /nothing is parked/);
  receiver.kill();
});

test('a receiver that falls, stalls, and refuses one row: it comes again with the same key, the one row is parked', async () => {
  const seen = [], taken = new Map();
  let mode = 'drop';
  const server = http.createServer(async (req, res) => {
    const parts = [];
    for await (const p of req) parts.push(p);
    const body = Buffer.concat(parts).toString(), rows = JSON.parse(body).rows;
    seen.push({ key: req.headers['idempotency-key'], body });
    if (mode === 'drop') return req.socket.destroy();
    if (mode === 'busy') return res.writeHead(503).end();
    if (rows.some((r) => r.message_id === 'bad')) return res.writeHead(422).end();
    for (const r of rows) taken.set(`${r.id}/${r.version ?? 0}`, (taken.get(`${r.id}/${r.version ?? 0}`) ?? 0) + 1);
    res.writeHead(200).end('{}');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const g = await gateway(server.address().port);
  await g.say(kader, `TIMBANG ${newName()} P 14bl 9,2 76`, 'first');
  await waitFor('two tries', () => seen.length >= 2);
  assert.equal(seen[0].key, seen[1].key);
  assert.equal(seen[0].body, seen[1].body);
  mode = 'busy';
  await waitFor('open', () => /status 503/.test(g.ctl('show', 'sinks')));
  mode = 'well';
  for (let i = 0; i < 10; i++) await g.sms(kader, `TIMBANG ${newName()} P 14bl 9,2 76`, i === 4 ? 'bad' : `m-${i}`);
  const of = (id) => g.query(`SELECT id FROM record WHERE message_id = '${id}'`)[0]?.id;
  await waitFor('the rest', () => ['first', ...[0, 1, 2, 3, 5, 6, 7, 8, 9].map((i) => `m-${i}`)].every((id) => taken.has(`${of(id)}/1`)));
  await waitFor('one parked', () => g.ctl('parked', 'sink:lain').trim().split('\n').length === 1 && /status 422/.test(g.ctl('parked', 'sink:lain')));
  server.closeAllConnections();
  server.close();
});
