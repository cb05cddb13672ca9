/* pws.c - see pws.h.
 *
 * One small subject a village, SUBJECT_VILLAGE: by disease, when its figures were read, the Sunday of the
 * newest week and the counts of six weeks, newest first: {"diare":[read_ms, sunday, n0 … n5, heads]}; and the
 * Sundays of the last weeks in which a case of anything was counted: {"weeks":[20770, 20763]}. */
#include "flows/alert/pws.h"

#include <string.h>

#include "flows/step/blob.h"
#include "parsers/date.h"
#include "flows/rows/clocks.h"
#include "flows/step/drafts.h"
#include "flows/alert/episode.h"
#include "flows/care/child.h"
#include "gateway/conf/rules.h"

enum {
    WEEK = 7,
    BACK = 4,      /* weeks of the mean */
    WEEKS = 6,     /* kept: the week asked for may be the one before the newest */
    COUNTS_AT = 2, /* in a disease's array */
    HEADS_AT = COUNTS_AT + WEEKS,
    REPORTED = 10,     /* weeks known to be reported */
    SHOWN = 24,        /* diseases looked at for one SMS */
    LIST_MAX = 84,     /* {daftar 84} of pws.line */
    LIST_SHORT = 30,   /* {daftar 30} of pws.line_figures */
    FIGURES_MAX = 2,   /* rows of indicators in one SMS */
    NAME_MAX_SMS = 18, /* of one of them */
    MORE_MAX = 9,      /* " +12 lain" */
    KEEP_DAYS = 70,    /* as long as the days themselves */
};

static const int64_t day_ms = INT64_C(86400000);

static int64_t sunday_of(int64_t day)
{
    return day - (day + 4) % WEEK; /* 1970-01-01 was a Thursday */
}

static int64_t today(const struct step *s)
{
    return date_today(s->now_ms, s->rules->utc_offset_min);
}

/* --- which village --- */

static bool is_village(const struct place *p)
{
    return p && (p->level == PLACE_DESA || p->level == PLACE_KELURAHAN);
}

/* Something of the health service in this village stands under a facility. */
static bool serves(const struct directory *dir, const struct place *at, const struct place *village)
{
    for (unsigned i = 0; i < dir->places_n; i++)
        if (dir->places[i].area == village && place_under(&dir->places[i], at))
            return true;
    return false;
}

static bool in_area(const struct ruleset *rules, const struct person *p, const struct place *village)
{
    switch (p->role) {
    case ROLE_KADES:
        return p->place == village;
    case ROLE_CAMAT:
        return place_kecamatan(village) == p->place;
    case ROLE_DINKES:
        return true;
    case ROLE_BIDAN:
    case ROLE_PUSKESMAS:
    case ROLE_RS:
        return place_village(p->place) == village || serves(&rules->directory, p->place, village);
    case ROLE_KADER: /* SPEC 1: PWS is for heads and staff */
    case ROLES:
        break;
    }
    return false;
}

/* "desa kelubi", "kel. kelubi", "kelubi". */
static struct slice bare(struct slice typed, struct arena *a)
{
    static const char *const before[] = { "desa ", "kelurahan ", "kel " };
    struct slice key = child_key(typed, a);

    for (unsigned i = 0; i < sizeof before / sizeof before[0]; i++)
        if (slice_starts(key, before[i]))
            return slice_skip(key, strlen(before[i]));
    return key;
}

/* How many villages of her area are called so, and the last of them. */
static unsigned villages_named(const struct ruleset *rules, const struct person *p, struct slice typed,
                               struct arena *a, const struct place **found)
{
    const struct directory *dir = &rules->directory;
    struct slice name = bare(typed, a);
    unsigned n = 0;

    for (unsigned i = 0; i < dir->places_n; i++) {
        const struct place *v = &dir->places[i];

        if (!is_village(v) || !(slice_eq(v->code, typed) || slice_eq(child_key(v->name, a), name)) ||
            !in_area(rules, p, v))
            continue;
        *found = v;
        n++;
    }
    return n;
}

/* The village that is meant, within her area; NULL: none, or more than one. */
static const struct place *village_of(const struct ruleset *rules, const struct person *p, struct slice typed,
                                      struct arena *a)
{
    const struct place *found = NULL;

    if (!typed.n)
        return place_village(p->place);
    return villages_named(rules, p, typed, a, &found) == 1 ? found : NULL;
}

