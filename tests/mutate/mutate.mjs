// mutate.mjs FILE … - can our tests fail?  Flips each comparison and each "and" of a file of the pure library, one at a
// time, links the unit tests and the labelled messages with it, and lists the flips that none of them noticed.
//
//   make mutate FILES="flows/rows/growth.c"      ONLY=test_dialogs,test_growth   the tests, those that kill soonest first
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const B = process.env.B ?? 'build', files = process.argv.slice(2);
if (!files.length || files[0] === '--help') {
  console.error('Usage: make mutate FILES="flows/rows/growth.c …"\nLists the comparisons that may be flipped without a test noticing.');
  process.exit(2);
}
const only = (process.env.ONLY ?? 'test_dialogs,test_flows,test_growth,test_doses,test_figures,test_referral,test_rules,test_programme,test_typing,test_understanding,test_ussd,test_ussd_keys').split(',');
const FLIP = { '<': '<=', '<=': '<', '>': '>=', '>=': '>', '==': '!=', '!=': '==', '&&': '||', '||': '&&' };
const work = `${B}/mutate`;
fs.mkdirSync(work, { recursive: true });

// The last command that make would run for this target, were this prerequisite new.
const command = (target, as) => execFileSync('make', ['-n', '-W', as, target], { encoding: 'utf8' }).trim().split('\n').filter((l) => l.includes(' -o ')).at(-1).trim();
const run = (line, ms) => spawnSync('sh', ['-c', line], { encoding: 'utf8', timeout: ms, killSignal: 'SIGKILL' }).status === 0;

const tests = only.map((t) => [`${work}/${t}`, command(`${B}/tests/unit/${t}`, `${B}/obj/tests/unit/${t}.o`), ''])
  .concat([[`${work}/corpus`, command(`${B}/tests/corpus/run`, `${B}/obj/tests/corpus/run.o`), 'tests/corpus/*.tsv']]);
const link = ([out, line], object) => line.replace(/ -o \S+/, ` -o ${out}`).replace(/ (\S+libpure\.a)/, ` ${object} $1`);

// Places of operators, comments and strings left out.
function flips(text) {
  const blank = text.replace(/\/\*[^]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'|^[ \t]*#.*$/gm, (s) => s.replace(/[^\n]/g, ' '));
  return [...blank.matchAll(/ (<=|>=|==|!=|<|>|&&|\|\|)(?=[ \n])/g)].map((m) => ({ at: m.index + 1, op: m[1] }));
}

let all = 0;
const left = [];
for (const file of files) {
  const text = fs.readFileSync(file, 'utf8'), object = `${work}/${path.basename(file, '.c')}.o`, source = object.replace(/o$/, 'c');
  const compile = command(`${B}/obj/${file.replace(/c$/, 'o')}`, file).replace(` -c ${file}`, ` -w -c ${source}`).replace(/ -o \S+/, ` -o ${object}`).replace('-MMD -MP', '');
  for (const { at, op } of flips(text)) {
    const line = text.slice(0, at).split('\n').length;
    fs.writeFileSync(source, text.slice(0, at) + FLIP[op] + text.slice(at + op.length));
    if (!run(compile, 120000)) continue;
    all++;
    const killed = tests.some((t) => !run(link(t, object), 120000) || !run(`${t[0]} ${t[2]} >/dev/null 2>&1`, 120000));
    if (!killed) left.push(`${file}:${line}: ${op} may be ${FLIP[op]}: ${text.split('\n')[line - 1].trim()}`) && console.log(left.at(-1));
    if (all % 20 === 0) console.error(`${file}: ${all} flips, ${left.length} unnoticed`);
  }
}
console.log(`${all} flips, ${all - left.length} noticed, ${left.length} not`);
