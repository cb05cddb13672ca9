/* figures_news.c - see figures_news.h. */
#include "gateway/district/figures_news.h"

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

void figures_news_month(const struct ruleset *rules, int64_t now_ms, char out[16])
{
    struct date c = date_of_days(date_today(now_ms, rules->utc_offset_min));

    if (c.day * INT64_C(1000) < rules_figure(rules->rules, "pws_day")) {
        c.year -= c.month == 1;
        c.month = c.month == 1 ? 12 : c.month - 1;
    }
    snprintf(out, 16, "%04d-%02u", (int)c.year, (unsigned)c.month % 100);
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

enum column {
    PLACE,
    INDICATOR,
    N,
    D,
    N_YEAR,
    D_YEAR,
};

static void take(struct village *v, const struct indicator *in, const char *month, const struct slice *c)
{
    bool year = in->denominator == DENOMINATOR_GROUP && !in->monthly;
    int64_t n, d;

    if (!slice_to_i64(c[year ? N_YEAR : N], &n) || !slice_to_i64(c[year ? D_YEAR : D], &d) || d <= 0)
        return;
    show(v, in, n, d);
    compare(v, in, month, n, d);
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

struct telling {
    const struct ruleset *rules;
    const char *month;
    struct buf *out;
    struct village village;
    struct arena codes;
};

static void on_row(void *arg, const struct slice *c)
{
    struct telling *t = arg;
    const struct place *p = directory_place(&t->rules->directory, c[PLACE]);
    const struct indicator *in = indicator_by_id(t->rules->indicators, c[INDICATOR]);

    if (!in || !p || (p->level != PLACE_DESA && p->level != PLACE_KELURAHAN))
        return;
    if (!slice_eq(t->village.code, p->code)) {
        end(t->out, &t->village, t->month);
        t->village = (struct village){ .code = arena_copy(&t->codes, p->code) };
    }
    take(&t->village, in, t->month, c);
}

int figures_news(const struct figures_db *db, const struct ruleset *rules, const char *month,
                 const char *since, struct buf *out, struct err *e)
{
    struct telling t = { .rules = rules, .month = month, .out = out };
    const struct slice key[] = { slice_of(month), slice_of(since) };
    const struct figures_ask ask = {
        .sql = "SELECT v.place, v.indicator, v.n, v.d, v.n_year, v.d_year FROM indicator_value v JOIN "
               "indicator i"
               " ON i.id = v.indicator WHERE v.month = $1 AND v.place IN (SELECT place FROM indicator_value"
               " WHERE month = $1 AND computed_at >= $2) ORDER BY v.place, i.position",
        .texts = key,
        .texts_n = 2,
        .row = on_row,
        .arg = &t
    };
    int rc;

    arena_init(&t.codes, 1 << 20);
    rc = figures_db_ask(db, &ask, e);
    end(out, &t.village, month);
    arena_free(&t.codes);
    return rc;
}
