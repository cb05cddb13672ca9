/* test_log_db.c - the message log: every line may come twice and in any order, the state of an SMS follows
 * from what was said about it; found by text; a locked file changes nothing. */
#include <string.h>

#include "gateway/district/log_db.h"
#include "gateway/model/log_line.h"
#include "gateway/model/stream_tree.h"
#include "tests/rooms/sqlite_rig.h"

static int set_up(void **state)
{
    struct world *w = world_new("log.db");
    struct err e = { "" };

    assert_int_equal(log_db_open(w->path, 100, &w->db, &e), SQLITE_DB_OK);
    /* Nobody pulls the plug here, and the orders are many. */
    assert_int_equal(sqlite3_exec(w->db->db, "PRAGMA synchronous = OFF", NULL, NULL, NULL), SQLITE_OK);
    *state = w;
    return 0;
}

static const char *ask(const struct world *w, const char *sql)
{
    return ask_of(w->db->db, sql);
}

static void store(struct world *w, const char *body)
{
    struct item item = { .body = slice_of(body) };
    struct err e = { "" };

    assert_int_equal(log_db_store(w->db, &item, 1, NULL, NULL, &e), SQLITE_DB_OK);
    if (item.refused)
        fail_msg("refused: %s", item.reason.text);
}

/* --- lines --- */
#define IN_AT(uuid, out, at)                                                                                 \
    "{\"v\":1,\"row\":\"in\",\"uuid\":\"" uuid "\",\"kind\":\"sms\",\"provider\":\"telko\",\"id\":\"7\","    \
    "\"from\":\"+6281200000001\",\"to\":\"98120\",\"text\":\"TIMBANG Citra\",\"reason\":\"accepted\","       \
    "\"at\":" at ",\"rows\":[{\"row\":\"record\",\"id\":\"r\",\"nomor\":\"48217\",\"form\":\"timbang\","     \
    "\"status\":\"valid\",\"version\":1,\"fields\":{}}],\"sms\":[{\"lane\":0,\"by\":\"telko\",\"sms\":"      \
    "{\"v\":1,\"class\":\"answer\",\"expires\":9,\"uuid\":\"" out "\",\"to\":\"+6281200000001\","            \
    "\"text\":\"Diterima\",\"nomor\":\"48217\"}}]}"
#define IN IN_AT("m", "u", "1000")
#define SENT_BY(provider, state, at)                                                                         \
    "{\"v\":1,\"row\":\"sent\",\"uuid\":\"u\",\"provider\":\"" provider "\",\"state\":\"" state "\","        \
    "\"why\":\"" state "\",\"attempts\":1,\"at\":" at "}"
#define SENT SENT_BY("telko", "sent", "2000")
#define ID_BY(provider, uuid, id, at)                                                                        \
    "{\"v\":1,\"row\":\"id\",\"uuid\":\"" uuid "\",\"provider\":\"" provider "\",\"id\":\"" id               \
    "\",\"at\":" at "}"
#define ID(id) ID_BY("telko", "u", id, "2000")
#define DLR(id, state)                                                                                       \
    "{\"v\":1,\"row\":\"dlr\",\"provider\":\"telko\",\"id\":\"" id "\",\"uuid\":\"u\",\"state\":\"" state    \
    "\",\"part\":1,\"at\":3000}"
/* By the provider's id alone, as most over HTTP do. */
#define DLR_BY_ID(id, state, at)                                                                             \
    "{\"v\":1,\"row\":\"dlr\",\"provider\":\"telko\",\"id\":\"" id "\",\"state\":\"" state                   \
    "\",\"part\":0,\"at\":" at "}"
#define DLR_WHOLE(state)                                                                                     \
    "{\"v\":1,\"row\":\"dlr\",\"provider\":\"telko\",\"id\":\"x\",\"uuid\":\"u\",\"state\":\"" state         \
    "\",\"part\":0,\"at\":3000}"

