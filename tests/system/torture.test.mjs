// torture.test.mjs - gateway, Redis, PostgreSQL, disk, clock and connections break at random moments under load over
// HTTP, USSD and SMPP: accepted = stored + parked + spooled, nothing lost, nothing twice, every E1 told in its time.
//
// POINTS (default 16) in rounds of at most 50, each a world of its own: one gateway with its Redis, then two on one
// Redis that is not theirs, in turn.  SEED of the first round (the next one's is one more); a round that fails says
// how it is run again.  WORLD=1 or 2 for one of the worlds alone.  PostgreSQL takes part from 50 points on.
import { test } from 'node:test';
import { round } from '../torture/torture.mjs';

const points = Number(process.env.POINTS ?? 16);
const seed = Number(process.env.SEED ?? Date.now() % 1000000);
const worlds = process.env.WORLD ? [Number(process.env.WORLD)] : [1, 2];
const each = Math.min(50, Math.ceil(points / worlds.length));
const rounds = Math.ceil(points / each);

for (let i = 0; i < rounds; i++) {
  const gateways = worlds[(process.env.WORLD ? 0 : i) % worlds.length];
  const how = `SEED=${seed + i} WORLD=${gateways} POINTS=${each}`;
  test(`${each} points, ${gateways === 1 ? 'one gateway' : 'two gateways'} (again: ${how})`, { timeout: 120000 + each * 20000 }, () =>
    round({ seed: seed + i, points: each, gateways, postgres: points >= 50 && gateways === 1, say: console.log }));
}
