/* test_log_files.c - the message log's months: each message in the file of its month, what became of an SMS
 * where the SMS is, in any order and also over midnight of the month; retention removes files; the single
 * file of an earlier version is taken over. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/district/log_files.h"
#include "tests/rooms/sqlite_rig.h"

enum {
    OFFSET = 420
};

/* In Jakarta. */
#define NOVEMBER_END "1796057990000" /* 2026-11-30T23:59:50+07:00 */
#define DECEMBER     "1796058010000" /* 2026-12-01T00:00:10+07:00 */
#define DECEMBER_20  "1797699600000" /* 2026-12-20T00:00:00+07:00 */

#define IN(uuid, out, at)                                                                                    \
    "{\"v\":1,\"row\":\"in\",\"uuid\":\"" uuid "\",\"kind\":\"sms\",\"text\":\"TIMBANG Citra\","             \
    "\"reason\":\"accepted\",\"at\":" at                                                                     \
    ",\"rows\":[{\"row\":\"record\",\"id\":\"r\",\"nomor\":\"48217\"}],"                                     \
    "\"sms\":[{\"lane\":0,\"by\":\"telko\",\"sms\":{\"v\":1,\"class\":\"answer\",\"uuid\":\"" out            \
    "\",\"to\":\"+6281200000001\",\"text\":\"Diterima\",\"nomor\":\"48217\"}}]}"
#define SENT(out, at)                                                                                        \
    "{\"v\":1,\"row\":\"sent\",\"uuid\":\"" out                                                              \
    "\",\"provider\":\"telko\",\"state\":\"sent\",\"attempts\":1,"                                           \
    "\"at\":" at "}"

struct files {
    char *folder;
    struct log_files *log;
};

static int set_up(void **state)
{
    struct files *f = calloc(1, sizeof *f);
    struct err e = { "" };

    f->folder = rig_folder();
    f->log = log_files_open(f->folder, OFFSET, 100, &e);
    assert_non_null(f->log);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct files *f = *state;

    log_files_close(f->log);
    rig_folder_remove(f->folder);
    free(f);
    return 0;
}

static void store(struct files *f, const char *const *lines, unsigned n)
{
    struct item items[4] = { 0 };
    struct err e = { "" };

    for (unsigned i = 0; i < n; i++) {
        items[i].body = slice_of(lines[i]);
        items[i].first_ms = INT64_C(1796058010000);
    }
    assert_int_equal(log_files_store(f->log, items, n, &e), SQLITE_DB_OK);
    for (unsigned i = 0; i < n; i++)
        assert_false(items[i].refused);
}

#define STORE(f, ...)                                                                                        \
    store(f, (const char *const[]){ __VA_ARGS__ }, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *))

static const char *ask(const struct files *f, const char *name, const char *sql)
{
    const char *answer;
    char path[256];
    sqlite3 *db;

    snprintf(path, sizeof path, "%s/log/%s", f->folder, name);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    answer = ask_of(db, sql);
    sqlite3_close(db);
    return answer;
}

static void an_sms_of_the_last_second_of_a_month_is_known_as_sent_in_the_next(void **state)
{
    STORE(*state, IN("m", "u", NOVEMBER_END), IN("n", "v", DECEMBER));
    STORE(*state, SENT("u", DECEMBER), SENT("v", DECEMBER));
    assert_string_equal(ask(*state, "2026-11.db", "SELECT state FROM message_out WHERE uuid = 'u'"), "sent");
    assert_string_equal(ask(*state, "2026-12.db", "SELECT state FROM message_out WHERE uuid = 'v'"), "sent");
    assert_string_equal(ask(*state, "2026-11.db", "SELECT count(*) FROM message_in"), "1");
    assert_string_equal(ask(*state, "2026-12.db", "SELECT count(*) FROM message_in"), "1");
}

static void what_became_of_it_may_come_first(void **state)
{
    STORE(*state, IN("earlier", "w", NOVEMBER_END)); /* the file of November is there */
    STORE(*state, SENT("u", DECEMBER), IN("m", "u", NOVEMBER_END));
    assert_string_equal(ask(*state, "2026-11.db", "SELECT state FROM message_out WHERE uuid = 'u'"), "sent");
}