/* Any village of hers, for the example in a question. */
static const struct place *example_of(const struct step *s)
{
    const struct directory *dir = &s->rules->directory;

    for (unsigned i = 0; i < dir->places_n; i++)
        if (is_village(&dir->places[i]) && in_area(s->rules, s->person, &dir->places[i]))
            return &dir->places[i];
    return NULL;
}

bool pws_subject_of(struct slice village, struct intent *intent)
{
    return intent_add(intent, SUBJECT_VILLAGE, village);
}

bool pws_subjects(const struct ruleset *rules, const struct sender *who, const struct command *c,
                  struct arena *a, struct intent *intent)
{
    const struct person *p = who->person;
    const struct place *v = p && p->place ? village_of(rules, p, c->arg, a) : NULL;

    return !v || pws_subject_of(v->code, intent);
}

/* --- counting --- */

static int64_t week_count(const struct node *days, int64_t sunday, struct arena *a)
{
    int64_t n = 0;

    for (int64_t day = sunday; day < sunday + WEEK; day++)
        n += node_int(days, date_iso(day, a).p);
    return n > 0 ? n : 0;
}

static const struct node *village_load(const struct step *s, struct slice village)
{
    return blob_parse(step_blob(s, SUBJECT_VILLAGE, village), s->arena);
}

static struct node *weeks_were(const struct node *village, struct arena *a)
{
    const struct node *weeks = node_get(village, "weeks");

    return weeks ? node_again(a, weeks) : node_list(a);
}

/* The village with another row of one disease, weeks of reports, or figures of indicators; NULL: as they
 * were. */
static void village_save(struct step *s, struct slice village, struct slice disease, struct node *row,
                         struct node *weeks, const struct node *figures)
{
    const struct node *was = village_load(s, village);
    struct node *o = blob_new(s->arena);

    if (row)
        node_set(o, "diseases", node_replaced(node_get(was, "diseases"), disease, row, s->arena));
    else if (node_get(was, "diseases"))
        node_set(o, "diseases", node_again(s->arena, node_get(was, "diseases")));
    node_set(o, "weeks", weeks ? weeks : weeks_were(was, s->arena));
    if (!figures)
        figures = node_get(was, "figures");
    if (figures)
        node_set(o, "figures", node_again(s->arena, figures));
    step_write(s, SUBJECT_VILLAGE, village, blob_done(o, s->arena), KEEP_DAYS * day_ms);
}

static const struct node *disease_row(const struct step *s, struct slice village, struct slice disease)
{
    const struct node *all = node_get(village_load(s, village), "diseases");

    return node_get_named(all, disease);
}

static int64_t number_at(const struct node *row, unsigned i)
{
    const struct node *c = node_first(row);

    while (c && i--)
        c = c->next;
    return c ? c->number : 0;
}

/* Sunday after this week, at the hour of the row. */
static void arm(struct step *s, struct slice village)
{
    int64_t sunday = sunday_of(today(s)) + WEEK;
    struct due d = { .what = S("pws"), .village = village };

    step_timer(s, arena_printf(s->arena, "pws:%.*s", SLICE_ARG(village)), step_due(s, &d),
               sunday * day_ms - (int64_t)s->rules->utc_offset_min * 60000 + clock_of(s->rules, "pws_after"));
}

static bool stands(const struct node *weeks, int64_t sunday)
{
    for (const struct node *w = node_first(weeks); w; w = w->next)
        if (w->number == sunday)
            return true;
    return false;
}

bool pws_reported(const struct step *s, struct slice village, int64_t from, int64_t to)
{
    const struct node *weeks = node_get(village_load(s, village), "weeks");

    /* The week in which most of these days lie. */
    return stands(weeks, sunday_of(from + (to - from) / 2));
}

/* The weeks that were reported, with those of this disease; the newest ones. */
static struct node *weeks_with(struct step *s, struct slice village, const struct node *days)
{
    const struct node *was = node_get(village_load(s, village), "weeks");
    struct node *weeks = node_list(s->arena);
    int64_t sunday = sunday_of(today(s));

    for (int i = 0; i < REPORTED; i++, sunday -= WEEK)
        if (stands(was, sunday) || week_count(days, sunday, s->arena) > 0)
            node_add(weeks, node_of_int(s->arena, sunday));
    return weeks;
}