enum {
    LINES = 8
};

static void forget(struct world *w)
{
    assert_int_equal(
        sqlite3_exec(w->db->db,
                     "DELETE FROM message_sms; DELETE FROM message_part; DELETE FROM message_sent;"
                     "DELETE FROM message_in; DELETE FROM message_nomor;"
                     "INSERT INTO message_in_text (message_in_text) VALUES ('delete-all')",
                     NULL, NULL, NULL),
        SQLITE_OK);
}

/* As this version writes a line. */
static struct slice packed(struct arena *a, const char *line)
{
    const struct node *o = node_read(slice_of(line), a);
    struct slice s;
    struct buf b;

    assert_non_null(o);
    buf_init(&b, 1 << 16);
    node_pack(&b, o, stream_names());
    s = buf_into(&b, a);
    buf_free(&b);
    return s;
}

/* All lines in that order as an earlier version wrote them, then all once more packed, in one batch. */
static void store_all(struct world *w, const char **lines, const unsigned *order, unsigned n)
{
    struct item items[2 * LINES] = { 0 };
    struct err e = { "" };
    struct arena a;

    arena_init(&a, 1 << 20);
    for (unsigned k = 0; k < 2 * n; k++)
        items[k].body = k < n ? slice_of(lines[order[k]]) : packed(&a, lines[order[k - n]]);
    assert_int_equal(log_db_store(w->db, items, 2 * n, NULL, NULL, &e), SQLITE_DB_OK);
    for (unsigned k = 0; k < 2 * n; k++)
        if (items[k].refused)
            fail_msg("refused: %s", items[k].reason.text);
    arena_free(&a);
}

/* Every order of the lines, each line twice: the state is the same. */
static void any_order(struct world *w, const char **lines, unsigned n, const char *state)
{
    unsigned order[LINES], counter[LINES] = { 0 }, i = 1, orders = 0;

    for (unsigned k = 0; k < n; k++)
        order[k] = k;
    for (;;) {
        store_all(w, lines, order, n);
        assert_string_equal(ask(w, "SELECT state FROM message_out"), state);
        assert_string_equal(ask(w, "SELECT count(*) FROM message_out"), "1");
        forget(w);
        orders++;
        /* The next permutation (Heap). */
        while (i < n && counter[i] >= i)
            counter[i++] = 0;
        if (i >= n)
            break;
        unsigned from = i % 2 ? counter[i] : 0, keep = order[from];

        order[from] = order[i];
        order[i] = keep;
        counter[i]++;
        i = 1;
    }
    assert_true(orders > 1);
}

#define ANY_ORDER(state, ...)                                                                                \
    any_order(*world, (const char *[]){ __VA_ARGS__ },                                                       \
              sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *), state)

static void the_state_follows_from_what_was_said_in_any_order(void **world)
{
    ANY_ORDER("sent", IN, SENT);
    ANY_ORDER("sent", IN, SENT, ID("a"));
    ANY_ORDER("sent", IN, SENT, ID("a"), DLR("a", "buffered"));
    ANY_ORDER("delivered", IN, SENT, ID("a"), DLR("a", "delivered"));
    ANY_ORDER("delivered", IN, SENT, ID("a"), DLR("a", "accepted"), DLR("a", "delivered"));
    ANY_ORDER("failed", IN, SENT, ID("a"), DLR("a", "failed"));
    ANY_ORDER("failed", IN, SENT, ID("a"), DLR("a", "rejected"), DLR("a", "buffered"));
    ANY_ORDER("delivered", IN, SENT, ID("a"), DLR_BY_ID("a", "delivered", "3000"));
    ANY_ORDER("delivered", IN, SENT, DLR_WHOLE("buffered"), DLR_WHOLE("delivered"));
    ANY_ORDER("failed", IN, SENT, DLR_WHOLE("failed"));
    ANY_ORDER("expired", IN, SENT_BY("telko", "queued", "1500"), SENT_BY("telko", "expired", "2000"));
    ANY_ORDER("parked", IN, SENT_BY("telko", "parked", "2000"));
    /* It was sent again after the answer was lost. */
    ANY_ORDER("sent", IN, SENT_BY("telko", "queued", "1500"), SENT);
}

