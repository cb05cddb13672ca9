// kirim.test.mjs - the page of sinks says what records wait for, who can give it and how; that of the system how it does.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import path from 'node:path';
import { Gateway, account, session } from './browser.mjs';
import { kader, waitFor } from '../system/lib.mjs';

let gateway, dewi;

before(async () => {
  gateway = new Gateway({
    patch: (yaml) => yaml.replace(/^ {2}lokal:.*$/m, (l) => `${l}\n  kemkes: {kind: fhir, profile: satusehat, url: "https://127.0.0.1:9/fhir-r4/v1", token_url: "https://127.0.0.1:9/token"}`),
  });
  const folder = path.dirname(gateway.config);
  if (!fs.existsSync(path.join(folder, 'facilities.csv'))) fs.writeFileSync(path.join(folder, 'facilities.csv'), 'place,organization,location,client_id,client_secret_file\n');
  if (!fs.existsSync(path.join(folder, 'nakes.csv'))) fs.writeFileSync(path.join(folder, 'nakes.csv'), 'msisdn,nik,ihs\n');
  await gateway.start();
  dewi = await session(gateway, account(gateway, 'dewi', 'admin'));
  await gateway.say(kader, 'TIMBANG Kunarpadewi P 14bl 9,2 76');
});
after(() => gateway?.stop());

test('each stage says who can solve it, and how', async () => {
  const row = await waitFor('it waits for a check', async () => /<tr><td>kemkes<\/td><td>Belum diperiksa nakes[^]*?<\/tr>/.exec((await dewi.get('/kirim')).body)?.[0]);
  assert.match(row, /bidan atau puskesmas/);
  assert.match(row, /balas CEK NOMOR/);
  const { rows, tahap } = JSON.parse((await dewi.get('/kirim.json')).body);
  assert.deepEqual(rows.map((r) => [r.nama, r.jenis]), [['lokal', 'sqlite'], ['kemkes', 'fhir']]);
  assert.deepEqual(tahap.map((t) => [t.tahap, t.n]), [['needs_check', 1]]);
});

test('the system says how Redis, spool, disk and clock do', async () => {
  const { body } = await dewi.get('/sistem');
  assert.match(body, /Jam server<\/dt><dd>(?:<time[^>]*>)?\d+ \w+ \d\d\.\d\d/);
  assert.match(body, /tersambung, setiap perubahan ditulis ke disk/);
  assert.match(body, /Sisa disk<\/dt><dd>[\d.]+ MB/);
});
