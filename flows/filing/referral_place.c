/* referral_place.c - the place that the words of a referral's tujuan mean.  See referral.h. */
#include "flows/filing/referral.h"

static bool contains(struct slice text, struct slice word)
{
    for (size_t i = 0; word.n && i + word.n <= text.n; i++)
        if (slice_ieq(slice_make(text.p + i, word.n), word))
            return true;
    return false;
}

static bool last_word_is(struct slice text, struct slice word)
{
    size_t from = text.n;

    while (from > 0 && text.p[from - 1] != ' ')
        from--;
    return word.n && slice_ieq(slice_skip(text, from), word);
}

static bool level_word(struct slice w, enum place_level *level)
{
    static const struct {
        const char *word;
        enum place_level level;
    } words[] = {
        { "pustu", PLACE_PUSTU },         { "pkm", PLACE_PUSKESMAS }, { "puskesmas", PLACE_PUSKESMAS },
        { "puskesmes", PLACE_PUSKESMAS }, { "rs", PLACE_RS },         { "rsud", PLACE_RS }
    };

    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (slice_ieq(w, slice_of(words[i].word))) {
            *level = words[i].level;
            return true;
        }
    return false;
}

const struct place *referral_place(const struct ruleset *rules, const struct place *from, struct slice tujuan,
                                   struct arena *a)
{
    const struct directory *dir = &rules->directory;
    const struct place *named = NULL;
    struct slice words = tujuan, rest = slice_trim(slice_cut(&words, ',')); /* `rsud, tolong bu` */
    enum place_level level;
    unsigned hits = 0;

    (void)a;
    for (unsigned i = 0; i < dir->places_n; i++) /* a code of places.csv, alone or behind the word */
        if (dir->places[i].level >= PLACE_RS && last_word_is(rest, dir->places[i].code))
            return &dir->places[i];
    if (!level_word(slice_cut(&rest, ' '), &level))
        return NULL;
    rest = slice_trim(rest);
    for (unsigned i = 0; rest.n && i < dir->places_n; i++)
        if (dir->places[i].level == level && contains(dir->places[i].name, rest)) {
            named = &dir->places[i];
            hits++;
        }
    if (hits == 1)
        return named;
    for (const struct place *p = from ? from->parent : NULL; p; p = p->parent)
        if (p->level == level && (!rest.n || contains(p->name, rest)))
            return p;
    return NULL;
}
