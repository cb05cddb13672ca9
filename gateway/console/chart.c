/* chart.c - see chart.h. */
#include "gateway/console/chart.h"

#include <stdio.h>

#include "parsers/date.h"

enum {
    DAYS_W = 720,
    DAYS_H = 180,
    GROWTH_W = 640,
    GROWTH_H = 420,
    GROWTH_LEFT = 36,
    GROWTH_FOOT = 24,
    GROWTH_MONTHS = 60,
    GROWTH_KG = 32000, /* milli: the top of the curve */
    BARS_W = 760,
    BARS_H = 240,
    BARS_FOOT = 30,
};

static void text(struct node *o, const char *name, struct arena *a, struct slice s)
{
    node_set(o, name, node_of_text(a, s));
}

static void whole(struct node *o, const char *name, struct arena *a, int64_t v)
{
    node_set(o, name, node_of_int(a, v));
}

struct node *chart_cases(struct arena *a, const struct chart_counts *c)
{
    unsigned n = c->n;
    struct node *o = node_object(a), *bars = node_list(a), *axis = node_list(a);
    int64_t most = (c->line_milli + 999) / 1000, step = n ? DAYS_W / n : DAYS_W;

    most = most > 1 ? most : 1;
    for (unsigned i = 0; i < n; i++)
        most = c->counts[i] > most ? c->counts[i] : most;
    for (unsigned i = 0; i < n; i++) {
        struct node *b = node_object(a);
        struct slice date = date_iso(c->today - (int64_t)(n - 1 - i) * c->days, a);
        int64_t h = c->counts[i] * (DAYS_H - 44) / most;

        whole(b, "x", a, step * i + 1);
        whole(b, "y", a, DAYS_H - 20 - h);
        whole(b, "w", a, step - 2);
        whole(b, "h", a, h);
        whole(b, "n", a, c->counts[i]);
        whole(b, "tengah", a, step * i + step / 2);
        text(b, "tanggal", a, date);
        node_put_bool(b, "baru", (n - i) * c->days <= 7);
        node_add(bars, b);
        if ((n - 1 - i) * c->days % 7 == 0) {
            struct node *t = node_object(a);

            whole(t, "x", a, step * i + step / 2);
            text(t, "text", a, slice_skip(date, 5));
            node_add(axis, t);
        }
    }
    whole(o, "w", a, DAYS_W);
    whole(o, "h", a, DAYS_H);
    whole(o, "dasar", a, DAYS_H - 20);
    whole(o, "atas", a, most);
    if (c->line_milli)
        whole(o, "garis", a, DAYS_H - 20 - c->line_milli * (DAYS_H - 44) / most / 1000);
    node_set(o, "batang", bars);
    node_set(o, "sumbu", axis);
    return o;
}

/* --- growth --- */

static int64_t growth_x(int64_t months)
{
    return GROWTH_LEFT + months * (GROWTH_W - GROWTH_LEFT - 8) / GROWTH_MONTHS;
}

static int64_t growth_y(int64_t milli)
{
    return GROWTH_H - GROWTH_FOOT - milli * (GROWTH_H - GROWTH_FOOT - 8) / GROWTH_KG;
}

static struct slice line_of(struct arena *a, const struct rule_set *rules, struct slice sex, unsigned sd)
{
    struct slice s;
    struct buf b;

    buf_init(&b, 8192);
    for (int64_t m = 0; m <= GROWTH_MONTHS; m++) {
        int64_t cut[GROWTH_SDS];

        if (rules_cutoffs(rules, GROWTH_BB_U, sex, m * 1000, cut))
            buf_printf(&b, "%c%lld %lld", b.n ? 'L' : 'M', (long long)growth_x(m),
                       (long long)growth_y(cut[sd]));
    }
    s = arena_copy(a, buf_slice(&b));
    buf_free(&b);
    return s;
}

