// rule.mjs - the staff's rule of SPEC 2.5 once more, written from the text and not from flows/alert/: the simulation compares the two.
export const WEEK = 7;

// cases: Map village/disease -> Map day -> n.  Days count from 1970-01-01 (a Thursday).
export class Counts {
  constructor() {
    this.cases = new Map();
    this.any = new Map(); // village -> Set of the Sundays of weeks with any case
  }

  add(village, disease, day, n) {
    const key = `${village}/${disease}`;
    const days = this.cases.get(key) ?? this.cases.set(key, new Map()).get(key);
    days.set(day, (days.get(day) ?? 0) + n);
    const weeks = this.any.get(village) ?? this.any.set(village, new Set()).get(village);
    weeks.add(day - ((day + 4) % WEEK));
  }

  sum(village, disease, last, n = WEEK) {
    const days = this.cases.get(`${village}/${disease}`);
    let s = 0;
    for (let i = 0; days && i < n; i++) s += days.get(last - i) ?? 0;
    return s;
  }

  // The mean of the reported ones among the weeks before.
  mean(village, disease, day, weeks) {
    let sum = 0, n = 0;
    for (let i = 1; i <= weeks; i++) {
      const last = day - i * WEEK, cases = this.sum(village, disease, last), middle = last - 3;
      if (!cases && !this.any.get(village)?.has(middle - ((middle + 4) % WEEK))) continue;
      sum += cases;
      n++;
    }
    return { mean: n ? sum / n : 0, weeks: n };
  }

  staff(village, disease, day) {
    const cases = this.sum(village, disease, day), m = this.mean(village, disease, day, 4).mean;
    return cases >= 5 && cases >= m + 3 * Math.sqrt(Math.max(m, 1)) - 1e-9;
  }
}
