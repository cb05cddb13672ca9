// parked.test.mjs - what waits for people: parked SMS and messages, looked at, released, dropped; reports that
// nobody completed in time.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, binary, kader, newName, request, waitFor } from './lib.mjs';

const capital = (name) => name.replace(/\b\w/g, (c) => c.toUpperCase());

let g, kannel, status;
before(async () => {
  status = 202;
  kannel = http.createServer((req, res) => {
    req.resume();
    req.on('end', () => res.writeHead(status).end(status === 202 ? '0: Accepted for delivery' : 'no'));
  });
  await new Promise((done) => kannel.listen(0, '127.0.0.1', done));
  g = new Gateway({ patch: (yaml) => yaml.replace('127.0.0.1:13013', `127.0.0.1:${kannel.address().port}`) });
  const clocks = path.join(g.folder, 'config/rules/clocks.yaml');
  fs.writeFileSync(clocks, fs.readFileSync(clocks, 'utf8').replace(/(id: draft, version: 1, time:) 24h/, '$1 2s'));
  await g.start();
});
after(async () => {
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
  kannel.close();
});

const ctl = (...args) => {
  const r = spawnSync(binary, ['ctl', '-c', g.config, ...args], { encoding: 'utf8', timeout: 20000 });
  return r.status === 0 ? r.stdout : r.stderr;
};
const byKannel = (id, text) =>
  request('GET', `${g.url}/sms/kannel?id=${id}&from=${encodeURIComponent(kader)}&to=98120&text=${encodeURIComponent(text)}`);

test('nothing is parked, and every wrong word is told what to say', () => {
  assert.equal(ctl('parked'), 'nothing is parked\n');
  assert.equal(ctl('parked', 'inbound'), 'nothing is parked in this stream\n');
  assert.match(ctl('parked', '--help'), /Example: parked inbound/);
  assert.match(ctl('parked', 'nowhere'), /^error: there is no such stream; see parked/);
  assert.match(ctl('parked', 'release', 'inbound'), /^error: which one\?/);
  assert.match(ctl('parked', 'release', 'inbound', 'all'), /^error: nothing of that is parked/);
  assert.match(ctl('parked', 'release', 'inbound', '5-0'), /^error: nothing of that is parked/);
  assert.match(ctl('parked', 'drop', 'inbound', '5-0'), /^error: say why/);
  assert.match(ctl('parked', 'drop', 'inbound', '5-0', '--why', 'because'), /^error: say why/);
  assert.match(ctl('parked', 'drop', 'inbound', '5-0', '--why', 'done'), /^error: nothing is parked under this id/);
});

