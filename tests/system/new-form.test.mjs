// new-form.test.mjs - the example of docs/new-form.md, taken out of the page as it stands: its data go into a copy of
// config/, `check` passes it, and its conversations are held with the gateway.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, binary, kader, root, run, waitFor } from './lib.mjs';

const page = fs.readFileSync(path.join(root, 'docs/new-form.md'), 'utf8');

// Fenced blocks, each with its language and the paragraph before it.
const blocks = [...page.matchAll(/([^\n]+(?:\n[^\n]+)*)\n\n```(\w*)\n(.*?)```/gs)].map(([, says, kind, text]) => ({ says, kind, text }));
const talks = blocks.filter(({ kind }) => kind === '').map(({ text }) => text.trim().split('\n'));

// A new file; more rows at the end of an old one; or lines before the line that the paragraph names last.
function add(folder, { says, text }) {
  const file = path.join(folder, /`(config\/\S+\.yaml)`/.exec(says)[1]);
  const old = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  const before = /before `([^`]+)`:$/.exec(says);
  if (!before) return fs.writeFileSync(file, old + text);
  const lines = old.split('\n');
  const at = lines.findIndex((line) => line.includes(before[1]));
  assert.ok(at >= 0, `${file} has no line with ${before[1]}`);
  lines.splice(at, 0, text.trimEnd());
  fs.writeFileSync(file, lines.join('\n'));
}

// `*` stands for anything.
function fits(got, wanted) {
  const pattern = wanted.split('*').map((s) => s.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('[^]*');
  assert.match(got, new RegExp(`^${pattern}$`));
}

let g;
before(async () => {
  g = new Gateway();
  for (const block of blocks.filter(({ kind }) => kind === 'yaml')) add(g.folder, block);
});
after(async () => {
  await g.stop();
});

test('check passes the form and counts one more', async () => {
  const forms = async (config) => {
    const { out, err } = await run(binary, ['check', '-c', config]);
    assert.match(out, /config ok/, err);
    return Number(/(\d+) forms/.exec(out)[1]);
  };
  assert.equal(await forms(g.config), (await forms(path.join(root, 'config/kentongan.yaml'))) + 1);
});

test('check refuses an example that would be asked back', async () => {
  const file = path.join(g.folder, 'config/forms/jentik.yaml');
  const right = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, right.replace('jentik 15 0', 'jentik 15'));
  const { error, out, err } = await run(binary, ['check', '-c', g.config]);
  fs.writeFileSync(file, right);
  assert.equal(error?.code, 1);
  assert.match(out + err, /jentik\.yaml:1:1: example 'jentik 15' is asked back: missing positif/);
});

test('the conversations of the page are held, by SMS and by USSD', async () => {
  await g.start();
  assert.equal(talks.length, 2);
  const [sms, ussd] = talks;
  for (let i = 0; i < sms.length; i += 2) fits(await g.say(kader, sms[i].slice(2)), sms[i + 1].slice(2));
  for (let i = 0; i < ussd.length; i += 2) {
    const typed = ussd[i].slice(2);
    fits((await g.ussd('new-form', kader, typed === '*' ? '' : typed)).body, ussd[i + 1].slice(2));
  }
});

test('each report is a row of the view', async () => {
  const [view] = /`(v_\w+)`/.exec(page).slice(1);
  const filed = talks.flat().filter((line) => /^< (Diterima|END Diterima)/.test(line)).length;
  assert.ok(filed > 2);
  await waitFor('the rows', () => g.query(`SELECT * FROM ${view}`).length === filed);
});
