// second.test.mjs - two gateways started by mistake on one state folder: the second says so and leaves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gateway, binary, kader, start, waitFor } from './lib.mjs';

test('the second gateway says so and leaves; the first goes on', async () => {
  const g = await new Gateway().start();
  const redis = g.redisPid();
  const second = start(binary, ['serve', '-c', g.config]);
  const how = await waitFor('the second leaves', () => second.how);
  assert.equal(how.code, 1);
  assert.match(second.err, /another gateway|already|in use/i);
  assert.equal(g.redisPid(), redis);
  assert.equal((await g.sms(kader, 'BANTUAN')).status, 200);
  assert.match(g.ctl('show', 'status'), /health\s+ok/);
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
});
