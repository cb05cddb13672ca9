/* call.c - what several commits tell Redis by: one call of the commit function, or a transaction. */
#include "gateway/store/commit/call.h"

#include <stdio.h>
#include <string.h>

enum {
    LOG_LINES = 8, /* of commits, in one entry of the message log (commit.lua: tell_joined) */
};

/* --- lines of the message log ---
 *
 * Eight commits' in one text: Redis stores it as it comes.  Wakes nobody: the log is read each second, in few
 * and fat reads. */

static struct slice line_of(const struct commit *c)
{
    return slice_skip(buf_slice(&c->parts.bytes), c->parts.line_at);
}

/* The next such text, from commit *i on; false when there is none. */
static bool join_lines(const struct call *call, unsigned *i, unsigned to, struct buf *joined)
{
    unsigned n = 0;

    buf_clear(joined);
    for (; *i < to && n < LOG_LINES; ++*i) {
        struct slice line = line_of(call->commits[*i]);

        if (!line.n)
            continue;
        if (n++)
            buf_char(joined, '\n');
        buf_add(joined, line);
    }
    return n > 0;
}

static unsigned texts_of_lines(const struct call *call, unsigned from)
{
    unsigned lines = 0;

    for (unsigned i = from; i < call->n; i++)
        lines += line_of(call->commits[i]).n > 0;
    return (lines + LOG_LINES - 1) / LOG_LINES;
}

/* --- the commit function --- */

static void send_frame(struct redis *r, const struct commit_parts *p)
{
    char frame[5 + COMMIT_COUNTS] = { p->kind, (char)(p->keys >> 8), (char)p->keys, (char)(p->args >> 8),
                                      (char)p->args };

    memcpy(frame + 5, p->counts, sizeof p->counts);
    redis_part(r, slice_make(frame, p->kind == 'c' ? sizeof frame : 5));
}

static void send_lines(const struct call *call, unsigned from)
{
    struct redis *r = call->store->redis;
    struct buf joined;

    buf_init(&joined, 2 * COMMIT_COMMAND_MAX);
    redis_i64(r, MESSAGE_LOG_MAX);
    while (join_lines(call, &from, call->n, &joined))
        redis_part(r, buf_slice(&joined));
    buf_free(&joined);
}

static struct slice keys_of(const struct commit *c)
{
    return slice_take(buf_slice(&c->parts.bytes), c->parts.args_at);
}

static struct slice args_of(const struct commit *c)
{
    return slice_skip(slice_take(buf_slice(&c->parts.bytes), c->parts.line_at), c->parts.args_at);
}

/* Those from the given one on. */
static void send_function(const struct call *call, unsigned from, redis_cb *done)
{
    struct store *s = call->store;
    struct redis *r = s->redis;
    unsigned keys = 2, args = 4 + texts_of_lines(call, from);
    char counted[CALL_COMMITS];
    struct key k;

    for (unsigned i = from; i < call->n; i++) {
        keys += call->commits[i]->parts.keys;
        args += 1 + call->commits[i]->parts.args;
        counted[i - from] = call->commits[i]->parts.counted;
    }
    redis_begin(r, 3 + keys + args);
    redis_str(r, "FCALL");
    redis_str(r, "kt4_commits");
    redis_i64(r, keys);
    for (unsigned i = from; i < call->n; i++)
        redis_formatted(r, keys_of(call->commits[i]));
    redis_part(r, store_count_key(s, &k));
    redis_part(r, store_key(s, &k, "st", S("log"), S("")));
    redis_i64(r, call->n - from);
    for (unsigned i = from; i < call->n; i++) {
        send_frame(r, &call->commits[i]->parts);
        redis_formatted(r, args_of(call->commits[i]));
    }
    redis_part(r, slice_make(counted, call->n - from));
    send_lines(call, from);
    redis_part(r, alone_mark(s->alone));
    redis_send(r, done, (void *)call);
}

void call_function(struct call *call, redis_cb *done)
{
    send_function(call, 0, done);
}

/* --- a transaction --- */

static void on_begun(void *arg, const redisReply *reply)
{
    (void)arg;
    (void)reply;
}

/* A command that Redis takes up, or refuses, and with it the whole. */
static void on_queued(void *arg, const redisReply *reply)
{
    struct call *call = arg;

    if (reply && reply->type == REDIS_REPLY_ERROR)
        store_refused(call->store, reply);
}

