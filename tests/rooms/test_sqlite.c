/* test_sqlite.c - the sqlite sink with its worker thread, fed by a consumer that the test plays: every entry
 * is ended exactly once, after it is on disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "gateway/base/clock.h"
#include "gateway/district/sqlite.h"
#include "gateway/model/record.h"

enum {
    ENTRIES = 1000
};

/* --- the consumer, played --- */
struct consumer {
    void (*on_entry)(void *, const struct entry *);
    void *arg;
    unsigned window, done[ENTRIES], retried[ENTRIES], parked[ENTRIES];
    unsigned done_n, retried_n, parked_n, want;
    bool open;
    struct loop *loop;
};

static struct consumer played;

static unsigned index_of(struct slice id)
{
    uint64_t i = ENTRIES;

    assert_true(slice_to_u64(id, &i));
    assert_true(i < ENTRIES);
    return (unsigned)i;
}

static void ended(void)
{
    if (played.done_n + played.retried_n + played.parked_n >= played.want)
        loop_stop(played.loop);
}

struct consumer *consumer_open(struct store *s, const char *stream, unsigned window,
                               void (*on_entry)(void *arg, const struct entry *), void *arg)
{
    (void)s;
    assert_string_equal(stream, "sink:lokal");
    played.on_entry = on_entry;
    played.arg = arg;
    played.window = window;
    played.open = true;
    return &played;
}

void consumer_close(struct consumer *c)
{
    c->open = false;
}

void consumer_window(struct consumer *c, unsigned window)
{
    c->window = window;
}

void consumer_done(struct consumer *c, struct slice id)
{
    c->done[index_of(id)]++;
    c->done_n++;
    ended();
}

void consumer_retry(struct consumer *c, struct slice id, int64_t due_ms)
{
    assert_true(due_ms > clock_wall_ms() - 1000);
    c->retried[index_of(id)]++;
    c->retried_n++;
    ended();
}

void consumer_park(struct consumer *c, struct slice id, const char *reason)
{
    assert_true(strlen(reason) > 0);
    c->parked[index_of(id)]++;
    c->parked_n++;
    ended();
}

/* --- the world --- */
struct world {
    struct loop *loop;
    struct loop_timer *patience;
    struct sink *sink;
    char folder[64], path[96];
};

static void too_long(void *arg)
{
    (void)arg;
    fail_msg("the sink did not end its entries in time");
}

static void open_sink(struct world *w)
{
    const struct sink_conf conf = { .name = S("lokal"), .kind = S("sqlite"), .path = slice_of(w->path) };
    static const struct ruleset none = { 0 }; /* the sink goes on reading it */
    const struct sink_host host = { .loop = w->loop, .rules = &none };
    struct err e = { "" };

    w->sink = sink_open(&host, &conf, &e);
    if (!w->sink)
        fail_msg("%s", e.text);
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct err e = { "" };

    snprintf(w->folder, sizeof w->folder, "/tmp/kentongan-test-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    snprintf(w->path, sizeof w->path, "%s/district.db", w->folder);
    w->loop = loop_new(&e);
    assert_non_null(w->loop);
    w->patience = loop_timer_new(w->loop, "patience", too_long, NULL);
    memset(&played, 0, sizeof played);
    played.loop = w->loop;
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const ends[] = { "", "-wal", "-shm" };
    struct world *w = *state;

    sink_close(w->sink);
    assert_false(played.open);
    loop_timer_free(w->patience);
    loop_free(w->loop);
    for (size_t i = 0; i < 3; i++) {
        char path[128];

        snprintf(path, sizeof path, "%s%s", w->path, ends[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(w->folder), 0);
    free(w);
    return 0;
}

static void give(unsigned i, const char *event)
{
    char id[48], nomor[16];
    struct row row = { .kind = ROW_REFERRAL_EVENT };
    struct buf b;
    char entry_id[16];

    snprintf(id, sizeof id, "00000000-0000-5000-8000-%012u", i);
    snprintf(nomor, sizeof nomor, "%u", 1000 + i);
    snprintf(entry_id, sizeof entry_id, "%u", i);
    row.event = (struct event_row){ .id = slice_of(id),
                                    .nomor = slice_of(nomor),
                                    .event = slice_of(event),
                                    .at = S("2026-11-21T09:00:00+07:00") };
    buf_init(&b, 4096);
    rows_encode(&b, &row, 1);
    played.on_entry(played.arg,
                    &(struct entry){ .id = slice_of(entry_id), .body = buf_slice(&b), .first_ms = 1 });
    buf_free(&b);
}

/* Runs the loop until n entries have been ended since the start. */
static void until_ended(struct world *w, unsigned n)
{
    played.want = n;
    loop_timer_set(w->patience, 20000);
    assert_int_equal(loop_run(w->loop), 0);
    loop_timer_stop(w->patience);
}

static int count(const struct world *w)
{
    sqlite3 *db;
    sqlite3_stmt *st;
    int n;

    assert_int_equal(sqlite3_open_v2(w->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM referral_event", -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    n = sqlite3_column_int(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return n;
}

static void each_entry_is_done_once_and_is_then_on_disk(void **state)
{
    struct world *w = *state;

    open_sink(w);
    for (unsigned i = 0; i < ENTRIES; i++)
        give(i, "terima");
    until_ended(w, ENTRIES);
    assert_int_equal(count(w), ENTRIES);
    for (unsigned i = 0; i < ENTRIES; i++)
        assert_int_equal(played.done[i], 1);
    assert_true(sink_up(w->sink));
}

static void what_can_never_be_stored_is_parked_and_the_rest_goes_on(void **state)
{
    struct world *w = *state;

    open_sink(w);
    give(0, "terima");
    give(1, "");
    give(2, "selesai");
    until_ended(w, 3);
    assert_int_equal(played.parked[1], 1);
    assert_int_equal(played.done_n, 2);
    assert_int_equal(count(w), 2);
}

static void a_locked_database_pauses_the_sink_and_the_entries_go_back(void **state)
{
    struct world *w = *state;
    sqlite3 *other;

    open_sink(w);
    assert_int_equal(sqlite3_open(w->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    give(0, "terima");
    until_ended(w, 1);
    assert_int_equal(played.retried[0], 1);
    assert_int_equal(played.window, 0);
    assert_false(sink_up(w->sink));
    sqlite3_exec(other, "COMMIT", NULL, NULL, NULL);
    sqlite3_close(other);
    give(0, "terima");
    until_ended(w, 2);
    assert_int_equal(played.done[0], 1);
    assert_true(sink_up(w->sink));
    assert_int_equal(count(w), 1);
}

static void closing_at_work_ends_no_entry_twice(void **state)
{
    struct world *w = *state;

    open_sink(w);
    played.want = ENTRIES + 1;
    for (unsigned i = 0; i < ENTRIES; i++)
        give(i, "terima");
    sink_close(w->sink);
    w->sink = NULL;
    for (unsigned i = 0; i < ENTRIES; i++)
        assert_true(played.done[i] <= 1 && played.retried[i] + played.parked[i] == 0);
    assert_true(count(w) >= (int)played.done_n);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(each_entry_is_done_once_and_is_then_on_disk),
        CASE(what_can_never_be_stored_is_parked_and_the_rest_goes_on),
        CASE(a_locked_database_pauses_the_sink_and_the_entries_go_back),
        CASE(closing_at_work_ends_no_entry_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
