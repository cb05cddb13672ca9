// stages.mjs - what each stage of a message's way costs, in thousands of instructions as callgrind counts them: they
// do not depend on what else the machine does.  Kept in stages.tsv, so that a change shows in a diff.  Instructions of
// user space only; log and sink with all that SQLite does but write to disk.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root, run } from '../system/lib.mjs';

const kept = path.join(root, 'tests/bench/stages.tsv');
const stages = ['decode', 'read', 'step', 'encode', 'log', 'sink'];

// Of `count` messages, a thousand instructions of one.
async function measure(tool, kind, count) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kt-stages-'));
  const file = path.join(folder, 'callgrind.out');
  const counted = await run('valgrind', ['--tool=callgrind', '-q', `--callgrind-out-file=${file}`, tool, kind, String(count), folder], { cwd: root });
  if (counted.error) throw new Error(`${counted.error.message}\n${counted.err}`);
  const told = await run('callgrind_annotate', ['--inclusive=yes', '--threshold=100', file], { cwd: root, maxBuffer: 1 << 28 });
  fs.rmSync(folder, { recursive: true });
  if (told.error) throw new Error(`${told.error.message}\n${told.err}`);
  const of = (stage) => Number((new RegExp(`^ *([\\d,]+) .*:stage_${stage}(?:_${kind})? `, 'm').exec(told.out)?.[1] ?? '0').replaceAll(',', ''));
  return Object.fromEntries(stages.map((s) => [s, of(s) / count / 1000]));
}

export async function benchStages(tools) {
  const now = { sms: await measure(path.join(tools, 'stages'), 'sms', 300), ussd: await measure(path.join(tools, 'stages'), 'ussd', 360) };
  const before = new Map(fs.existsSync(kept) ? fs.readFileSync(kept, 'utf8').trim().split('\n').slice(1).map((l) => [l.split('\t')[0], l.split('\t').slice(1).map(Number)]) : []);
  console.log('\nstages: thousand instructions of one SMS (a new child weighed) and one USSD step, and what stages.tsv had before');
  const sum = (kind) => stages.reduce((n, s) => n + now[kind][s], 0);
  const rows = [...stages.map((s) => [s, now.sms[s], now.ussd[s]]), ['all', sum('sms'), sum('ussd')]];
  for (const [name, ...figures] of rows)
    console.log(`  ${name.padEnd(8)}${figures.map((f, i) => `${f.toFixed(1).padStart(9)} (${before.get(name)?.[i] ?? '-'})`).join('')}`);
  fs.writeFileSync(kept, `stage\tsms\tussd\n${rows.map(([name, ...figures]) => [name, ...figures.map((f) => f.toFixed(1))].join('\t')).join('\n')}\n`);
}