void pws_count(struct step *s, struct slice village, struct slice disease, const struct node *days,
               int64_t read_ms)
{
    const struct node *was = disease_row(s, village, disease);
    struct node *row = node_list(s->arena);
    int64_t sunday = sunday_of(today(s));

    if (number_at(was, 0) > read_ms)
        return;
    node_add(row, node_of_int(s->arena, read_ms));
    node_add(row, node_of_int(s->arena, sunday));
    for (int i = 0; i < WEEKS; i++)
        node_add(row, node_of_int(s->arena, week_count(days, sunday - (int64_t)i * WEEK, s->arena)));
    node_add(row, node_of_int(s->arena, number_at(was, HEADS_AT)));
    village_save(s, village, disease, row, weeks_with(s, village, days), NULL);
    arm(s, village);
}

void pws_heads(struct step *s, struct slice village, struct slice disease, bool may)
{
    const struct node *was = disease_row(s, village, disease);
    struct node *row = node_list(s->arena);

    if (!was || was->n <= HEADS_AT || (number_at(was, HEADS_AT) == 1) == may)
        return;
    for (unsigned i = 0; i < was->n; i++)
        node_add(row, node_of_int(s->arena, i == HEADS_AT ? may : number_at(was, i)));
    village_save(s, village, disease, row, NULL, NULL);
}

void pws_figures(struct step *s, struct slice village, const struct node *figures)
{
    village_save(s, village, slice_make("", 0), NULL, NULL, figures);
}

/* --- the picture --- */

struct line {
    struct slice disease;
    int64_t now, back; /* cases of the week; of the four before it together */
};

static int64_t count_at(const struct node *row, int64_t sunday)
{
    int64_t i = (number_at(row, 1) - sunday) / WEEK;

    return i >= 0 && i < WEEKS ? number_at(row, COUNTS_AT + (unsigned)i) : 0;
}

/* Most cases first; those of equal number as they come. */
static unsigned lines_of(struct step *s, const struct node *diseases, int64_t sunday, bool head,
                         struct line lines[SHOWN])
{
    unsigned n = 0;

    for (const struct node *row = node_first(diseases); row; row = row->next) {
        const struct disease_rule *rule = rules_disease(s->rules->rules, row->key);
        struct line l = { .disease = row->key, .now = count_at(row, sunday) };
        unsigned at;

        for (int i = 1; i <= BACK; i++)
            l.back += count_at(row, sunday - (int64_t)i * WEEK);
        if ((!l.now && !l.back) || n == SHOWN || (head && rule->by_name && !number_at(row, HEADS_AT)))
            continue;
        for (at = n++; at > 0 && lines[at - 1].now < l.now; at--)
            lines[at] = lines[at - 1];
        lines[at] = l;
    }
    return n;
}

/* "diare 7 (3), ispa <5 (<5) +2 lain": whole entries only. */
static struct slice list_of(struct step *s, const struct line *lines, unsigned n, bool head, unsigned max)
{
    struct buf b;
    struct slice out;
    unsigned i;

    buf_init(&b, max + 1);
    for (i = 0; i < n; i++) {
        /* The mean of four weeks, rounded; a head reads of some cases, however few, that there were some. */
        int64_t mean = (lines[i].back + BACK / 2) / BACK;
        struct slice one = arena_printf(
            s->arena, "%s%.*s %.*s (%.*s)", i ? ", " : "", SLICE_ARG(episode_disease(s, lines[i].disease)),
            SLICE_ARG(episode_count(s, lines[i].now, head)),
            SLICE_ARG(episode_count(s, head && lines[i].back && !mean ? 1 : mean, head)));

        if (b.n + one.n > max - (i + 1 < n ? MORE_MAX : 0U))
            break;
        buf_add(&b, one);
    }
    if (i < n)
        buf_printf(&b, " +%u lain", n - i);
    out = buf_into(&b, s->arena);
    return out;
}

/* " D/S 42/68": of few people a head reads that there were some. */
static struct slice figure_of(struct step *s, const struct node *f, bool head)
{
    const struct node *name = node_first(f), *n = name ? name->next : NULL, *d = n ? n->next : NULL;

    if (!d)
        return slice_make("", 0);
    return arena_printf(s->arena, "%.*s %.*s/%lld", SLICE_ARG(text_cut(name->text, NAME_MAX_SMS, s->arena)),
                        SLICE_ARG(episode_count(s, n->number, head)), (long long)d->number);
}

/* "D/S 42/68, N/D 30/42 (11). Terendah: KF lengkap <5/11"; empty: nothing was counted. */
static struct slice figures_of(struct step *s, struct slice language, const struct node *o, bool head)
{
    const struct node *figures = node_get(o, "figures"), *worst = node_get(figures, "worst");
    struct slice rows = slice_make("", 0), month = node_text(figures, "month");
    unsigned n = 0;

