// pws.test.mjs - many kader report at once; the village head asks for the week and reads the sum of them all.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gateway, kader, kades, secondKader, waitFor } from './lib.mjs';

test('what two kader report at once stands in the week of the village', async () => {
  const g = await new Gateway().start();
  const from = [kader, secondKader];
  const sent = await Promise.all(
    Array.from({ length: 20 }, (_, i) => g.sms(from[i % 2], `KASUS#diare#1#Dusun ${'ABCDEFGHIJKLMNOPQRST'[i]}`))
  );
  assert.ok(sent.every((r) => r.status === 200));
  await waitFor('the head reads 20', async () => {
    await g.sms(kades, 'PWS');
    return (await g.inbox(kades)).some((m) => /PWS Kelubi .*diare 20 \(<5\)/.test(m.text));
  });
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
});
