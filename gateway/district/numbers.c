/* numbers.c - see numbers.h. */
#include "gateway/district/numbers.h"

#include <sqlite3.h>
#include <string.h>

#include "gateway/district/log_files.h"

enum {
    BUSY_MS = 500,
    MONTHS = 64,
    NEWEST = 2, /* numbers only grow */
    PATH_BYTES = 4096,
};

static int64_t ask(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    int64_t n = 0;

    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK &&
        sqlite3_busy_timeout(db, BUSY_MS) == SQLITE_OK &&
        sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
        n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return n;
}

uint64_t numbers_seen(const struct config *c)
{
    static const char *const district[] = {
        "SELECT max(CAST(nomor AS INTEGER)) FROM record",
        "SELECT max(CAST(nomor AS INTEGER)) FROM person",
        "SELECT max(CAST(nomor AS INTEGER)) FROM referral_event",
        "SELECT max(CAST(nomor AS INTEGER)) FROM alert_event",
    };
    int months[MONTHS];
    unsigned n = log_files_months(c->state.p, months, MONTHS);
    int64_t highest = 0, found;
    char path[PATH_BYTES];

    for (unsigned i = 0; i < c->sinks_n; i++)
        for (unsigned q = 0; slice_is(c->sinks[i].kind, "sqlite") && q < sizeof district / sizeof *district;
             q++) {
            found = ask(c->sinks[i].path.p, district[q]);
            highest = found > highest ? found : highest;
        }
    for (unsigned i = n > NEWEST ? n - NEWEST : 0; i < n; i++) {
        log_files_path(c->state.p, months[i], path, sizeof path);
        found = ask(path, "SELECT max(CAST(nomor AS INTEGER)) FROM message_nomor");
        highest = found > highest ? found : highest;
    }
    return (uint64_t)highest / 10; /* without its check digit */
}
