/* stat.c - the registry of figures.  See stat.h. */
#include "gateway/base/stat.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIGURES = 512,
    HISTS = 16,
    BUCKETS = 16
};

struct row {
    struct stat stat;
    enum stat_kind kind;
    const char *name, *help, *label, *value;
};

struct hist_row {
    struct stat_hist hist;
    const char *name, *help;
};

static struct {
    struct row rows[FIGURES];
    unsigned n;
    struct hist_row hists[HISTS];
    unsigned hist_n;
} all;

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

struct stat *stat_get(enum stat_kind kind, const char *name, const char *help, const char *label,
                      const char *value)
{
    char *own;
    struct row *r;

    for (unsigned i = 0; i < all.n; i++)
        if (same(all.rows[i].name, name) && same(all.rows[i].value, value))
            return &all.rows[i].stat;
    own = value ? strdup(value) : NULL; /* of a store or a configuration, which end before the process does */
    if (all.n == FIGURES || (value && !own)) {
        free(own);
        return &all.rows[FIGURES - 1].stat;
    }
    r = &all.rows[all.n++];
    *r = (struct row){ .kind = kind, .name = name, .help = help, .label = label, .value = own };
    return &r->stat;
}

struct stat_hist *stat_hist_get(const char *name, const char *help)
{
    for (unsigned i = 0; i < all.hist_n; i++)
        if (same(all.hists[i].name, name))
            return &all.hists[i].hist;
    if (all.hist_n == HISTS)
        return &all.hists[HISTS - 1].hist;
    all.hists[all.hist_n] = (struct hist_row){ .name = name, .help = help };
    return &all.hists[all.hist_n++].hist;
}

void stat_observe_us(struct stat_hist *h, int64_t us)
{
    int64_t bound = 1000;
    unsigned i = 0;

    if (us < 0)
        us = 0;
    while (i < BUCKETS - 1 && us > bound) {
        bound *= 2;
        i++;
    }
    h->bucket[i]++;
    h->count++;
    h->sum_us += (uint64_t)us;
}

int64_t stat_quantile_us(const struct stat_hist *h, double q)
{
    uint64_t want = (uint64_t)(q * (double)h->count), seen = 0;
    int64_t bound = 1000;

    if (!h->count)
        return 0;
    for (unsigned i = 0; i < BUCKETS; i++, bound *= 2) {
        seen += h->bucket[i];
        if (seen > want || seen == h->count)
            return bound;
    }
    return bound;
}

static void print_head(struct buf *b, const char *name, const char *help, const char *type)
{
    buf_printf(b, "# HELP kentongan_%s %s\n# TYPE kentongan_%s %s\n", name, help ? help : name, name, type);
}

static void print_hist(struct buf *b, const struct hist_row *h)
{
    uint64_t seen = 0;
    double bound = 0.001;

    print_head(b, h->name, h->help, "histogram");
    for (unsigned i = 0; i < BUCKETS; i++, bound *= 2) {
        seen += h->hist.bucket[i];
        if (i == BUCKETS - 1)
            buf_printf(b, "kentongan_%s_bucket{le=\"+Inf\"} %llu\n", h->name, (unsigned long long)seen);
        else
            buf_printf(b, "kentongan_%s_bucket{le=\"%g\"} %llu\n", h->name, bound, (unsigned long long)seen);
    }
    buf_printf(b, "kentongan_%s_sum %g\nkentongan_%s_count %llu\n", h->name, (double)h->hist.sum_us / 1e6,
               h->name, (unsigned long long)h->hist.count);
}

void stat_print(struct buf *b)
{
    for (unsigned i = 0; i < all.n; i++) {
        const struct row *r = &all.rows[i];
        bool first = true;

        for (unsigned j = 0; j < i && first; j++)
            first = !same(all.rows[j].name, r->name);
        if (!first)
            continue; /* one family, one head: its rows were printed with the first */
        print_head(b, r->name, r->help, r->kind == STAT_COUNTER ? "counter" : "gauge");
        for (unsigned j = i; j < all.n; j++) {
            const struct row *m = &all.rows[j];

            if (!same(m->name, r->name))
                continue;
            if (m->label)
                buf_printf(b, "kentongan_%s{%s=\"%s\"} %llu\n", m->name, m->label, m->value,
                           (unsigned long long)m->stat.value);
            else
                buf_printf(b, "kentongan_%s %llu\n", m->name, (unsigned long long)m->stat.value);
        }
    }
    for (unsigned i = 0; i < all.hist_n; i++)
        print_hist(b, &all.hists[i]);
}

void stat_each(void (*f)(void *arg, const char *name, const char *label, const char *value, uint64_t n),
               void *arg)
{
    for (unsigned i = 0; i < all.n; i++)
        f(arg, all.rows[i].name, all.rows[i].label, all.rows[i].value, all.rows[i].stat.value);
}
