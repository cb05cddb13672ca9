/* form.c - looking things up in a loaded form_set.  See form.h. */
#include "gateway/model/form.h"

enum {
    LABEL_BYTES = 32, /* a longer word is no label */
};

struct entry {
    uint64_t hash;
    struct slice phrase;
    const struct word *word;
};

struct phrase_index {
    struct entry *slots;
    size_t mask;
};

const struct word *form_counted_word(const struct form_set *set, struct slice code)
{
    for (unsigned i = 0; i < set->n; i++) {
        const struct form *f = &set->forms[i];
        const struct word *w = f->counts >= 0 ? word_by_code(f->fields[f->counts].list, code) : NULL;

        if (w)
            return w;
    }
    return NULL;
}

const struct form *form_by_name(const struct form_set *set, struct slice name)
{
    for (unsigned i = 0; i < set->n; i++)
        if (slice_eq(set->forms[i].name, name))
            return &set->forms[i];
    return NULL;
}

bool form_add_keyword(struct form_set *set, const struct form *form, struct slice s)
{
    size_t at = (size_t)(form - set->forms);
    unsigned b;

    if (set->keywords_n == KEYWORDS_MAX || at >= KEYED_FORMS || s.n == 0)
        return false;
    set->keywords_n++;
    shapes_add(&set->shapes, s);
    b = name_bucket(s, KEYWORD_BUCKETS);
    while (set->keyed[b])
        b = (b + 1) % KEYWORD_BUCKETS;
    set->keyed[b] = (uint8_t)(at + 1);
    return true;
}

static bool has_keyword(const struct form *form, struct slice keyword)
{
    for (unsigned k = 0; k < form->keywords_n; k++)
        if (slice_eq(form->keywords[k], keyword))
            return true;
    return false;
}

const struct form *form_by_keyword(const struct form_set *set, struct slice keyword)
{
    if (!shapes_may(&set->shapes, keyword))
        return NULL;
    for (unsigned b = name_bucket(keyword, KEYWORD_BUCKETS); set->keyed[b]; b = (b + 1) % KEYWORD_BUCKETS)
        if (has_keyword(&set->forms[set->keyed[b] - 1], keyword))
            return &set->forms[set->keyed[b] - 1];
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

void form_set_words(struct form_set *set)
{
    set->words = (struct words){
        .units = list_by_name(set, S("satuan")),
        .months = list_by_name(set, S("bulan")),
        .days = list_by_name(set, S("hari")),
        .week = list_by_name(set, S("pekan")),
        .kata = list_by_name(set, S("kata")),
        .many = list_by_name(set, S("sebanyak")),
        .signs = list_by_name(set, S("tanda")),
        .sex = list_by_name(set, S("jk")),
        .numbers = list_by_name(set, S("angka")),
        .negators = list_by_name(set, S("ingkar")),
        .answers = list_by_name(set, S("iya")),
        .same = list_by_name(set, S("sama")),
        .greetings = list_by_name(set, S("sapaan")),
        .before = list_by_name(set, S("nomor")),
        .people = list_by_name(set, S("siapa")),
        .ways = list_by_name(set, S("arah")),
        .help = list_by_name(set, S("darurat")),
        .ordinary = list_by_name(set, S("biasa")),
        .titles = list_by_name(set, S("sebutan")),
        .births = list_by_name(set, S("salin")),
        .functions = list_by_name(set, S("fungsi")),
    };
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static void add_label(struct form *form, const struct field *field, struct slice name, struct arena *a)
{
    struct label *label = ARENA_NEW(a, struct label);
    char *low = arena_alloc(a, name.n + 1);
    const struct label **at;

    if (!label || !low || name.n == 0)
        return;
    for (size_t i = 0; i < name.n; i++)
        low[i] = lower(name.p[i]);
    *label = (struct label){ .rest = slice_make(low, name.n), .name = name, .field = field };
    label->first = slice_cut(&label->rest, ' ');
    at = &form->labelled[name_bucket(label->first, LABEL_BUCKETS)];
    label->next = *at;
    *at = label;
}

void form_index_labels(struct form *form, struct arena *a)
{
    for (unsigned f = form->fields_n; f-- > 0;)
        for (unsigned l = form->fields[f].labels_n; l-- > 0;)
            add_label(form, &form->fields[f], form->fields[f].labels[l], a);
}

bool form_has_label(const struct form *form, struct slice word)
{
    char low[LABEL_BYTES];

    if (word.n > sizeof low)
        return false;
    for (size_t i = 0; i < word.n; i++)
        low[i] = lower(word.p[i]);
    word.p = low;
    for (const struct label *l = form_labels(form, word); l; l = l->next)
        if (slice_eq(l->first, word) && slice_empty(l->rest))
            return true;
    return false;
}

bool variant_requires(const struct variant *v, unsigned field)
{
    for (unsigned i = 0; i < v->required_n; i++)
        if (v->required[i] == field)
            return true;
    return false;
}

void form_name_field(struct form *form)
{
    struct slice name = form->fields[form->fields_n - 1].name;
    unsigned b;

    if (name.n == 0)
        return;
    b = name_bucket(name, FORM_NAMES);
    while (form->named[b])
        b = (b + 1) % FORM_NAMES;
    form->named[b] = (uint8_t)form->fields_n;
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

bool list_says(const struct word_list *list, struct slice word, const char *code)
{
    const struct word *w = list ? list_find(list, word) : NULL;

    return w && slice_is(w->code, code);
}

static bool add(struct phrase_index *index, struct slice phrase, const struct word *word)
{
    struct entry *e = slot_of(index, phrase);

    if (e->word)
        return e->word == word;
    *e = (struct entry){ .hash = slice_hash(phrase), .phrase = phrase, .word = word };
    return true;
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
    return true;
}