static void a_long_sms_is_delivered_when_all_parts_are_and_failed_when_one_is(void **world)
{
    ANY_ORDER("sent", IN, SENT, ID("a"), ID("b"), DLR("a", "delivered"));
    ANY_ORDER("delivered", IN, SENT, ID("a"), ID("b"), DLR("a", "delivered"), DLR("b", "delivered"));
    ANY_ORDER("failed", IN, SENT, ID("a"), ID("b"), DLR("a", "delivered"), DLR("b", "failed"));
    /* Its second part has not left yet. */
    ANY_ORDER("queued", IN, ID("a"), DLR("a", "delivered"));
    assert_string_equal(ask(*world, "SELECT count(*) FROM message_out"), "0");
}

static void what_was_parked_is_what_it_was_understood_as_once_it_is_released(void **world)
{
    static const char parked[] = "{\"v\":1,\"row\":\"in\",\"uuid\":\"m\",\"kind\":\"sms\",\"text\":\"Citra\","
                                 "\"reason\":\"parked\",\"at\":1000}";
    struct world *w = *world;

    store(w, parked);
    assert_string_equal(ask(w, "SELECT reason FROM message_in"), "parked");
    store(w, IN);
    store(w, parked); /* a line may come twice */
    assert_string_equal(ask(w, "SELECT reason || count(*) FROM message_in"), "accepted1");
    assert_string_equal(ask(w, "SELECT count(*) FROM message_in_text WHERE message_in_text MATCH 'citra'"),
                        "1");
}

static void only_the_provider_that_sent_last_counts(void **world)
{
    ANY_ORDER(
        "sent", IN, ID_BY("lain", "u", "a", "1500"), ID("b"), SENT,
        "{\"v\":1,\"row\":\"dlr\",\"provider\":\"lain\",\"id\":\"a\",\"state\":\"delivered\",\"at\":1600}");
    ANY_ORDER(
        "delivered", IN, ID_BY("lain", "u", "a", "1500"), ID("b"), SENT, DLR("b", "delivered"),
        "{\"v\":1,\"row\":\"dlr\",\"provider\":\"lain\",\"id\":\"a\",\"state\":\"failed\",\"at\":1600}");
}

static void a_report_of_an_earlier_sms_with_the_same_id_is_not_believed(void **world)
{
    struct world *w = *world;

    /* Nobody's then; an hour and more later an SMS gets this id. */
    store(w, DLR_BY_ID("a", "delivered", "1000"));
    store(w, IN_AT("m", "u", "9000000"));
    store(w, ID_BY("telko", "u", "a", "9000000"));
    store(w, SENT_BY("telko", "sent", "9000000"));
    assert_string_equal(ask(w, "SELECT state FROM message_out"), "sent");
    store(w, DLR_BY_ID("a", "delivered", "9000100"));
    assert_string_equal(ask(w, "SELECT state FROM message_out"), "delivered");
    /* An id that comes round again is the next one's, and the first keeps its state. */
    store(w, IN_AT("m2", "u2", "9900000"));
    store(w, ID_BY("telko", "u2", "a", "9900000"));
    store(w, DLR_BY_ID("a", "failed", "9900100"));
    assert_string_equal(ask(w, "SELECT state FROM message_out WHERE uuid = 'u'"), "delivered");
    assert_string_equal(ask(w, "SELECT state FROM message_out WHERE uuid = 'u2'"), "failed");
}

