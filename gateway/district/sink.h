/* sink.h - the sinks of the district (SPEC 5): any number at once, each with its own queue, retry, back-off,
 * circuit and parked list (feed.h).
 *
 * A kind of sink is one const struct in one file and one row of the table in sink.c.  A kind never blocks the
 * loop, ends each entry exactly once, and delivering a row twice changes nothing at the destination. */
#ifndef KENTONGAN_DISTRICT_SINK_H
#define KENTONGAN_DISTRICT_SINK_H

#include "gateway/conf/config.h"
#include "gateway/district/feed.h"
#include "gateway/model/ruleset.h"

/* What a kind is lent when it opens; outlives it. */
struct sink_host {
    struct loop *loop;
    struct store *store;
    const struct ruleset *rules; /* of now, until a reload brings others */
    /* A line of figures_news.h: what the indicators of a village say now.  May be NULL. */
    void (*news)(void *arg, struct slice line);
    void *news_arg;
    const char *figures; /* file that is to hold the counted indicators too (figures_copy.h); may be NULL */
};

/* The whole answer, valid during the call; it begins with "error:" when it is a failure. */
typedef void sink_said(void *ctx, struct slice text);

struct sink_asked {
    struct slice place, month; /* place: empty is every puskesmas; month: "2026-11" */
    bool anew;                 /* count everything again instead */
};

/* A stage in which rows wait for something that people have to give. */
struct sink_stage_row {
    struct slice name, words, who, act; /* "needs_nik"; what that is; who can give it; how */
    uint64_t n;
    int64_t since_ms; /* the oldest; wall */
};
typedef void sink_stage(void *ctx, const struct sink_stage_row *);

struct sink_kind {
    const char *name;    /* "sqlite" */
    const char *profile; /* of kind fhir; NULL: the plain one */
    const char *reads;   /* keys of its own, " url secret_file "; any other is a fault */
    const char *needs;   /* those of them that must be there; NULL: none */
    /* What `serve` would refuse: a fault at conf->mark or at a key of it.  May be NULL. */
    void (*check)(const struct sink_conf *, struct faults *);
    /* Consumer of the stream "sink:<name>".  NULL with an error when it can never work; a destination that is
     * merely away is reached later. */
    void *(*open)(const struct sink_host *, const struct sink_conf *, struct err *);
    /* A reload: other forms, other rules.  May be NULL. */
    void (*reload)(void *self, const struct ruleset *);
    const struct feed *(*feed)(const void *self);
    /* False while the destination cannot be written.  NULL: as the feed says. */
    bool (*up)(const void *self);
    /* Calls each for every stage in which something waits.  May be NULL. */
    void (*stages)(void *self, sink_stage *each, void *ctx);
    /* `ctl sink NAME words`: what this kind alone can do.  done exactly once.  May be NULL. */
    void (*act)(void *self, struct slice words, sink_said *done, void *ctx);
    /* Lines of its own for `ctl show sinks`.  May be NULL. */
    void (*show)(void *self, struct buf *);
    /* The SQL of its schema for `ctl sink NAME schema`, and what of it stands.  May be NULL. */
    void (*schema)(void *self, struct buf *);
    /* The figures of indicators for people.  done exactly once, never inside this call but for memory.  May
     * be NULL. */
    void (*pws)(void *self, const struct sink_asked *, sink_said *done, void *ctx);
    /* One SELECT over the views that all databases of the district have: the rows as JSON,
     * [{"column":value …} …].  done exactly once, never inside this call but for memory or a busy line.  May
     * be NULL. */
    void (*ask)(void *self, struct slice sql, sink_said *done, void *ctx);
    /* Waits for what is at work (a few seconds at the very most) or cuts it; the rest goes back. */
    void (*close)(void *self);
};

struct sink;

/* All sinks of a configuration: what `serve` would refuse is a fault. */
void sinks_check(const struct config *, struct faults *);

struct sink *sink_open(const struct sink_host *, const struct sink_conf *, struct err *);
/* Call it before the store is closed.  NULL is none. */
void sink_close(struct sink *);
void sink_reload(struct sink *, const struct ruleset *);
/* False while the destination cannot be written: /readyz says degraded. */
bool sink_up(const struct sink *);
struct slice sink_name(const struct sink *);
const struct sink_kind *sink_kind_of(const struct sink *);
void sink_figures(const struct sink *, struct feed_figures *);
void sink_show(struct sink *, struct buf *);
void sink_stages(struct sink *, sink_stage *each, void *ctx);
/* False: this kind has none of its own. */
bool sink_act(struct sink *, struct slice words, sink_said *done, void *ctx);
/* False: this kind has none. */
bool sink_schema(struct sink *, struct buf *);
/* False: this kind is no database. */
bool sink_ask(struct sink *, struct slice sql, sink_said *done, void *ctx);
/* False: this kind counts no indicators. */
bool sink_pws(struct sink *, const struct sink_asked *, sink_said *done, void *ctx);

#endif
