/* referral_place.c - the place that the words of a referral's tujuan mean.  See referral.h. */
#include "flows/filing/referral.h"

#include "parsers/phrase.h"

/* What the words say beside the kind of place: those from which a name may be read. */
struct whither {
    struct tokens ts;
    unsigned from, to;
    enum place_level level;
};

/* `rsud segera`, `ke rumah sakit`: the kind of place; behind a comma stands something else. */
static bool read_whither(const struct ruleset *rules, struct slice tujuan, struct arena *a, struct whither *w)
{
    const struct word_list *kinds = list_by_name(&rules->forms, S("tujuan"));
    const struct word *kind;
    unsigned used;

    if (!tokens_cut(tujuan, NULL, &rules->forms, a, &w->ts))
        return false;
    for (unsigned i = 0; i < w->ts.n; i++) {
        if (!(kind = phrase_near(&w->ts, i, kinds, &used)) || !place_level_parse(kind->code, &w->level))
            continue;
        w->from = w->to = i + used;
        while (w->to < w->ts.n && !(w->ts.t[w->to].sep & SEP_COMMA))
            w->to++;
        return true;
    }
    return false;
}

static bool says(const struct whither *w, struct slice word)
{
    for (unsigned i = w->from; i < w->to; i++)
        if (slice_ieq(w->ts.t[i].text, word))
            return true;
    return false;
}

/* A code of places.csv, alone or behind the word. */
static bool says_code(struct slice tujuan, struct slice code)
{
    while (tujuan.n)
        if (slice_ieq(slice_cut(&tujuan, ' '), code))
            return true;
    return false;
}

/* How well it is named: each word of its name that was said, and best where none is missing. */
static unsigned named(const struct whither *w, const struct place *p)
{
    struct slice name = p->name, word;
    unsigned said = 0, missing = 0;

    (void)slice_cut(&name, ' '); /* Puskesmas, RSUD */
    while ((word = slice_cut(&name, ' ')).n)
        if (says(w, word))
            said++;
        else
            missing++;
    return said ? 100 * said - (missing < 99 ? missing : 99) : 0;
}

/* Words behind the kind that name no place, as `segera` or `bu tolong`, change nothing: the nearest is meant.
 */
const struct place *referral_place(const struct ruleset *rules, const struct place *from, struct slice tujuan,
                                   struct arena *a)
{
    const struct directory *dir = &rules->directory;
    const struct place *best = NULL;
    unsigned most = 0, as_good = 0;
    struct whither w = { .to = 0 };
    bool kind = read_whither(rules, tujuan, a, &w);

    for (unsigned i = 0; i < dir->places_n; i++) {
        const struct place *p = &dir->places[i];
        unsigned n;

        if (p->level >= PLACE_RS && says_code(tujuan, p->code))
            return p;
        n = kind && p->level == w.level ? named(&w, p) : 0;
        as_good = n > most ? 1 : as_good + (n && n == most);
        best = n > most ? p : best;
        most = n > most ? n : most;
    }
    if (as_good == 1)
        return best;
    for (const struct place *p = kind && from ? from->parent : NULL; p; p = p->parent)
        if (p->level == w.level && (!as_good || named(&w, p) == most))
            return p;
    return NULL;
}