static void a_message_is_found_by_a_word(void **world)
{
    struct world *w = *world;

    store(w, IN_AT("old", "o1", "1000"));
    store(w, IN_AT("new", "n", "5000"));
    assert_string_equal(ask(w, "SELECT count(*) FROM message_in_text WHERE message_in_text MATCH 'citra'"),
                        "2");
    assert_string_equal(ask(w, "SELECT count(*) FROM message_in_text WHERE message_in_text MATCH 'budi'"),
                        "0");
}

static void what_was_parked_is_told_again_when_it_is_carried_out(void **world)
{
    struct world *w = *world;

    store(w, "{\"v\":1,\"row\":\"in\",\"uuid\":\"m\",\"kind\":\"sms\",\"text\":\"TIMBANG Citra\","
             "\"reason\":\"parked_error\",\"at\":1000}");
    store(w, IN);
    assert_string_equal(ask(w, "SELECT group_concat(reason) FROM message_in"), "accepted");
    assert_string_equal(ask(w, "SELECT count(*) FROM message_in_text WHERE message_in_text MATCH 'citra'"),
                        "1");
    assert_string_equal(ask(w, "SELECT state FROM message_out"), "queued");
}

static void what_cannot_be_read_is_refused_alone(void **world)
{
    struct world *w = *world;
    struct item items[] = { { .body = S("{\"v\":2,\"row\":\"in\"}") },
                            { .body = S(IN) },
                            { .body = S(SENT "\nno JSON") } };
    struct err e = { "" };

    assert_int_equal(log_db_store(w->db, items, 3, NULL, NULL, &e), SQLITE_DB_OK);
    assert_true(items[0].refused);
    assert_false(items[1].refused);
    assert_true(items[2].refused);
    assert_string_equal(ask(w, "SELECT state FROM message_out"), "queued");
}

