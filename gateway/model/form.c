/* form.c - looking things up in a loaded form_set.  See form.h. */
#include "gateway/model/form.h"

struct entry {
    uint64_t hash;
    struct slice phrase;
    const struct word *word;
};

struct phrase_index {
    struct entry *slots;
    size_t mask;
    unsigned longest;
};

const struct form *form_by_name(const struct form_set *set, struct slice name)
{
    for (unsigned i = 0; i < set->n; i++)
        if (slice_eq(set->forms[i].name, name))
            return &set->forms[i];
    return NULL;
}

const struct form *form_by_keyword(const struct form_set *set, struct slice keyword)
{
    for (unsigned i = 0; i < set->n; i++)
        for (unsigned k = 0; k < set->forms[i].keywords_n; k++)
            if (slice_eq(set->forms[i].keywords[k], keyword))
                return &set->forms[i];
    return NULL;
}

const struct word_list *list_by_name(const struct form_set *set, struct slice name)
{
    for (unsigned i = 0; i < set->lists_n; i++)
        if (slice_eq(set->lists[i].name, name))
            return &set->lists[i];
    return NULL;
}

const struct word *word_by_code(const struct word_list *list, struct slice code)
{
    for (unsigned i = 0; i < list->n; i++)
        if (slice_eq(list->words[i].code, code))
            return &list->words[i];
    return NULL;
}

int form_field(const struct form *form, const char *name)
{
    for (unsigned i = 0; i < form->fields_n; i++)
        if (slice_is(form->fields[i].name, name))
            return (int)i;
    return -1;
}

static struct entry *slot_of(const struct phrase_index *index, struct slice phrase)
{
    uint64_t hash = slice_hash(phrase);
    size_t at = (size_t)hash & index->mask;

    while (index->slots[at].word &&
           (index->slots[at].hash != hash || !slice_eq(index->slots[at].phrase, phrase)))
        at = (at + 1) & index->mask;
    return &index->slots[at];
}

const struct word *list_find(const struct word_list *list, struct slice phrase)
{
    return list->index ? slot_of(list->index, phrase)->word : NULL;
}

unsigned list_longest(const struct word_list *list)
{
    return list->index ? list->index->longest : 0;
}

static unsigned words_in(struct slice phrase)
{
    unsigned n = 1;

    for (size_t i = 0; i < phrase.n; i++)
        n += phrase.p[i] == ' ';
    return n;
}

static bool add(struct phrase_index *index, struct slice phrase, const struct word *word)
{
    struct entry *e = slot_of(index, phrase);
    unsigned n = words_in(phrase);

    if (e->word)
        return e->word == word;
    *e = (struct entry){ .hash = slice_hash(phrase), .phrase = phrase, .word = word };
    if (n > index->longest)
        index->longest = n;
    return true;
}

/* "kluster ruam" for "ruam kluster": two words may stand in either order (RULINGS 39). */
static struct slice swapped(struct slice phrase, struct arena *a)
{
    struct slice rest = phrase, first = slice_cut(&rest, ' ');

    return arena_printf(a, "%.*s %.*s", SLICE_ARG(rest), SLICE_ARG(first));
}

bool list_index(struct word_list *list, struct arena *a, struct slice *doubled)
{
    size_t total = 0, cap = 16;

    for (unsigned i = 0; i < list->n; i++)
        total += list->words[i].synonyms_n;
    while (cap < total * 4)
        cap *= 2;
    list->index = ARENA_NEW(a, struct phrase_index);
    if (!list->index)
        return true;
    list->index->slots = ARENA_ARRAY(a, struct entry, cap);
    if (!list->index->slots)
        return true;
    list->index->mask = cap - 1;
    for (unsigned i = 0; i < list->n; i++)
        for (unsigned s = 0; s < list->words[i].synonyms_n; s++)
            if (!add(list->index, list->words[i].synonyms[s], &list->words[i])) {
                *doubled = list->words[i].synonyms[s];
                return false;
            }
    for (unsigned i = 0; i < list->n; i++)
        for (unsigned s = 0; s < list->words[i].synonyms_n; s++) {
            struct slice phrase = list->words[i].synonyms[s];

            if (words_in(phrase) == 2 && !slot_of(list->index, swapped(phrase, a))->word)
                (void)add(list->index, swapped(phrase, a), &list->words[i]);
        }
    return true;
}
