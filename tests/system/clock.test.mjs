// clock.test.mjs - the wall clock was a day ahead and is corrected, while the gateway runs or while it is down: what
// waits for its next try goes on, and an alarm nobody answers climbs at its time.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, bidan, form, preload, puskesmas, request, secondKader, waitFor } from './lib.mjs';

const day = 86400000;
let g, gate;
let away = true;
const got = [];

before(async () => {
  gate = http.createServer((req, res) => {
    const parts = [];
    req.on('data', (d) => parts.push(d));
    req.on('end', () => {
      if (!away) got.push({ to: req.headers['x-kannel-to'], text: Buffer.concat(parts).toString() });
      res.writeHead(away ? 503 : 202).end('0: Accepted for delivery');
    });
  });
  await new Promise((done) => gate.listen(0, '127.0.0.1', done));
  g = new Gateway({
    patch: (yaml) =>
      yaml
        .replace(/^default_provider:.*$/m, 'default_provider: pintu')
        .replace(/^providers:$/m, `providers:\n  pintu: {dialect: kannel, allow: [127.0.0.1], send: {url: "http://127.0.0.1:${gate.address().port}/", username: u, password: p}}`),
  });
  const clocks = path.join(g.folder, 'config/rules/clocks.yaml');
  fs.writeFileSync(clocks, fs.readFileSync(clocks, 'utf8').replace(/(id: referral_e1, version: 1, time: )15m/, '$112s'));
  const ahead = path.join(g.folder, 'ahead');
  g.ahead = (ms) => (fs.writeFileSync(`${ahead}.new`, String(ms)), fs.renameSync(`${ahead}.new`, ahead));
  g.env = { ...preload('clock'), CLOCK_AHEAD: ahead };
});
after(async () => {
  await g.stop();
  gate.close();
  gate.closeAllConnections?.();
});

const say = (text, id) => request('GET', `${g.url}/sms/pintu?${form({ from: secondKader, to: '98120', text, id, smsc: 'x', ts: '1' })}`);
const waiting = () => Number(g.redis('zcard', '{19.06}wait:sms:pintu:3'));

for (const [name, correct] of [
  ['while the gateway runs', async () => g.ahead(0)],
  ['while it is down', async () => (await g.stop(), g.ahead(0), await g.start())],
])
  test(`a clock a day ahead is corrected ${name}`, { timeout: 90000 }, async () => {
    got.length = 0;
    away = true;
    g.ahead(day);
    if (!g.process || g.process.how) await g.start();
    assert.equal((await say(`RUJUK Bu Wati ${28 + name.length}th perdarahan`, `clock-${name}`)).status, 200);
    await waitFor('its first try failed', () => waiting() >= 1);
    await correct();
    away = false;
    await waitFor('the bidan is told', () => got.some((s) => s.to === bidan && /E1/.test(s.text)));
    await waitFor('nobody answers: the puskesmas is told', () => got.some((s) => s.to === puskesmas && /perdarahan/i.test(s.text)), 40000);
  });