static void send_count(struct call *call, const char *field, unsigned n)
{
    struct redis *r = call->store->redis;
    struct key k;

    if (!n)
        return;
    redis_begin(r, 4);
    redis_str(r, "HINCRBY");
    redis_part(r, store_count_key(call->store, &k));
    redis_str(r, field);
    redis_i64(r, n);
    redis_send(r, on_queued, call);
    call->commands++;
}

static struct slice sink_stream(const struct store *s, unsigned sink, struct key *k)
{
    char name[96];

    snprintf(name, sizeof name, "sink:%s", s->sinks[sink]);
    return store_key(s, k, "st", slice_of(name), S(""));
}

/* The rows of all, one entry for each sink (shared.lua: add_bundle). */
static void send_rows(struct call *call)
{
    struct redis *r = call->store->redis;
    struct slice rows[CALL_COMMITS];
    char lengths[CALL_COMMITS * 12];
    unsigned n = 0;
    int length = 0;
    struct key k;

    for (unsigned i = 0; i < call->plain; i++) {
        rows[n] = plain_rows(&call->commits[i]->parts);
        if (!rows[n].n)
            continue;
        length += snprintf(lengths + length, sizeof lengths - (size_t)length, n ? " %zu" : "%zu", rows[n].n);
        n++;
    }
    for (unsigned i = 0; n && i < call->store->sinks_n; i++) {
        redis_begin(r, n > 1 ? 7 : 5);
        redis_str(r, "XADD");
        redis_part(r, sink_stream(call->store, i, &k));
        redis_str(r, "*");
        redis_str(r, "b");
        redis_joined(r, rows, n, '\n');
        if (n > 1) {
            redis_str(r, "k");
            redis_part(r, slice_make(lengths, (size_t)length));
        }
        redis_send(r, on_queued, call);
        call->stored = ++call->commands;
    }
    call->rows = n;
}

/* As commit.lua counts them: commits(). */
static void send_counts(struct call *call)
{
    static const char *const fields[] = { "cm", "cr", "c-" };
    char joined[STORE_KEY_MAX + 8];
    struct key k;

    for (unsigned f = 0; f < sizeof fields / sizeof *fields; f++) {
        unsigned n = 0;

        for (unsigned i = 0; i < call->plain; i++)
            n += call->commits[i]->parts.counted == fields[f][1];
        send_count(call, fields[f], n);
    }
    send_count(call, "rows", call->rows);
    for (unsigned i = 0; call->rows > 1 && i < call->store->sinks_n; i++) {
        snprintf(joined, sizeof joined, "joined:%.*s", SLICE_ARG(sink_stream(call->store, i, &k)));
        send_count(call, joined, call->rows - 1);
    }
}

static void send_log(struct call *call)
{
    struct redis *r = call->store->redis;
    struct buf joined;
    unsigned i = 0;
    struct key k;

    buf_init(&joined, 2 * COMMIT_COMMAND_MAX);
    while (join_lines(call, &i, call->plain, &joined)) {
        redis_begin(r, 8);
        redis_str(r, "XADD");
        redis_part(r, store_key(call->store, &k, "st", S("log"), S("")));
        redis_str(r, "MAXLEN");
        redis_str(r, "~");
        redis_i64(r, MESSAGE_LOG_MAX);
        redis_str(r, "*");
        redis_str(r, "b");
        redis_part(r, buf_slice(&joined));
        redis_send(r, on_queued, call);
        call->commands++;
    }
    buf_free(&joined);
}

void call_transaction(struct call *call, redis_cb *done)
{
    struct redis *r = call->store->redis;

    redis_begin(r, 1);
    redis_str(r, "MULTI");
    redis_send(r, on_begun, NULL);
    send_rows(call);
    for (unsigned i = 0; i < call->plain; i++) {
        call->commands += plain_send(r, &call->commits[i]->parts, on_queued, call);
        call->ends[i] = call->commands;
    }
    send_log(call);
    send_counts(call);
    if (call->n > call->plain) {
        send_function(call, call->plain, on_queued);
        call->commands++;
    }
    redis_begin(r, 1);
    redis_str(r, "EXEC");
    redis_send(r, done, call);
    alone_guard(call->store);
}
