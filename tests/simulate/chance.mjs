// chance.mjs - seeded chance: the same seed gives the same month.
export class Chance {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  // [0, 1): mulberry32.
  next() {
    let t = (this.state = (this.state + 0x6d2b79f5) >>> 0);
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(n) {
    return Math.floor(this.next() * n);
  }

  of(list) {
    return list[this.below(list.length)];
  }

  yes(p) {
    return this.next() < p;
  }

  normal() {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  // Marsaglia and Tsang; shape below one is boosted.
  gamma(shape, scale) {
    if (shape < 1) return this.gamma(shape + 1, scale) * Math.pow(1 - this.next(), 1 / shape);
    const d = shape - 1 / 3, c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal(), v = Math.pow(1 + c * x, 3);
      if (v > 0 && Math.log(1 - this.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v * scale;
    }
  }

  poisson(mean) {
    let n = 0;
    for (let left = Math.exp(-mean), p = this.next(); p > left; p *= this.next()) n++;
    return n;
  }

  // Negative binomial of that mean: variance mean + mean²/k.
  overdispersed(mean, k) {
    return this.poisson(this.gamma(k, mean / k));
  }
}