static void late_in_a_month_the_one_before_is_left_alone(void **state)
{
    STORE(*state, IN("m", "u", NOVEMBER_END));
    STORE(*state, SENT("x", DECEMBER_20));
    assert_string_equal(ask(*state, "2026-11.db", "SELECT count(*) FROM message_sent"), "0");
    assert_string_equal(ask(*state, "2026-12.db", "SELECT count(*) FROM message_sent"), "1");
}

static struct slice masked(struct slice msisdn, struct arena *a)
{
    (void)msisdn;
    return arena_str(a, "P-1");
}

static void trace_goes_over_the_months_in_order(void **state)
{
    struct files *f = *state;
    struct log_trace how = { .utc_offset_min = OFFSET, .who = masked };
    struct err e = { "" };
    struct buf out;
    const char *november, *december;

    STORE(f, IN("n", "v", DECEMBER), IN("m", "u", NOVEMBER_END));
    buf_init(&out, 65536);
    assert_int_equal(log_files_trace(f->log, S("48217"), &how, &out, &e), SQLITE_DB_OK);
    november = strstr(out.p, "2026-11-30 23:59:50");
    december = strstr(out.p, "2026-12-01 00:00:10");
    assert_non_null(november);
    assert_non_null(december);
    assert_true(november < december);
    buf_free(&out);
}

static void retention_removes_a_month_once_all_of_it_is_too_old(void **state)
{
    struct files *f = *state;
    char path[256];
    int months[4];

    STORE(f, IN("m", "u", NOVEMBER_END), IN("n", "v", DECEMBER));
    assert_int_equal(log_files_prune(f->log, INT64_C(1796057990000)), 0); /* its last ten seconds */
    assert_int_equal(log_files_prune(f->log, INT64_C(1796058010000)), 1);
    assert_int_equal(log_files_months(f->folder, months, 4), 1);
    assert_int_equal(months[0], 2026 * 12 + 11);
    log_files_path(f->folder, 2026 * 12 + 10, path, sizeof path);
    assert_int_not_equal(access(path, F_OK), 0);
    STORE(f, IN("o", "w", DECEMBER)); /* and goes on */
    assert_string_equal(ask(f, "2026-12.db", "SELECT count(*) FROM message_in"), "2");
}

static void nobody_else_reads_it(void **state)
{
    struct files *f = *state;
    struct stat st;
    char path[256];

    STORE(f, IN("m", "u", NOVEMBER_END));
    snprintf(path, sizeof path, "%s/log", f->folder);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    snprintf(path, sizeof path, "%s/log/2026-11.db", f->folder);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void the_single_file_of_an_earlier_version_is_taken_over(void **state)
{
    struct files *f = *state;
    struct item item = { .body = S(IN("m", "u", NOVEMBER_END)) };
    struct log_trace how = { .utc_offset_min = OFFSET, .who = masked };
    struct err e = { "" };
    struct sqlite_file *old;
    struct buf out;
    char path[256];

    snprintf(path, sizeof path, "%s/log.db", f->folder);
    assert_int_equal(log_db_open(path, 100, &old, &e), SQLITE_DB_OK);
    assert_int_equal(log_db_store(old, &item, 1, NULL, NULL, &e), SQLITE_DB_OK);
    sqlite_file_close(old);
    log_files_close(f->log);
    f->log = log_files_open(f->folder, OFFSET, 100, &e);
    assert_non_null(f->log);
    assert_int_not_equal(access(path, F_OK), 0);
    buf_init(&out, 65536);
    assert_int_equal(log_files_trace(f->log, S("48217"), &how, &out, &e), SQLITE_DB_OK);
    assert_non_null(strstr(out.p, "2026-11-30 23:59:50"));
    buf_free(&out);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_sms_of_the_last_second_of_a_month_is_known_as_sent_in_the_next),
        CASE(what_became_of_it_may_come_first),
        CASE(late_in_a_month_the_one_before_is_left_alone),
        CASE(trace_goes_over_the_months_in_order),
        CASE(retention_removes_a_month_once_all_of_it_is_too_old),
        CASE(nobody_else_reads_it),
        CASE(the_single_file_of_an_earlier_version_is_taken_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