    for (const struct node *f = node_first(node_get(figures, "rows")); f && n < FIGURES_MAX; f = f->next, n++)
        rows = arena_printf(s->arena, "%.*s%s%.*s", SLICE_ARG(rows), n ? ", " : "",
                            SLICE_ARG(figure_of(s, f, head)));
    if (!n && !worst)
        return rows;
    {
        const struct text_fill f[] = { { "bulan", month.n == 7 ? slice_skip(month, 5) : month },
                                       { "angka", rows },
                                       { "terendah", figure_of(s, worst, head) } };

        return step_text(s, language, !worst ? "pws.rows" : n ? "pws.rows_worst" : "pws.worst", FILLS(f));
    }
}

static struct slice picture(struct step *s, struct slice language, const struct place *village,
                            int64_t sunday, bool head)
{
    struct line lines[SHOWN];
    const struct node *o = village_load(s, village->code);
    unsigned n = lines_of(s, node_get(o, "diseases"), sunday, head, lines);
    struct slice figures = figures_of(s, language, o, head);
    const struct text_fill f[] = { { "desa", village->name },
                                   { "tanggal", date_iso(sunday, s->arena) },
                                   { "daftar",
                                     list_of(s, lines, n, head, figures.n ? LIST_SHORT : LIST_MAX) },
                                   { "angka", figures } };

    if (figures.n)
        return step_text(s, language, n ? "pws.line_figures" : "pws.none_figures", FILLS(f));
    return step_text(s, language, n ? "pws.line" : head ? "pws.none_head" : "pws.none", FILLS(f));
}

static bool is_head(const struct person *p)
{
    return p->role == ROLE_KADES || p->role == ROLE_CAMAT;
}

void pws_answer(struct step *s, const struct command *c)
{
    const struct place *village = village_of(s->rules, s->person, c->arg, s->arena);
    const struct place *example = village ? NULL : example_of(s), *one = NULL;

    if (village) {
        step_answer(s, slice_make("", 0),
                    picture(s, s->language, village, sunday_of(today(s)), is_head(s->person)));
        return;
    }
    step_reason(s, "command_refused");
    if (c->arg.n) /* of several the code says which */
        (void)villages_named(s->rules, s->person, c->arg, s->arena, &one);
    {
        const struct text_fill f[] = { { "kata", c->arg },
                                       { "desa", one       ? one->code
                                                 : example ? example->name
                                                           : slice_make("", 0) } };

        step_answer(s, slice_make("", 0),
                    step_text(s, s->language, c->arg.n ? "pws.where" : "pws.which", FILLS(f)));
    }
}

/* --- weekly --- */

struct heads {
    struct slice msisdn[EPISODE_HEADS];
    unsigned n;
};

static void add_head(void *arg, const struct person *p)
{
    struct heads *h = arg;

    if (h->n < EPISODE_HEADS)
        h->msisdn[h->n++] = p->msisdn;
}

/* The kades of the village and the camat of its kecamatan. */
static void heads_of(const struct ruleset *rules, const struct place *village, struct heads *h)
{
    directory_people_at(&rules->directory, village, add_head, h);
    if (place_kecamatan(village))
        directory_people_at(&rules->directory, place_kecamatan(village), add_head, h);
}

bool pws_due_subjects(const struct ruleset *rules, const struct due *d, struct intent *intent)
{
    const struct place *village = directory_place(&rules->directory, d->village);
    struct heads h = { .n = 0 };
    bool ok = pws_subject_of(d->village, intent);

    if (is_village(village))
        heads_of(rules, village, &h);
    for (unsigned i = 0; i < h.n; i++) /* who said BERHENTI gets no bulk */
        ok = intent_add(intent, SUBJECT_SENDER, h.msisdn[i]) && ok;
    return ok;
}

void pws_due(struct step *s, const struct due *d)
{
    const struct place *village = directory_place(&s->rules->directory, d->village);
    struct heads h = { .n = 0 };

    step_reason(s, "timer_idle");
    if (!is_village(village)) /* a place that the district does not have any more */
        return;
    step_reason(s, "timer");
    heads_of(s->rules, village, &h);
    for (unsigned i = 0; i < h.n; i++)
        if (!step_stopped(s, h.msisdn[i]))
            step_sms(s, h.msisdn[i], SMS_BULK, slice_make("", 0),
                     picture(s, step_language_of(s, h.msisdn[i]), village, sunday_of(today(s)) - WEEK, true));
    arm(s, d->village);
}
