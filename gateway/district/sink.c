/* sink.c - see sink.h. */
#include "gateway/district/sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/district/fhir.h"
#include "gateway/district/http_sink.h"
#include "gateway/district/postgres.h"
#include "gateway/district/satusehat.h"
#include "gateway/district/sqlite.h"

/* Every kind that there is. */
static const struct sink_kind *const kinds[] = {
    &sqlite_kind, &postgres_kind, &http_kind, &fhir_kind, &satusehat_kind,
};

struct sink {
    const struct sink_kind *kind;
    void *self;
    char *name;
};

/* `generic` is the plain one. */
static bool is_profile(const struct sink_kind *k, struct slice profile)
{
    return k->profile ? slice_is(profile, k->profile) : !profile.n || slice_is(profile, "generic");
}

/* NULL: there is no such kind, or (*named) no such profile of it. */
static const struct sink_kind *kind_of(const struct sink_conf *c, bool *named)
{
    *named = false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        *named = *named || slice_is(c->kind, kinds[i]->name);
        if (slice_is(c->kind, kinds[i]->name) && is_profile(kinds[i], c->profile))
            return kinds[i];
    }
    return NULL;
}

/* A key that does nothing is worse than none: somebody relies on it; and what a kind cannot do without is
 * asked for. */
static void check_keys(const struct sink_kind *kind, const struct sink_conf *s, struct faults *faults)
{
    const struct {
        const char *name;
        struct slice value;
    } keys[] = {
        { " path ", s->path },
        { " dsn ", s->dsn },
        { " url ", s->url },
        { " token_url ", s->token_url },
        { " client_id ", s->client_id },
        { " organization ", s->organization },
        { " profile ", s->profile },
        { " secret_file ", s->secret },
        { " client_secret_file ", s->client_secret },
    };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (!keys[i].value.n && kind->needs && strstr(kind->needs, keys[i].name))
            fault_add(faults, s->mark, "\"%.*s\" is missing in a sink of kind %s",
                      (int)strlen(keys[i].name) - 2, keys[i].name + 1, kind->name);
        else if (keys[i].value.n && !strstr(kind->reads, keys[i].name))
            fault_add(faults, s->mark, "\"%.*s\" does nothing in a sink of kind %s%s%s: take it out",
                      (int)strlen(keys[i].name) - 2, keys[i].name + 1, kind->name,
                      kind->profile ? ", profile " : "", kind->profile ? kind->profile : "");
}

static void refuse_kind(const struct sink_conf *s, struct faults *faults)
{
    char names[256] = "";
    size_t n = 0;

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (!kinds[i]->profile)
            n += (size_t)snprintf(names + n, sizeof names - n, " %s", kinds[i]->name);
    fault_add(faults, s->mark, "\"kind\" takes one of:%s; not \"%.*s\"", names, SLICE_ARG(s->kind));
}

void sinks_check(const struct config *c, struct faults *faults)
{
    for (unsigned i = 0; i < c->sinks_n; i++) {
        const struct sink_conf *s = &c->sinks[i];
        bool named;
        const struct sink_kind *kind = kind_of(s, &named);

        if (!kind && named)
            fault_add(faults, s->mark, "a sink of kind %.*s has no profile \"%.*s\": generic or satusehat",
                      SLICE_ARG(s->kind), SLICE_ARG(s->profile));
        else if (!kind && s->kind.n)
            refuse_kind(s, faults);
        if (kind)
            check_keys(kind, s, faults);
        if (kind && kind->check)
            kind->check(s, faults);
    }
}

struct sink *sink_open(const struct sink_host *host, const struct sink_conf *conf, struct err *e)
{
    struct sink *s = calloc(1, sizeof *s);
    bool named;

    err_set(e, "sink %.*s: out of memory", SLICE_ARG(conf->name));
    if (s && (s->name = strndup(conf->name.p, conf->name.n)) && (s->kind = kind_of(conf, &named)) &&
        (s->self = s->kind->open(host, conf, e)))
        return s;
    sink_close(s);
    return NULL;
}

void sink_close(struct sink *s)
{
    if (!s)
        return;
    if (s->self)
        s->kind->close(s->self);
    free(s->name);
    free(s);
}

void sink_reload(struct sink *s, const struct ruleset *rules)
{
    if (s->kind->reload)
        s->kind->reload(s->self, rules);
}

bool sink_up(const struct sink *s)
{
    return s->kind->up ? s->kind->up(s->self) : feed_up(s->kind->feed(s->self));
}

struct slice sink_name(const struct sink *s)
{
    return slice_of(s->name);
}

const struct sink_kind *sink_kind_of(const struct sink *s)
{
    return s->kind;
}

void sink_figures(const struct sink *s, struct feed_figures *out)
{
    feed_figures(s->kind->feed(s->self), out);
}

void sink_show(struct sink *s, struct buf *b)
{
    if (s->kind->show)
        s->kind->show(s->self, b);
}

void sink_stages(struct sink *s, sink_stage *each, void *ctx)
{
    if (s->kind->stages)
        s->kind->stages(s->self, each, ctx);
}

bool sink_act(struct sink *s, struct slice words, sink_said *done, void *ctx)
{
    if (s->kind->act)
        s->kind->act(s->self, words, done, ctx);
    return s->kind->act != NULL;
}

bool sink_schema(struct sink *s, struct buf *b)
{
    if (s->kind->schema)
        s->kind->schema(s->self, b);
    return s->kind->schema != NULL;
}

bool sink_ask(struct sink *s, struct slice sql, sink_said *done, void *ctx)
{
    if (s->kind->ask)
        s->kind->ask(s->self, sql, done, ctx);
    return s->kind->ask != NULL;
}

bool sink_pws(struct sink *s, const struct sink_asked *asked, sink_said *done, void *ctx)
{
    if (s->kind->pws)
        s->kind->pws(s->self, asked, done, ctx);
    return s->kind->pws != NULL;
}
