/* growth.c - growth of children.  See growth.h. */
#include "flows/rows/growth.h"

#include <stdio.h>
#include <string.h>

enum {
    LAST_MONTH = 60, /* of the cut-offs by age */
    STANDING = 24,   /* months: from here on the tables mean standing height */
};

/* How many steps of SD a value may lie beyond the outermost cut-off (which is 3 SD itself). */
static const struct {
    int below, above;
} margins[GROWTH_INDEXES] = {
    [GROWTH_BB_U] = { 3, 2 },   [GROWTH_TB_U] = { 3, 3 },  [GROWTH_BB_PB] = { 2, 2 },
    [GROWTH_BB_TB] = { 2, 2 },  [GROWTH_IMT_U] = { 2, 2 }, [GROWTH_LK_U] = { 3, 3 },
    [GROWTH_LILA_U] = { 3, 3 },
};

static bool within(const int64_t cut[GROWTH_SDS], enum growth_index index, int64_t milli, int factor)
{
    int64_t low = cut[0] - (cut[1] - cut[0]) * margins[index].below * factor;
    int64_t high =
        cut[GROWTH_SDS - 1] + (cut[GROWTH_SDS - 1] - cut[GROWTH_SDS - 2]) * margins[index].above * factor;

    return milli >= low && milli <= high;
}

/* For a sex that is not known, what fits either fits.  x outside the table tells nothing. */
static bool fits(const struct rule_set *rules, enum growth_index index, struct slice sex, int64_t x,
                 int64_t milli, int factor)
{
    int64_t cut[GROWTH_SDS];

    if (!slice_is(sex, "L") && !slice_is(sex, "P"))
        return fits(rules, index, S("L"), x, milli, factor) || fits(rules, index, S("P"), x, milli, factor);
    return !rules_cutoffs(rules, index, sex, x, cut) || within(cut, index, milli, factor);
}

static bool fits_age(const struct rule_set *rules, enum growth_index index, struct slice sex, int64_t months,
                     int64_t milli)
{
    bool past = months > LAST_MONTH;

    return months < 0 || fits(rules, index, sex, (past ? LAST_MONTH : months) * 1000, milli, past ? 2 : 1);
}

bool growth_lying(struct slice label, bool newborn, int64_t age_months)
{
    if (slice_is(label, "PB") || slice_starts(label, "PANJANG"))
        return true;
    if (slice_is(label, "TB") || slice_starts(label, "TINGGI"))
        return newborn;
    return age_months < STANDING;
}

int64_t growth_length(const struct rule_set *rules, int64_t age_months, int64_t tb_milli, bool lying)
{
    int64_t difference = rules_figure(rules, "lying_difference");

    if (age_months >= STANDING)
        return lying ? tb_milli - difference : tb_milli;
    return age_months < 0 || lying ? tb_milli : tb_milli + difference;
}

bool growth_value_plausible(const struct rule_set *rules, enum meaning as, struct slice sex,
                            int64_t age_months, int64_t milli)
{
    static const struct {
        enum meaning as;
        enum growth_index index;
    } known[] = { { AS_WEIGHT, GROWTH_BB_U },
                  { AS_HEIGHT, GROWTH_TB_U },
                  { AS_ARM, GROWTH_LILA_U },
                  { AS_HEAD, GROWTH_LK_U } };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (as == known[i].as)
            return fits_age(rules, known[i].index, sex, age_months, milli);
    return true;
}

static bool by_length(const struct growth_measure *m, enum growth_index *out)
{
    *out = (m->age_months < 0 ? m->lying : m->age_months < STANDING) ? GROWTH_BB_PB : GROWTH_BB_TB;
    return m->bb > 0 && m->tb > 0;
}

enum growth_verdict growth_plausible_measure(const struct rule_set *rules, const struct growth_measure *m)
{
    int64_t length = growth_length(rules, m->age_months, m->tb, m->lying);
    enum growth_index index;

    if (m->bb > 0 && !fits_age(rules, GROWTH_BB_U, m->sex, m->age_months, m->bb))
        return GROWTH_DOUBT_BB;
    if (m->tb > 0 && !fits_age(rules, GROWTH_TB_U, m->sex, m->age_months, length))
        return GROWTH_DOUBT_TB;
    if (by_length(m, &index) && !fits(rules, index, m->sex, length, m->bb, 1))
        return GROWTH_DOUBT_BOTH;
    return GROWTH_FINE;
}

enum growth_verdict growth_plausible(const struct rule_set *rules, struct slice sex, int64_t age_months,
                                     int64_t bb_milli, int64_t tb_milli, bool lying)
{
    return growth_plausible_measure(
        rules, &(struct growth_measure){
                   .sex = sex, .age_months = age_months, .bb = bb_milli, .tb = tb_milli, .lying = lying });
}

/* --- classes --- */

/* The classes of one index, worst first; a class holds strictly beyond its cut. */
struct class_cut {
    const char *code;
    unsigned sd; /* index into the cut-offs */
    bool below;
};