test('an SMS that was refused is seen without anybody\'s number, goes when it is released, and is told of in the log', async () => {
  const name = capital(newName());
  status = 400;
  assert.equal((await byKannel('park-1', `TIMBANG ${name} P 14bl 9,2 76`)).status, 200);
  await waitFor('it is parked', () => /^sms:kannel:0 +1 /m.test(ctl('parked')));
  assert.match(ctl('show', 'queues'), /^parked +1$/m);
  const shown = ctl('parked', 'sms:kannel:0');
  assert.match(shown, /^\d+-0 {2}\d{4}-.* attempts 0 +answer \d{4,}: refused$/m);
  assert.ok(!shown.includes('812000') && !shown.includes(name), shown);
  assert.ok(ctl('parked', 'sms:kannel:0', '--reveal').includes(name));
  status = 202;
  assert.equal(ctl('parked', 'release', 'sms:kannel:0', shown.split(' ')[0]), 'released 1\n');
  await waitFor('it was sent', () => g.log(`SELECT state FROM message_out WHERE text LIKE '%${name}%'`)[0]?.state === 'sent');
  assert.equal(ctl('parked'), 'nothing is parked\n');
  const line = /\{[^\n]*"event":"parked_released"[^\n]*/.exec(g.process.err)[0];
  assert.match(line, /"stream":"sms:kannel:0","entry":"\d+-0"/);
  assert.ok(!line.includes('812000'), line);
});

test('a released message is carried out once, under its own id', async () => {
  const name = capital(newName());
  const body = { v: 1, kind: 'sms', op: 0, provider: 'kannel', provider_id: 'park-2', from: kader, from_is_msisdn: true, to: '98120',
    text: `TIMBANG ${name} P 14bl 9,2 76`, timer: '', received_ms: Date.now(), provider_ms: 0, text_was_broken: false };
  // As a message is left that could not be carried out: its bytes, and its duplicate key.
  g.redis('set', '{19.06}dup:kannel:park-2', '00000000000000aa', 'ex', '60000');
  for (let i = 0; i < 2; i++)
    g.redis('xadd', '{19.06}parked:inbound', '*', 'b', JSON.stringify(body), 'a', '0', 'f', '5', 'reason', 'out of memory', 'at', String(Date.now()), 'c', '00000000000000aa');
  assert.match((await byKannel('park-2', body.text)).body, /^$/);
  assert.equal(g.query(`SELECT count(*) AS n FROM record WHERE message_id = 'park-2'`)[0]?.n ?? 0, 0);
  assert.equal(ctl('parked', 'release', 'inbound', 'all'), 'released 2\n');
  await waitFor('it is a record', () => g.query(`SELECT count(*) AS n FROM record WHERE message_id = 'park-2'`)[0]?.n === 1);
  await waitFor('both are dealt with', () => g.redis('xlen', '{19.06}st:inbound').trim() === '0');
  assert.equal(g.query(`SELECT count(*) AS n FROM record WHERE message_id = 'park-2'`)[0].n, 1);
  await waitFor('its answer went', () => g.log(`SELECT state FROM message_out WHERE text LIKE '%${name}%'`)[0]?.state === 'sent');
  assert.equal(g.log(`SELECT count(*) AS n FROM message_out WHERE text LIKE '%${name}%'`)[0].n, 1);
});

test('what nobody needs is dropped, and the log knows', async () => {
  g.redis('xadd', '{19.06}parked:sink:lokal', '7-0', 'b', '{}', 'a', '3', 'f', '5', 'reason', 'broken', 'at', '1795000000000');
  assert.match(ctl('parked', 'sink:lokal'), /^7-0 {2}2026-.* attempts 3 ?: broken$/m);
  assert.equal(ctl('parked', 'drop', 'sink:lokal', '7-0', '--why', 'test'), 'dropped\n');
  await waitFor('it is logged', () => /"event":"parked_dropped","stream":"sink:lokal","entry":"7-0","how":"test"/.test(g.process.err));
});

test('a report that nobody completed stands in the staff list and in the trace of its number', async () => {
  const name = capital(newName());
  assert.match(ctl('drafts'), /^no report was left unfinished$/m);
  const answer = await g.say(kader, `TIMBANG#${name}#P#14bl##76`);
  const nomor = /\d{4,10}/.exec(answer)[0];
  await waitFor('it expired', () => ctl('drafts').includes(` ${nomor} timbang of P-`));
  const plain = ctl('drafts');
  assert.ok(!plain.includes('812000') && !plain.includes(name), plain);
  const told = ctl('drafts', '--reveal');
  assert.ok(told.includes(`${nomor} timbang of ${kader}`) && told.includes(name), told);
  // How long it waited is told as the rule row has it, no other.
  await waitFor('that it ended', () => g.log(`SELECT 1 AS y FROM message_out WHERE text LIKE 'Laporan ${nomor} % sampai 0,1 jam %'`).length);
  const life = ctl('trace', nomor);
  assert.match(life, /< timer {2}draft_expired\n.* > notice to P-/);
  assert.match(life, /^now: a report of form timbang expired$/m);
  assert.match(ctl('drafts', 'please'), /^error: drafts \[--reveal\]/);
});
