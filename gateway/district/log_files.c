/* log_files.c - see log_files.h. */
#include "gateway/district/log_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/date.h"

enum {
    OPEN_FILES = 3,
    MONTHS = 64,   /* far more than any retention keeps */
    LATE_DAYS = 7, /* what became of an SMS of last month is told in so many days */
    DRAFTS_MOST = 100,
    PATH_MOST = 512,
};

struct log_files {
    char state_dir[PATH_MOST - 32];
    int utc_offset_min, busy_ms;
    struct {
        int month;
        struct sqlite_file *db;
    } open[OPEN_FILES]; /* the one used last first */
};

/* --- names --- */

int log_files_month(int64_t at_ms, int utc_offset_min)
{
    struct date d = date_civil(at_ms, utc_offset_min).day;

    return d.year * 12 + d.month - 1;
}

void log_files_path(const char *state_dir, int month, char *path, size_t n)
{
    snprintf(path, n, "%s/log/%04d-%02d.db", state_dir, month / 12, month % 12 + 1);
}

static bool month_of_name(const char *name, int *month)
{
    int y, m, used = 0;

    if (sscanf(name, "%4d-%2d.db%n", &y, &m, &used) != 2 || used != 10 || name[used] || m < 1 || m > 12)
        return false;
    *month = y * 12 + m - 1;
    return true;
}