static void a_locked_file_changes_nothing_and_goes_on(void **world)
{
    struct world *w = *world;
    struct item item = { .body = S(IN) };
    struct err e = { "" };
    sqlite3 *other;

    assert_int_equal(sqlite3_open(w->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(log_db_store(w->db, &item, 1, NULL, NULL, &e), SQLITE_DB_LATER);
    assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    assert_string_equal(ask(w, "SELECT count(*) FROM message_in"), "0");
    assert_int_equal(log_db_store(w->db, &item, 1, NULL, NULL, &e), SQLITE_DB_OK);
    assert_string_equal(ask(w, "SELECT count(*) FROM message_in"), "1");
}

static void a_full_disk_changes_nothing_and_goes_on(void **world)
{
    struct world *w = *world;
    struct item item = { .body = S(IN) };
    struct err e = { "" };
    char body[1200];
    sqlite3 *db = w->db->db;

    /* No page more than there are. */
    assert_int_equal(sqlite3_exec(db, "PRAGMA max_page_count = 1", NULL, NULL, NULL), SQLITE_OK);
    for (unsigned i = 0; i < 2000; i++) {
        snprintf(body, sizeof body,
                 "{\"v\":1,\"row\":\"in\",\"uuid\":\"%u\",\"kind\":\"sms\",\"at\":%u,\"text\":\"%0900u\"}", i,
                 i, i);
        item.body = slice_of(body);
        if (log_db_store(w->db, &item, 1, NULL, NULL, &e) == SQLITE_DB_LATER)
            break;
        assert_true(i < 1999);
    }
    assert_false(item.refused);
    assert_int_equal(sqlite3_exec(db, "PRAGMA max_page_count = 1000000", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(log_db_store(w->db, &item, 1, NULL, NULL, &e), SQLITE_DB_OK);
}

/* As version 9 left it: the state stood in the row of the SMS. */
static const char version_9[] =
    "DROP VIEW message_out;"
    "CREATE TABLE message_out (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, cause INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, recipient TEXT, class TEXT, nomor TEXT, text TEXT, provider TEXT,"
    " lane INTEGER, expires_ms INTEGER, state TEXT NOT NULL, why TEXT, state_ms INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL, parts INTEGER NOT NULL) STRICT;"
    "INSERT INTO message_out SELECT id, uuid, cause, at_ms, recipient, class, nomor, text, provider, lane, 9,"
    " CASE uuid WHEN 'u' THEN 'delivered' ELSE 'sent' END, NULL, at_ms, 1, 1"
    " FROM message_sms; DROP TABLE message_sms; PRAGMA user_version = 9";

static void what_an_earlier_version_wrote_is_taken_over(void **world)
{
    struct world *w = *world;
    struct err e = { "" };

    store(w, IN);
    store(w, SENT);
    store(w, IN_AT("m2", "u2", "9000"));
    store(w, "{\"v\":1,\"row\":\"sent\",\"uuid\":\"u2\",\"provider\":\"telko\",\"state\":\"sent\","
             "\"attempts\":1,\"at\":9100}");
    store(w, ID_BY("telko", "u2", "a", "9100")); /* which u had, and was delivered */
    assert_int_equal(sqlite3_exec(w->db->db, version_9, NULL, NULL, NULL), SQLITE_OK);
    sqlite_file_close(w->db);
    assert_int_equal(log_db_open(w->path, 100, &w->db, &e), SQLITE_DB_OK);
    assert_string_equal(ask(w, "SELECT group_concat(uuid || state || parts) FROM message_out"),
                        "udelivered0,u2sent1");
    assert_string_equal(ask(w, "SELECT group_concat(id) FROM message_out"), "64,128");
    store(w, IN);
    assert_string_equal(ask(w, "SELECT count(*) FROM message_out"), "2");
    assert_string_equal(ask(w, "SELECT count(*) FROM message_in_text WHERE message_in_text MATCH 'citra'"),
                        "2");
    store(w, DLR_BY_ID("a", "delivered", "9200"));
    assert_string_equal(ask(w, "SELECT state FROM message_out WHERE uuid = 'u2'"), "delivered");
}

#define ROWS                                                                                                 \
    "[{\"row\":\"record\",\"id\":\"r\",\"nomor\":\"48217\",\"form\":\"timbang\",\"status\":\"valid\","       \
    "\"version\":1,"                                                                                         \
    "\"fields\":{\"nama\":\"Siti \\\"P\\\"\",\"bb\":9.2,\"tanda\":[\"kejang\"]}},"                           \
    "{\"row\":\"referral\",\"id\":\"e\",\"nomor\":\"48217\",\"event\":\"sent\"},"                            \
    "{\"row\":\"person\",\"id\":\"p\",\"nomor\":\"48220\"}]"

/* Of several commits, and of two versions, in one entry; what was understood reads as it always did. */
static void lines_of_an_entry_are_stored_whoever_wrote_them(void **world)
{
    static const char with_rows[] =
        "{\"v\":1,\"row\":\"in\",\"uuid\":\"0a0a0a0a-0a0a-8a0a-8a0a-0a0a0a0a0a0a\","
        "\"kind\":\"sms\",\"at\":10,\"rows\":" ROWS "}";
    struct item item = { .first_ms = 1 };
    struct err e = { "" };
    struct arena a;

    arena_init(&a, 1 << 20);
    item.body = ARENA_JOIN(&a, packed(&a, with_rows), S("\n"), slice_of(IN), S("\n"), packed(&a, SENT),
                           S("\n"), packed(&a, ID("\\n")));
    assert_int_equal(log_db_store((*(struct world **)world)->db, &item, 1, NULL, NULL, &e), SQLITE_DB_OK);
    assert_false(item.refused);
    assert_string_equal(ask(*world, "SELECT understood FROM message_in WHERE at_ms = 10"), ROWS);
    assert_string_equal(ask(*world, "SELECT group_concat(nomor) FROM message_nomor WHERE message = 1"),
                        "48217,48220");
    assert_string_equal(ask(*world, "SELECT group_concat(form) FROM message_form"), "timbang,timbang");
    assert_string_equal(ask(*world, "SELECT state || parts FROM message_out"), "sent1");
    arena_free(&a);
}

/* Cut short or with any byte changed: refused, or stored as something else, and nothing breaks. */
static void damaged_bytes_are_refused(void **world)
{
    struct err e = { "" };
    struct slice whole;
    unsigned refused = 0;
    struct arena a;
    char *bytes;

    arena_init(&a, 1 << 20);
    whole = packed(&a, IN);
    bytes = (char *)(uintptr_t)whole.p;
    for (size_t i = 1; i < whole.n; i++) {
        struct item item = { .body = slice_take(whole, i) };

        assert_int_equal(log_db_store((*(struct world **)world)->db, &item, 1, NULL, NULL, &e), SQLITE_DB_OK);
        assert_true(item.refused);
    }
    for (size_t i = 0; i < whole.n; i++) {
        static struct log_line line;
        char was = bytes[i];

        for (unsigned bit = 1; bit < 256; bit <<= 1) {
            struct slice rest = whole;

            bytes[i] = (char)(was ^ (char)bit);
            refused += !log_line_next(&rest, &a, &line);
        }
        bytes[i] = was;
    }
    assert_true(refused > whole.n);
    arena_free(&a);
}

static struct slice masked(struct slice msisdn, struct arena *a)
{
    (void)msisdn;
    return arena_str(a, "P-1");
}

static void trace_tells_what_came_in_and_what_went_out(void **world)
{
    struct world *w = *world;
    struct log_trace how = { .utc_offset_min = 420, .who = masked };
    struct err e = { "" };
    struct buf out;

    store(w, IN);
    store(w, SENT);
    store(w, ID("a"));
    store(w, ID("b"));
    store(w, DLR("a", "delivered"));
    buf_init(&out, 65536);
    assert_int_equal(log_db_trace(w->db, S("48217"), &how, &out, &e), SQLITE_DB_OK);
    assert_string_equal(out.p, "1970-01-01 07:00:01  < sms from P-1 by telko  accepted\n"
                               "                      = record 48217 timbang v1 valid  id r\n"
                               "1970-01-01 07:00:01  > answer to P-1 by telko:0  sent 07:00:03, 1 of 2 parts "
                               "delivered\n");
    buf_clear(&out);
    how.reveal = true;
    assert_int_equal(log_db_trace(w->db, S("48217"), &how, &out, &e), SQLITE_DB_OK);
    assert_non_null(strstr(out.p, "from +6281200000001"));
    assert_non_null(strstr(out.p, "TIMBANG Citra\n"));
    assert_non_null(strstr(out.p, "Diterima\n"));
    buf_clear(&out);
    assert_int_equal(log_db_trace(w->db, S("51139"), &how, &out, &e), SQLITE_DB_OK);
    assert_int_equal(out.n, 0);
    buf_free(&out);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, world_free)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_state_follows_from_what_was_said_in_any_order),
        CASE(what_was_parked_is_what_it_was_understood_as_once_it_is_released),
        CASE(a_long_sms_is_delivered_when_all_parts_are_and_failed_when_one_is),
        CASE(only_the_provider_that_sent_last_counts),
        CASE(a_report_of_an_earlier_sms_with_the_same_id_is_not_believed),
        CASE(a_message_is_found_by_a_word),
        CASE(what_was_parked_is_told_again_when_it_is_carried_out),
        CASE(what_cannot_be_read_is_refused_alone),
        CASE(a_locked_file_changes_nothing_and_goes_on),
        CASE(a_full_disk_changes_nothing_and_goes_on),
        CASE(what_an_earlier_version_wrote_is_taken_over),
        CASE(lines_of_an_entry_are_stored_whoever_wrote_them),
        CASE(damaged_bytes_are_refused),
        CASE(trace_tells_what_came_in_and_what_went_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
