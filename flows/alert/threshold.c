/* threshold.c - see threshold.h.  In whole numbers: means are sums beside their number of weeks. */
#include "flows/alert/threshold.h"

#include "flows/alert/pws.h"
#include "gateway/conf/rules.h"
#include "parsers/date.h"

enum {
    EPI_WEEK = 7,
};

/* needs.def has them all. */
static int64_t milli(const struct step *s, const char *id)
{
    return s->rules->rules ? rules_figure(s->rules->rules, id) : 0;
}

static int64_t whole(const struct step *s, const char *id)
{
    return milli(s, id) / 1000;
}

static int64_t sum(const struct step *s, const struct node *days, int64_t last, int64_t n)
{
    int64_t cases = 0;

    for (int64_t i = 0; i < n; i++)
        cases += node_int(days, date_iso(last - i, s->arena).p);
    return cases;
}

int64_t threshold_days(const struct step *s)
{
    return whole(s, "signal_days");
}

int64_t threshold_cases(const struct step *s, const struct node *days, int64_t day)
{
    return sum(s, days, day, whole(s, "signal_days"));
}

static struct threshold_mean mean(const struct step *s, struct slice village, const struct node *days,
                                  int64_t before, int64_t weeks)
{
    int64_t span = whole(s, "signal_days");
    struct threshold_mean m = { 0 };

    for (int64_t i = 0; i < weeks; i++) {
        int64_t last = before - i * span, cases = sum(s, days, last, span);

        if (cases <= 0 && !pws_reported(s, village, last - span + 1, last))
            continue;
        m.sum += cases > 0 ? cases : 0;
        m.weeks++;
    }
    return m;
}

/* cases >= m + roots * root of max(m, 1), with m = sum / weeks: (cases * w - sum)^2 >= roots^2 * w * max(sum,
 * w). */
static bool above_roots(const struct step *s, int64_t cases, struct threshold_mean m)
{
    int64_t w = m.weeks ? m.weeks : 1, roots = milli(s, "signal_roots"), d = cases * w - m.sum;

    return d >= 0 && d * d * 1000000 >= roots * roots * w * (m.sum > w ? m.sum : w);
}

struct threshold threshold_village(const struct step *s, struct slice village, const struct node *days,
                                   int64_t day)
{
    struct threshold t = { .cases = threshold_cases(s, days, day) };
    int64_t before = day - whole(s, "signal_days"), over;

    t.usual = mean(s, village, days, before, whole(s, "signal_weeks"));
    t.long_ = mean(s, village, days, before, whole(s, "head_weeks"));
    t.staff = t.cases >= whole(s, "signal_cases") && above_roots(s, t.cases, t.usual);
    over = (t.cases - whole(s, "head_cases")) * t.long_.weeks;
    t.heads = t.cases >= whole(s, "head_cases") && t.long_.weeks >= whole(s, "head_weeks_least") &&
              over * 1000 >= milli(s, "head_factor") * t.long_.sum;
    return t;
}

struct threshold_rise threshold_puskesmas(const struct step *s, const struct node *days, int64_t day)
{
    int64_t saturday = day - (day + 4) % EPI_WEEK + EPI_WEEK - 1; /* 1970-01-01 was a Thursday */
    struct threshold_rise r = { .week = date_epi_week(day).week,
                                .sunday = saturday - EPI_WEEK + 1,
                                .cases = sum(s, days, saturday, EPI_WEEK),
                                .before = sum(s, days, saturday - EPI_WEEK, EPI_WEEK) };

    r.staff = r.cases >= whole(s, "rise_cases") && r.cases >= r.before + whole(s, "rise_more") &&
              r.cases * 1000 >= r.before * milli(s, "rise_factor");
    return r;
}

bool threshold_again(const struct step *s, int64_t cases, int64_t told)
{
    return told == 0 || cases * 1000 >= told * milli(s, "again_factor");
}

struct slice threshold_versions(const struct step *s, const struct disease_rule *rule)
{
    static const char *const figures[] = {
        "signal_cases", "signal_days", "signal_roots", "signal_weeks", "rise_factor",      "rise_cases",
        "rise_more",    "head_cases",  "head_factor",  "head_weeks",   "head_weeks_least", "again_factor"
    };
    struct slice out = arena_printf(
        s->arena, "%.*s/%u", SLICE_ARG(rule->slug.n ? rule->slug : (struct slice)S("*")), rule->version);

    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        out = arena_printf(s->arena, "%.*s %s/%u", SLICE_ARG(out), figures[i],
                           rules_figure_version(s->rules->rules, figures[i]));
    return out;
}
