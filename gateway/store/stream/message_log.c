/* message_log.c - what the message log is told (SPEC 7) beside the entries of commits (commit/log_entry.c):
 * one a turn with what became of SMS.
 *
 * The entries of a turn are kept until Redis has taken them and sent again after a lost connection; the log's
 * consumer takes every line twice without harm.  While Redis is away at most HELD_MAX bytes are kept. */
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/stat.h"
#include "gateway/store/stream/private.h"

enum {
    HELD_MAX = 1 << 20,
    TURN_MAX = 256 * 1024,
};

/* One entry that Redis has not confirmed. */
struct told {
    struct message_log *log;
    struct told *next;
    struct buf command;
    bool under_way;
};

struct message_log {
    struct store *store;
    struct buf lines; /* of this turn */
    struct told *first;
    size_t held; /* bytes of all that are kept */
};

/* --- what became of SMS --- */

static void lines_send(struct message_log *l);

static void say(struct store *s, struct log_line *line, const char *provider, struct slice uuid)
{
    struct message_log *l = s->message_log;

    line->uuid = uuid;
    line->provider = slice_of(provider);
    line->at_ms = clock_wall_ms();
    if (l->lines.n)
        buf_char(&l->lines, '\n');
    log_line_encode(&l->lines, line);
    if (l->lines.n > TURN_MAX / 2)
        lines_send(l);
    loop_again(s->loop);
}

void store_log_sent(struct store *s, const char *provider, struct slice uuid, const char *state,
                    const char *why, unsigned attempts)
{
    struct log_line line;

    if (!uuid.n)
        return;
    log_line_clear(&line, LOG_SENT);
    line.state = slice_of(state);
    line.why = slice_of(why);
    line.attempts = attempts;
    say(s, &line, provider, uuid);
}

void message_log_their_id(struct store *s, const char *provider, struct slice their_id, struct slice uuid)
{
    struct log_line line;

    log_line_clear(&line, LOG_ID);
    line.id = their_id;
    say(s, &line, provider, uuid);
}

/* --- to Redis --- */

static void told_end(struct told *t)
{
    struct message_log *l = t->log;
    struct told **at = &l->first;

    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    l->held -= t->command.n;
    buf_free(&t->command);
    free(t);
}

static void on_told(void *arg, const redisReply *reply)
{
    struct told *t = arg;
    struct store *s = t->log->store;

    t->under_way = false;
    if (reply && reply->type == REDIS_REPLY_ERROR)
        store_refused(s, reply);
    else if (reply)
        told_end(t);
}

static void tell(struct told *t)
{
    t->under_way = true;
    redis_send_raw(t->log->store->redis, buf_slice(&t->command), on_told, t);
}

static void lines_send(struct message_log *l)
{
    struct told *t, **at = &l->first;
    struct key k;

    if (!l->lines.n)
        return;
    t = l->held < HELD_MAX && !l->lines.failed ? calloc(1, sizeof *t) : NULL;
    if (!t) {
        stat_get(STAT_COUNTER, "log_dropped_total", "Turns of the message log lost while Redis was away.",
                 NULL, NULL)
            ->value++;
        buf_clear(&l->lines);
        return;
    }
    t->log = l;
    buf_init(&t->command, TURN_MAX + 1024);
    redis_format_begin(&t->command, 8);
    redis_format_part(&t->command, S("XADD"));
    redis_format_part(&t->command, store_key(l->store, &k, "st", S("log"), S("")));
    redis_format_part(&t->command, S("MAXLEN"));
    redis_format_part(&t->command, S("~"));
    redis_format_i64(&t->command, MESSAGE_LOG_MAX);
    redis_format_part(&t->command, S("*"));
    redis_format_part(&t->command, S("b"));
    redis_format_part(&t->command, buf_slice(&l->lines));
    buf_clear(&l->lines);
    l->held += t->command.n;
    while (*at)
        at = &(*at)->next;
    *at = t;
    if (l->store->up)
        tell(t);
}

void message_log_turn_end(void *arg)
{
    struct store *s = arg;

    lines_send(s->message_log);
}

void message_log_up(struct store *s)
{
    for (struct told *t = s->message_log->first; t; t = t->next)
        if (!t->under_way)
            tell(t);
}

struct message_log *message_log_new(struct store *s)
{
    struct message_log *l = calloc(1, sizeof *l);

    if (!l)
        abort(); /* one, at start-up */
    l->store = s;
    buf_init(&l->lines, TURN_MAX);
    return l;
}

void message_log_free(struct message_log *l)
{
    if (!l)
        return;
    for (struct told *t = l->first, *next; t; t = next) {
        next = t->next;
        buf_free(&t->command);
        free(t);
    }
    buf_free(&l->lines);
    free(l);
}
