// shared.test.mjs - figures and lists that many kader write to at once: the village's week, the posyandu's visits.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gateway, kader, kades, secondKader, waitFor } from './lib.mjs';

const from = [kader, secondKader];
const letters = [...'ABCDEFGHIJKLMNOPQRST'];

test('what two kader report at once stands in the week of the village', async () => {
  const g = await new Gateway().start();
  const sent = await Promise.all(letters.map((l, i) => g.sms(from[i % 2], `KASUS#diare#1#Dusun ${l}`)));
  assert.ok(sent.every((r) => r.status === 200));
  await waitFor('the head reads 20', async () => {
    await g.sms(kades, 'PWS');
    return (await g.inbox(kades)).some((m) => /PWS Kelubi .*diare 20 \(0\)/.test(m.text));
  });
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
});

test('what two kader find on their visits is due for both, and leaves when it is done', async () => {
  const g = await new Gateway().start();
  const visit = (what) =>
    Promise.all(letters.slice(0, 8).map((l, i) => g.sms(from[i % 2], `KUNJUNGAN#Pak A${l.toLowerCase()}i#lansia#${what}`)));
  const asked = (who, fits) =>
    waitFor(`${who} reads ${fits}`, async () => {
      await g.sms(who, 'TUGAS');
      return (await g.inbox(who)).some((m) => fits.test(m.text));
    });
  await visit('tidak patuh');
  await asked(secondKader, /^Tugas kunjungan 8: /);
  await visit('baik');
  await asked(kader, /^Tidak ada tugas/);
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
});
