/* sqlite_news.c - see sqlite_news.h. */
#include "gateway/district/sqlite_news.h"

#include <stdio.h>
#include <string.h>

#include "gateway/base/arena.h"
#include "gateway/conf/indicators.h"
#include "gateway/conf/rules.h"
#include "parsers/date.h"

enum {
    SHOWN = 4, /* rows with a name for the SMS */
};

struct figure_said {
    struct slice name;
    int64_t n, d;
};

struct village {
    struct slice code;
    struct figure_said shown[SHOWN], worst;
    unsigned shown_n;
    double reached; /* by the worst: 1 is its target */
};

void sqlite_news_month(const struct ruleset *rules, int64_t now_ms, char out[16])
{
    struct date c = date_of_days(date_today(now_ms, rules->utc_offset_min));

    if (c.day * INT64_C(1000) < rules_figure(rules->rules, "pws_day")) {
        c.year -= c.month == 1;
        c.month = c.month == 1 ? 12 : c.month - 1;
    }
    snprintf(out, 16, "%04d-%02u", (int)c.year, (unsigned)c.month % 100);
}

static struct slice column(sqlite3_stmt *st, int i)
{
    return slice_make((const char *)sqlite3_column_text(st, i), (size_t)sqlite3_column_bytes(st, i));
}

/* "KF lengkap" of "KF lengkap: keempat kunjungan nifas". */
static struct slice name_of(const struct indicator *in)
{
    struct slice words = in->words, first = slice_cut(&words, ':');

    return in->sms.n ? in->sms : first;
}

/* Rows of one name stand for each other: the first that has something. */
static void show(struct village *v, const struct indicator *in, int64_t n, int64_t d)
{
    if (!in->sms.n || n <= 0)
        return;
    for (unsigned i = 0; i < v->shown_n; i++)
        if (slice_eq(v->shown[i].name, in->sms))
            return;
    if (v->shown_n < SHOWN)
        v->shown[v->shown_n++] = (struct figure_said){ in->sms, n, d };
}

/* How near it comes to its target of the month; a figure that is better lower is above one while it keeps it.
 */
static void compare(struct village *v, const struct indicator *in, const char *month, int64_t n, int64_t d)
{
    double target = (double)in->target / 1000, part = 100.0 * (double)n / (double)d, reached;
    int m = (month[5] - '0') * 10 + (month[6] - '0');

    if (in->target <= 0)
        return;
    if (in->denominator == DENOMINATOR_GROUP && !in->monthly)
        target = target * m / 12;
    reached = in->lower ? (part > 0 ? target / part : 2) : part / target;
    if (reached >= 1 || (v->worst.name.n && reached >= v->reached))
        return;
    v->reached = reached;
    v->worst = (struct figure_said){ name_of(in), n, d };
}

static void take(struct village *v, const struct indicator *in, const char *month, sqlite3_stmt *st)
{
    bool year = in->denominator == DENOMINATOR_GROUP && !in->monthly;
    int n = year ? 4 : 2, d = year ? 5 : 3;

    if (sqlite3_column_type(st, d) == SQLITE_NULL || sqlite3_column_int64(st, d) <= 0)
        return;
    show(v, in, sqlite3_column_int64(st, n), sqlite3_column_int64(st, d));
    compare(v, in, month, sqlite3_column_int64(st, n), sqlite3_column_int64(st, d));
}

static void put(struct buf *b, const struct figure_said *f)
{
    buf_char(b, '[');
    buf_json(b, f->name);
    buf_printf(b, ",%lld,%lld]", (long long)f->n, (long long)f->d);
}

static void end(struct buf *b, const struct village *v, const char *month)
{
    if (!v->code.n)
        return;
    buf_str(b, "{\"village\":");
    buf_json(b, v->code);
    buf_printf(b, ",\"figures\":{\"month\":\"%s\",\"rows\":[", month);
    for (unsigned i = 0; i < v->shown_n; i++) {
        if (i)
            buf_char(b, ',');
        put(b, &v->shown[i]);
    }
    buf_char(b, ']');
    if (v->worst.name.n) {
        buf_str(b, ",\"worst\":");
        put(b, &v->worst);
    }
    buf_str(b, "}}\n");
}

enum sqlite_rc sqlite_news(struct sqlite_file *d, const struct ruleset *rules, const char *month,
                           const char *since, struct buf *out, struct err *e)
{
    struct village v = { .shown_n = 0 };
    struct arena codes;
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(
        d->db,
        "SELECT v.place, v.indicator, v.n, v.d, v.n_year, v.d_year FROM indicator_value v JOIN indicator i "
        "ON i.id ="
        " v.indicator WHERE v.month = ?1 AND v.place IN (SELECT place FROM indicator_value WHERE month = ?1"
        " AND computed_at >= ?2) ORDER BY v.place, i.position",
        -1, &st, NULL);

    arena_init(&codes, 1 << 20);
    if (st) {
        sqlite3_bind_text(st, 1, month, -1, SQLITE_STATIC);
        sqlite3_bind_text(st, 2, since, -1, SQLITE_STATIC);
    }
    while (st && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        const struct place *p = directory_place(&rules->directory, column(st, 0));
        const struct indicator *in = indicator_by_id(rules->indicators, column(st, 1));

        if (!in || !p || (p->level != PLACE_DESA && p->level != PLACE_KELURAHAN))
            continue;
        if (!slice_eq(v.code, p->code)) {
            end(out, &v, month);
            v = (struct village){ .code = arena_copy(&codes, p->code) };
        }
        take(&v, in, month, st);
    }
    end(out, &v, month);
    sqlite3_finalize(st);
    arena_free(&codes);
    return rc == SQLITE_DONE ? SQLITE_DB_OK : sqlite_file_later(d, "news", e);
}