static void growth_axes(struct node *o, struct arena *a)
{
    struct node *months = node_list(a), *weights = node_list(a);

    for (int64_t m = 0; m <= GROWTH_MONTHS; m += 6) {
        struct node *t = node_object(a);

        whole(t, "x", a, growth_x(m));
        whole(t, "text", a, m);
        node_add(months, t);
    }
    for (int64_t kg = 0; kg <= GROWTH_KG / 1000; kg += 4) {
        struct node *t = node_object(a);

        whole(t, "y", a, growth_y(kg * 1000));
        whole(t, "text", a, kg);
        node_add(weights, t);
    }
    node_set(o, "sumbu", months);
    node_set(o, "tinggi", weights);
}

struct node *chart_growth(struct arena *a, const struct rule_set *rules, struct slice sex,
                          const struct chart_weight *weights, unsigned n)
{
    static const char *const names[GROWTH_SDS] = { "-3", "-2", "-1", "0", "+1", "+2", "+3" };
    struct node *o = node_object(a), *lines = node_list(a), *dots = node_list(a);
    struct buf path;

    for (unsigned sd = 0; sd < GROWTH_SDS; sd++) {
        struct node *l = node_object(a);
        struct slice d = line_of(a, rules, sex, sd);
        int64_t cut[GROWTH_SDS];

        if (!d.n || !rules_cutoffs(rules, GROWTH_BB_U, sex, GROWTH_MONTHS * 1000, cut))
            return NULL;
        text(l, "d", a, d);
        text(l, "sd", a, slice_of(names[sd]));
        whole(l, "y", a, growth_y(cut[sd]));
        node_put_bool(l, "merah", sd == 0);
        node_put_bool(l, "tengah", sd == GROWTH_MEDIAN);
        node_add(lines, l);
    }
    buf_init(&path, 8192);
    for (unsigned i = 0; i < n; i++) {
        struct node *p = node_object(a);

        if (weights[i].age_months < 0 || weights[i].age_months > GROWTH_MONTHS ||
            weights[i].milli > GROWTH_KG)
            continue;
        whole(p, "x", a, growth_x(weights[i].age_months));
        whole(p, "y", a, growth_y(weights[i].milli));
        whole(p, "umur", a, weights[i].age_months);
        text(p, "kg", a,
             arena_printf(a, "%lld,%lld", (long long)(weights[i].milli / 1000),
                          (long long)(weights[i].milli / 100 % 10)));
        node_add(dots, p);
        buf_printf(&path, "%c%lld %lld", path.n ? 'L' : 'M', (long long)growth_x(weights[i].age_months),
                   (long long)growth_y(weights[i].milli));
    }
    text(o, "anak", a, arena_copy(a, buf_slice(&path)));
    buf_free(&path);
    node_set(o, "garis", lines);
    node_set(o, "titik", dots);
    whole(o, "w", a, GROWTH_W);
    whole(o, "h", a, GROWTH_H);
    growth_axes(o, a);
    return o;
}

/* --- PWS --- */

struct node *chart_bars(struct arena *a, const struct chart_bar *bars, unsigned n, int64_t target)
{
    struct node *o = node_object(a), *list = node_list(a);
    int64_t most = target > 1000 ? target : 1000, step = n ? BARS_W / (int64_t)n : BARS_W,
            room = BARS_H - BARS_FOOT;

    step = step > 60 ? 60 : step;
    for (unsigned i = 0; i < n; i++)
        most = bars[i].permille > most ? bars[i].permille : most;
    for (unsigned i = 0; i < n; i++) {
        struct node *b = node_object(a);
        int64_t h = bars[i].permille * (room - 14) / most;

        whole(b, "x", a, step * i + 2);
        whole(b, "tengah", a, step * i + step / 2);
        whole(b, "y", a, room - h);
        whole(b, "w", a, step > 5 ? step - 4 : 1);
        whole(b, "h", a, h);
        whole(b, "persen", a, (bars[i].permille + 5) / 10);
        text(b, "nama", a, bars[i].name);
        text(b, "kode", a, bars[i].code);
        whole(b, "urut", a, i + 1);
        node_put_bool(b, "capai", bars[i].permille >= target);
        node_add(list, b);
    }
    whole(o, "w", a, BARS_W);
    whole(o, "h", a, BARS_H);
    whole(o, "dasar", a, room);
    whole(o, "target", a, room - target * (room - 14) / most);
    node_set(o, "batang", list);
    return o;
}
