/* config.c - kentongan.yaml into a plain struct, by one table of keys.  See config.h, config_keys.def. */
#include "gateway/conf/config.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/conf/config_value.h"
#include "parsers/dialect.h"

const char *config_default_path(void)
{
    return access("config/kentongan.yaml", R_OK) == 0 ? "./config/kentongan.yaml"
                                                      : "/etc/kentongan/kentongan.yaml";
}

static bool is_name(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' ||
              s.p[i] == '_'))
            return false;
    return s.n > 0 && s.n <= 32;
}

/* A map of named maps: providers, sinks. */
static bool begin_named(struct config_reader *r, const struct yaml *node, const char *what, unsigned n,
                        unsigned max)
{
    if (n == max)
        fault_add(r->faults, node->key_mark, "more than %u %ss", max, what);
    else if (!is_name(node->key))
        fault_add(r->faults, node->key_mark,
                  "name of a %s: small letters, digits, - and _, at most 32; not \"%.*s\"", what,
                  SLICE_ARG(node->key));
    else if (node->kind != YAML_MAP)
        fault_add(r->faults, node->mark, "%s \"%.*s\" takes a map of keys", what, SLICE_ARG(node->key));
    else
        return true;
    return false;
}

bool config_signs(const struct provider_conf *p)
{
    const struct dialect *d = dialect_by_name(p->dialect);

    return d && d->signs && p->secret.n;
}

/* A key that does nothing is worse than none: somebody relies on it. */
static void refuse_idle_keys(struct config_reader *r, struct yaml *node, const struct provider_conf *p)
{
    static const char *const of_smpp[] = { "host",          "port",         "system_id", "password",
                                           "password_file", "system_type",  "bind",      "binds",
                                           "ussd",          "data_coding",  "long",      "source_addr",
                                           "dest_addr",     "enquire_link", "response",  "receipts" };
    static const char *const of_http[] = { "allow", "token_file", "secret_file", "send" };
    const struct dialect *d = dialect_by_name(p->dialect);
    bool smpp = slice_is(p->dialect, "smpp");
    const char *const *idle = smpp ? of_http : of_smpp;
    size_t n = smpp ? sizeof of_http / sizeof *of_http : sizeof of_smpp / sizeof *of_smpp;

    for (size_t i = 0; (smpp || d) && i < n; i++) {
        struct yaml *key = yaml_get(node, idle[i]);

        if (key)
            fault_add(r->faults, key->key_mark, "\"%s\" does nothing for dialect %.*s: take it out", idle[i],
                      SLICE_ARG(p->dialect));
    }
    if (d && !d->signs && yaml_get(node, "secret_file"))
        fault_add(r->faults, yaml_get(node, "secret_file")->key_mark,
                  "\"secret_file\" does nothing for dialect %.*s, which signs nothing: token_file, or allow",
                  SLICE_ARG(p->dialect));
}

static void read_provider(struct config_reader *r, struct yaml *node, struct provider_conf *p)
{
    struct yaml *send;

    *p = (struct provider_conf){ .name = node->key, .mark = node->key_mark };
    config_section(r, node, SECTION_PROVIDER, p);
    p->failover_mark = yaml_get(node, "failover") ? yaml_get(node, "failover")->mark : (struct mark){ 0 };
    send = yaml_map(node, "send", r->faults);
    if (send) {
        config_section(r, send, SECTION_SEND, &p->send);
        yaml_need(send, "url", r->faults);
    }
    if (slice_is(p->dialect, "generic"))
        p->shape = config_shape(r, node, send, p);
    else
        config_no_shape(r, node, send);
    refuse_idle_keys(r, node, p);
    config_refuse_unknown(r, send, SECTION_SEND);
    config_refuse_unknown(r, node, SECTION_PROVIDER);
    yaml_need(node, "dialect", r->faults);
    if (slice_is(p->dialect, "smpp")) {
        yaml_need(node, "host", r->faults);
        yaml_need(node, "system_id", r->faults);
    } else if (p->allow_n == 0 && p->token.n == 0 && !config_signs(p)) {
        /* Whoever can prove nothing may only call from this machine. */
        p->allow[p->allow_n++] = S("127.0.0.1");
        p->allow[p->allow_n++] = S("::1");
    }
}