static const struct class_cut weight_cuts[] = {
    { "bgm", 0, true }, { "bb_kurang", 1, true }, { "oranye", 4, false }, { NULL, 0, false }
};
static const struct class_cut length_cuts[] = { { "sangat_pendek", 0, true },
                                                { "pendek", 1, true },
                                                { NULL, 0, false } };
static const struct class_cut ratio_cuts[] = { { "gizi_buruk", 0, true },
                                               { "gizi_kurang", 1, true },
                                               { NULL, 0, false } };
static const struct class_cut head_cuts[] = { { "lk_kecil", 1, true },
                                              { "lk_besar", 5, false },
                                              { NULL, 0, false } };

struct classes {
    struct slice codes[8];
    unsigned n;
};

static void classify(const struct rule_set *rules, enum growth_index index, struct slice sex, int64_t x,
                     int64_t milli, const struct class_cut *cuts, struct classes *out)
{
    int64_t cut[GROWTH_SDS];

    if (milli <= 0 || !rules_cutoffs(rules, index, sex, x, cut))
        return;
    for (; cuts->code; cuts++)
        if (cuts->below ? milli < cut[cuts->sd] : milli > cut[cuts->sd]) {
            out->codes[out->n++] = slice_of(cuts->code);
            return;
        }
}

unsigned growth_findings(const struct rule_set *rules, const struct growth_measure *m, struct finding *out,
                         unsigned max)
{
    int64_t length = m->tb > 0 ? growth_length(rules, m->age_months, m->tb, m->lying) : 0;
    int64_t x = m->age_months * 1000;
    struct classes c = { .n = 0 };
    enum growth_index index;

    if (m->age_months < 0 || m->age_months > LAST_MONTH)
        return 0;
    classify(rules, GROWTH_BB_U, m->sex, x, m->bb, weight_cuts, &c);
    classify(rules, GROWTH_TB_U, m->sex, x, length, length_cuts, &c);
    if (by_length(m, &index))
        classify(rules, index, m->sex, length, m->bb, ratio_cuts, &c);
    classify(rules, GROWTH_LK_U, m->sex, x, m->lk, head_cuts, &c);
    return rules_growth_findings(rules, c.codes, c.n, out, max);
}

/* --- from month to month --- */

static int64_t least_gain(const struct rule_set *rules, int64_t age_months)
{
    char id[16];

    snprintf(id, sizeof id, "kbm_%d", age_months < 1 ? 1 : age_months > 12 ? 12 : (int)age_months);
    return rules_figure(rules, id);
}

/* The weight of that month; 0 when there is none. */
static int64_t weight_in(const struct growth_weight *past, unsigned n, int month)
{
    for (unsigned i = n; i-- > 0;)
        if (past[i].month == month)
            return past[i].bb;
    return 0;
}

static bool weighed_before(const struct growth_weight *past, unsigned n, int month)
{
    for (unsigned i = 0; i < n; i++)
        if (past[i].month < month)
            return true;
    return false;
}

static char trend_code(const struct rule_set *rules, const struct growth_weight *past, unsigned n, int month,
                       int64_t bb, int64_t age_months)
{
    int64_t before = weight_in(past, n, month - 1);

    if (!weighed_before(past, n, month))
        return 'B';
    if (before == 0)
        return 'O';
    return bb - before >= least_gain(rules, age_months) ? 'N' : 'T';
}

struct growth_trend growth_trend(const struct rule_set *rules, const struct growth_weight *past, unsigned n,
                                 int month, int64_t bb_milli, int64_t age_months)
{
    struct growth_trend t = { .code = trend_code(rules, past, n, month, bb_milli, age_months) };

    if (t.code == 'T')
        t.twice = trend_code(rules, past, n, month - 1, weight_in(past, n, month - 1), age_months - 1) == 'T';
    return t;
}

unsigned growth_trend_finding(const struct rule_set *rules, struct growth_trend t, struct finding *out)
{
    struct slice code = t.twice ? S("2t") : S("t");

    return t.code == 'T' ? rules_growth_findings(rules, &code, 1, out, 1) : 0;
}

bool growth_weight_step(const struct rule_set *rules, int64_t last_milli, int64_t now_milli, int64_t days)
{
    int64_t change = now_milli - last_milli, size = change < 0 ? -change : change;
    int64_t percent = rules_figure(rules, change < 0 ? "child_loss_percent" : "child_gain_percent");

    if (last_milli <= 0 || days < 0 || days * 1000 > rules_figure(rules, "child_days"))
        return true;
    return size <= rules_figure(rules, "child_kg") || size * 100000 <= last_milli * percent;
}

bool growth_height_step(const struct rule_set *rules, int64_t last_milli, int64_t now_milli, int64_t days)
{
    int64_t slack = rules_figure(rules, "height_slack"), month = rules_figure(rules, "height_month");

    if (last_milli <= 0 || days < 0)
        return true;
    return now_milli >= last_milli - slack && now_milli <= last_milli + slack + month * days / 30;
}