static int by_month(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

unsigned log_files_months(const char *state_dir, int *months, unsigned most)
{
    char folder[PATH_MOST];
    const struct dirent *e;
    unsigned n = 0;
    DIR *d;

    snprintf(folder, sizeof folder, "%s/log", state_dir);
    d = opendir(folder);
    while (d && n < most && (e = readdir(d)))
        n += month_of_name(e->d_name, &months[n]);
    if (d)
        closedir(d);
    qsort(months, n, sizeof *months, by_month);
    return n;
}

/* --- files --- */

void log_files_rest(struct log_files *l)
{
    for (unsigned i = 0; i < OPEN_FILES; i++) {
        sqlite_file_close(l->open[i].db);
        l->open[i].db = NULL;
    }
}

/* The file of a month, opened or created; it stays open. */
static enum sqlite_rc file_of(struct log_files *l, int month, struct sqlite_file **out, struct err *e)
{
    unsigned at = 0;
    struct sqlite_file *db;

    while (at < OPEN_FILES - 1 && l->open[at].db && l->open[at].month != month)
        at++;
    db = l->open[at].db;
    if (!db || l->open[at].month != month) {
        char path[PATH_MOST];
        enum sqlite_rc rc;

        log_files_path(l->state_dir, month, path, sizeof path);
        rc = log_db_open(path, l->busy_ms, &db, e);
        if (rc != SQLITE_DB_OK)
            return rc;
        (void)!chmod(path, 0600); /* its -wal and -shm follow it */
        sqlite_file_close(l->open[at].db);
    }
    memmove(&l->open[1], &l->open[0], at * sizeof l->open[0]);
    l->open[0].month = month;
    l->open[0].db = db;
    *out = db;
    return SQLITE_DB_OK;
}

enum sqlite_rc log_files_ready(struct log_files *l, int64_t now_ms, struct err *e)
{
    struct sqlite_file *db;

    return file_of(l, log_files_month(now_ms, l->utc_offset_min), &db, e);
}

/* --- storing --- */

/* The months that the lines of a batch want; each is stored by itself, and finds the next. */
struct months {
    const struct log_files *files;
    int month[MONTHS], now; /* now: whose file is being written */
    unsigned n;
};

static void add_month(struct months *m, int month)
{
    for (unsigned i = 0; i < m->n; i++)
        if (m->month[i] == month)
            return;
    if (m->n < MONTHS)
        m->month[m->n++] = month;
}

static bool is_there(const struct log_files *l, int month)
{
    char path[PATH_MOST];

    log_files_path(l->state_dir, month, path, sizeof path);
    return access(path, F_OK) == 0;
}

static bool wants(void *arg, int64_t at_ms, bool message)
{
    struct months *m = arg;
    int offset = m->files->utc_offset_min, month = log_files_month(at_ms, offset);
    bool late = !message && date_civil(at_ms, offset).day.day <= LATE_DAYS;

    add_month(m, month);
    if (late && is_there(m->files, month - 1))
        add_month(m, month - 1);
    return m->now == month || (late && m->now == month - 1);
}

enum sqlite_rc log_files_store(struct log_files *l, struct item *items, unsigned n, struct err *e)
{
    struct months m = { .files = l };
    enum sqlite_rc rc = SQLITE_DB_OK;

    if (n)
        add_month(&m, log_files_month(items[n - 1].first_ms, l->utc_offset_min));
    for (unsigned i = 0; i < m.n && rc == SQLITE_DB_OK; i++) {
        struct sqlite_file *db;

        m.now = m.month[i];
        rc = file_of(l, m.now, &db, e);
        if (rc == SQLITE_DB_OK)
            rc = log_db_store(db, items, n, wants, &m, e);
    }
    return rc;
}

/* --- retention --- */

static void close_month(struct log_files *l, int month)
{
    for (unsigned i = 0; i < OPEN_FILES; i++)
        if (l->open[i].db && l->open[i].month == month)
            log_files_rest(l);
}

unsigned log_files_prune(struct log_files *l, int64_t before_ms)
{
    static const char *const ends[] = { "", "-wal", "-shm" };
    int months[MONTHS], first_kept = log_files_month(before_ms, l->utc_offset_min);
    unsigned n = log_files_months(l->state_dir, months, MONTHS), gone = 0;

    for (unsigned i = 0; i < n && months[i] < first_kept; i++) {
        char path[PATH_MOST], whole[PATH_MOST + 8];

        close_month(l, months[i]);
        log_files_path(l->state_dir, months[i], path, sizeof path);
        for (unsigned k = 0; k < 3; k++) {
            snprintf(whole, sizeof whole, "%s%s", path, ends[k]);
            gone += unlink(whole) == 0 && k == 0;
        }
    }
    return gone;
}

/* --- what people ask --- */

enum sqlite_rc log_files_each(struct log_files *l,
                              enum sqlite_rc (*each)(void *, struct sqlite_file *, struct err *), void *arg,
                              struct err *e)
{
    int months[MONTHS];
    unsigned n = log_files_months(l->state_dir, months, MONTHS);
    enum sqlite_rc rc = SQLITE_DB_OK;

    for (unsigned i = 0; i < n && rc == SQLITE_DB_OK; i++) {
        struct sqlite_file *db;

        rc = file_of(l, months[i], &db, e);
        if (rc == SQLITE_DB_OK)
            rc = each(arg, db, e);
    }
    return rc;
}

struct tracing {
    struct slice nomor;
    const struct log_trace *how;
    struct buf *out;
};

static enum sqlite_rc trace(void *arg, struct sqlite_file *db, struct err *e)
{
    const struct tracing *t = arg;

    return log_db_trace(db, t->nomor, t->how, t->out, e);
}

enum sqlite_rc log_files_trace(struct log_files *l, struct slice nomor, const struct log_trace *how,
                               struct buf *out, struct err *e)
{
    struct tracing t = { nomor, how, out };

    return log_files_each(l, trace, &t, e);
}

enum sqlite_rc log_files_drafts(struct log_files *l, const struct log_trace *how, struct buf *out,
                                struct err *e)
{
    int months[MONTHS];
    unsigned n = log_files_months(l->state_dir, months, MONTHS), told = 0, some;
    enum sqlite_rc rc = SQLITE_DB_OK;

    while (n-- > 0 && told < DRAFTS_MOST && rc == SQLITE_DB_OK) {
        struct sqlite_file *db;

        rc = file_of(l, months[n], &db, e);
        if (rc == SQLITE_DB_OK)
            rc = log_db_drafts(db, how, DRAFTS_MOST - told, &some, out, e);
        told += rc == SQLITE_DB_OK ? some : 0;
    }
    return rc;
}

/* --- life --- */

/* Before there were months: `log.db`. */
static void take_over(const struct log_files *l)
{
    static const char *const ends[] = { "-wal", "-shm", "" };
    char was[PATH_MOST], is[PATH_MOST], from[PATH_MOST + 8], to[PATH_MOST + 8];
    struct stat st;

    snprintf(was, sizeof was, "%s/log.db", l->state_dir);
    if (lstat(was, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    log_files_path(l->state_dir, log_files_month((int64_t)st.st_mtime * 1000, l->utc_offset_min), is,
                   sizeof is);
    if (access(is, F_OK) == 0)
        return;
    for (unsigned k = 0; k < 3; k++) {
        snprintf(from, sizeof from, "%s%s", was, ends[k]);
        snprintf(to, sizeof to, "%s%s", is, ends[k]);
        (void)!rename(from, to);
    }
}

struct log_files *log_files_open(const char *state_dir, int utc_offset_min, int busy_ms, struct err *e)
{
    struct log_files *l = calloc(1, sizeof *l);
    char folder[PATH_MOST];

    if (!l) {
        err_set(e, "message log: out of memory");
        return NULL;
    }
    l->utc_offset_min = utc_offset_min;
    l->busy_ms = busy_ms;
    snprintf(l->state_dir, sizeof l->state_dir, "%s", state_dir);
    snprintf(folder, sizeof folder, "%s/log", state_dir);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        err_set(e, "%s: %s (is the state folder there and writable?)", folder, strerror(errno));
        free(l);
        return NULL;
    }
    take_over(l);
    return l;
}

void log_files_close(struct log_files *l)
{
    if (!l)
        return;
    log_files_rest(l);
    free(l);
}