static void read_providers(struct config_reader *r, struct yaml *root)
{
    struct config *c = r->config;
    struct yaml *map = yaml_map(root, "providers", r->faults);

    YAML_EACH(node, map)
    if (begin_named(r, node, "provider", c->providers_n, CONFIG_PROVIDERS))
        read_provider(r, node, &c->providers[c->providers_n++]);
    if (!map) {
        c->providers[0] =
            (struct provider_conf){ .name = S("emulator"), .dialect = S("emulator"), .window = 10 };
        c->providers[0].allow[0] = S("127.0.0.1");
        c->providers[0].allow[1] = S("::1");
        c->providers[0].allow_n = 2;
        c->providers[0].mark.file = c->file;
        c->providers_n = 1;
    } else if (c->providers_n == 0) {
        fault_add(r->faults, map->mark, "no provider: add one, such as  emulator: {dialect: emulator}");
    }
}

static void read_sink(struct config_reader *r, struct yaml *node, struct sink_conf *s)
{
    *s = (struct sink_conf){ .name = node->key, .mark = node->key_mark };
    config_section(r, node, SECTION_SINK, s);
    config_refuse_unknown(r, node, SECTION_SINK);
    yaml_need(node, "kind", r->faults);
    if (slice_is(s->kind, "sqlite") && s->path.n == 0)
        s->path = arena_printf(r->arena, "%s/district.db", r->config->state.p);
    else if (slice_is(s->profile, "satusehat") && s->path.n == 0)
        s->path = arena_printf(r->arena, "%s/%.*s.db", r->config->state.p, SLICE_ARG(s->name));
}

static void read_sinks(struct config_reader *r, struct yaml *root)
{
    struct config *c = r->config;
    struct yaml *map = yaml_map(root, "sinks", r->faults);

    YAML_EACH(node, map)
    if (begin_named(r, node, "sink", c->sinks_n, CONFIG_SINKS))
        read_sink(r, node, &c->sinks[c->sinks_n++]);
    if (!map) {
        c->sinks[0] = (struct sink_conf){ .name = S("lokal"), .kind = S("sqlite") };
        c->sinks[0].path = arena_printf(r->arena, "%s/district.db", c->state.p);
        c->sinks[0].mark.file = c->file;
        c->sinks_n = 1;
    }
}

/* Does it hand over SMS to a network by itself? */
static bool sends(const struct provider_conf *p)
{
    return !p->sms_via.n && (slice_is(p->dialect, "smpp") || p->send.url.n);
}

/* Whoever helps out must be able to, and the chain of helpers must end. */
static void check_failover(struct config_reader *r, const struct provider_conf *p)
{
    const struct config *c = r->config;
    const struct provider_conf *other = config_provider(c, p->failover), *next = other;
    unsigned steps = 0;

    if (!other || other == p) {
        fault_add(r->faults, p->failover_mark, "\"failover\": \"%.*s\" is no other provider",
                  SLICE_ARG(p->failover));
    } else if (!sends(p)) {
        fault_add(
            r->faults, p->failover_mark,
            "\"failover\": \"%.*s\" sends no SMS by itself: give the key to the provider that carries them",
            SLICE_ARG(p->name));
    } else if (!sends(other)) {
        fault_add(r->faults, p->failover_mark,
                  "\"failover\": \"%.*s\" cannot carry SMS: it needs send: {url: …} or dialect smpp",
                  SLICE_ARG(p->failover));
    } else {
        while (next && next != p && next->failover.n && steps++ < CONFIG_PROVIDERS)
            next = config_provider(c, next->failover);
        if (next == p)
            fault_add(r->faults, p->failover_mark, "\"failover\": the chain from \"%.*s\" comes back to it",
                      SLICE_ARG(p->name));
    }
}

/* What one key says about another. */
static void check_providers(struct config_reader *r)
{
    struct config *c = r->config;

    for (unsigned i = 0; i < c->providers_n; i++) {
        const struct provider_conf *p = &c->providers[i], *via;
        bool emulator = slice_is(p->dialect, "emulator");

        if (emulator && c->listen.host.n && !config_is_loopback(c->listen.host))
            fault_add(r->faults, p->mark,
                      "the emulator is for this machine only: listen on 127.0.0.1, or remove it");
        for (unsigned a = 0; emulator && a < p->allow_n; a++)
            if (!config_is_loopback(p->allow[a]))
                fault_add(r->faults, p->mark,
                          "the emulator takes only addresses of this machine in \"allow\"");
        if (p->failover.n)
            check_failover(r, p);
        if (p->sms_via.n) {
            via = config_provider(c, p->sms_via);
            if (!via || via == p || via->sms_via.n)
                fault_add(r->faults, p->mark,
                          "\"sms_via\": \"%.*s\" is no other provider that sends by itself",
                          SLICE_ARG(p->sms_via));
        } else if (!emulator && !slice_is(p->dialect, "smpp") && p->send.url.n == 0) {
            fault_warn(r->faults, p->mark,
                       "this provider cannot send SMS: give it send: {url: …} or sms_via");
        }
    }
    if (c->providers_n && !config_provider(c, c->default_provider)) {
        if (c->default_provider_mark.line)
            fault_add(r->faults, c->default_provider_mark,
                      "\"default_provider\": there is no provider \"%.*s\"", SLICE_ARG(c->default_provider));
        else
            c->default_provider = c->providers[0].name;
    }
}

static struct mark mark_of(struct yaml *root, const char *key)
{
    struct yaml *node = yaml_get(root, key);

    return node ? node->mark : (struct mark){ 0 };
}

static bool any_host(struct slice host)
{
    return slice_is(host, "0.0.0.0") || slice_is(host, "::");
}

/* Port 0 is whichever is free. */
static void check_listeners(struct config_reader *r, struct yaml *root)
{
    const struct config *c = r->config;

    bool same =
        slice_eq(c->staff.host, c->listen.host) || any_host(c->staff.host) || any_host(c->listen.host);

    if (same && c->staff.port && c->staff.port == c->listen.port)
        fault_add(r->faults, mark_of(root, yaml_get(root, "staff") ? "staff" : "listen"),
                  "\"staff\": port %u is taken by \"listen\"", c->staff.port);
}

static void read_all(struct config_reader *r, struct yaml *root)
{
    static const char *const in_config[] = { "redis", "limits" };
    struct config *c = r->config;

    c->default_provider_mark = mark_of(root, "default_provider");
    c->district_mark = mark_of(root, "district");
    config_section(r, root, SECTION_TOP, c);
    for (unsigned i = 0; i < 2; i++) {
        enum key_section section = i ? SECTION_LIMITS : SECTION_REDIS;
        struct yaml *map = yaml_map(root, in_config[i], r->faults);

        config_section(r, map, section, c);
        config_refuse_unknown(r, map, section);
        if (section == SECTION_REDIS && c->redis_address.n) {
            if (!yaml_get(map, "managed"))
                c->redis_managed = false;
            else if (c->redis_managed)
                fault_add(r->faults, map->mark, "\"redis\": either managed: yes, or an address of your own");
        } else if (section == SECTION_REDIS && !c->redis_managed) {
            fault_add(r->faults, map->mark, "\"redis\": managed: no needs an address");
        }
    }
    read_providers(r, root);
    read_sinks(r, root);
    config_refuse_unknown(r, root, SECTION_TOP);
    check_providers(r);
    check_listeners(r, root);
}

struct config *config_load(const char *path, struct arena *arena, struct faults *faults)
{
    struct config *c = ARENA_NEW(arena, struct config);
    struct config_reader r = { .config = c, .arena = arena, .faults = faults };
    unsigned before = faults_count(faults);
    struct yaml *root = c ? yaml_load(path, arena, faults) : NULL;
    char *real;

    if (!root)
        return NULL;
    c->file = root->mark.file ? root->mark.file : arena_str(arena, path).p;
    if (root->kind != YAML_MAP) {
        fault_add(faults, root->mark, "not a configuration: `kentongan check --defaults` prints one");
        return NULL;
    }
    real = realpath(path, NULL);
    if (real) {
        *strrchr(real, '/') = '\0';
        r.folder = arena_str(arena, real).p;
        free(real);
    } else {
        r.folder = ".";
    }
    read_all(&r, root);
    return faults_count(faults) == before && !arena->failed ? c : NULL;
}

const struct provider_conf *config_provider(const struct config *c, struct slice name)
{
    for (unsigned i = 0; i < c->providers_n; i++)
        if (slice_eq(c->providers[i].name, name))
            return &c->providers[i];
    return NULL;
}

unsigned config_ussd_budget(const struct config *c, struct slice provider)
{
    const struct provider_conf *p = config_provider(c, provider);

    return p && p->ussd_budget_ms ? p->ussd_budget_ms : c->ussd_ms;
}

bool config_district_file(const struct config *c, char *out, size_t max)
{
    for (unsigned i = 0; i < c->sinks_n; i++)
        if (slice_is(c->sinks[i].kind, "sqlite")) {
            snprintf(out, max, "%.*s", SLICE_ARG(c->sinks[i].path));
            return false;
        }
    snprintf(out, max, "%.*s/figures.db", SLICE_ARG(c->state));
    return true;
}
