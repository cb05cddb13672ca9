/* vocabulary.c - a hash table of first words, and of each of them with one letter left out: two words that
 * are one edit apart share one of those.  See vocabulary.h. */
#include "gateway/model/vocabulary.h"

#define PRIME UINT64_C(0xd6e8feb86659fd93)

enum {
    SIEVE = 1024,     /* words of 64 bits */
    WORD_BYTES = 24,  /* longer words are not looked for with an edit */
    EDIT_LETTERS = 6, /* shorter words of a list neither; typed, one may have lost a letter */
};

struct entry {
    uint64_t hash;
    struct known_word word;
    struct known_phrase *phrases; /* while it is built */
};

/* Small, and beside the entries: a word of no list costs one look at few bytes. */
struct slot {
    uint16_t tag;   /* of the hash */
    uint16_t entry; /* 1 + index; 0 = free */
};

struct vocabulary {
    struct slot *slots;
    size_t mask;
    struct entry *entries;
    unsigned n;
    list_bits ordinary;    /* the list of words that no edit turns into others (RULINGS 48) */
    list_bits classes;     /* lists whose codes known_word.codes has */
    uint64_t sieve[SIEVE]; /* by hash: hardly any word of a text is like one of a list */
};

static const struct known_word none;

static uint16_t tag_of(uint64_t hash)
{
    return (uint16_t)(hash >> 48);
}

static inline struct slot *slot_of(const struct vocabulary *v, uint64_t hash)
{
    size_t at = (size_t)hash & v->mask;

    while (v->slots[at].entry &&
           (v->slots[at].tag != tag_of(hash) || v->entries[v->slots[at].entry - 1].hash != hash))
        at = (at + 1) & v->mask;
    return &v->slots[at];
}

static uint64_t sieve_bit(uint64_t hash)
{
    return UINT64_C(1) << (hash >> 32 & 63);
}

static uint64_t word_bit(uint64_t hash)
{
    return UINT64_C(1) << (hash >> 40 & 63);
}

static bool may_be_like(const struct vocabulary *v, uint64_t hash)
{
    return v->sieve[hash % SIEVE] & sieve_bit(hash);
}

static const struct known_word *known(const struct vocabulary *v, uint64_t hash)
{
    const struct slot *s = slot_of(v, hash);

    return s->entry ? &v->entries[s->entry - 1].word : &none;
}

static uint64_t mixed(uint64_t h)
{
    return (h ^ h >> 32) * 0x9e3779b97f4a7c15u;
}

/* The letters as digits of one number to the base PRIME: so the hash without one of them follows from those
 * of the letters before it. */
static uint64_t with_letter(uint64_t before, char c)
{
    return before * PRIME + (unsigned char)c;
}

static uint64_t hash_of(struct slice word)
{
    uint64_t h = 0;

    for (size_t i = 0; i < word.n; i++)
        h = with_letter(h, word.p[i]);
    return mixed(h);
}

/* The hashes of the word with one letter left out, and behind them that of the word itself; only this one
 * where the word is too short or long for an edit.  How many are before it. */
static unsigned shorter(struct slice word, uint64_t hashes[WORD_BYTES + 1])
{
    uint64_t before[WORD_BYTES + 1], place = 1;

    if (word.n < EDIT_LETTERS - 1 || word.n >= WORD_BYTES) {
        hashes[0] = hash_of(word);
        return 0;
    }
    before[0] = 0;
    for (size_t i = 0; i < word.n; i++)
        before[i + 1] = with_letter(before[i], word.p[i]);
    for (size_t i = word.n; i-- > 0; place *= PRIME)
        hashes[i] = mixed(before[word.n] - (before[i + 1] - before[i]) * place);
    hashes[word.n] = mixed(before[word.n]);
    return (unsigned)word.n;
}

const struct known_word *vocabulary_word(const struct vocabulary *v, struct slice word, list_bits *near)
{
    uint64_t hashes[WORD_BYTES + 1];
    const struct known_word *itself;
    unsigned n;

    if (!near)
        return known(v, hash_of(word));
    n = shorter(word, hashes);
    itself = known(v, hashes[n]);
    *near = 0;
    if (itself->begins & v->ordinary)
        return itself;
    *near = itself->begins | itself->near;
    for (unsigned i = 0; i < n; i++)
        if (may_be_like(v, hashes[i]))
            *near |= known(v, hashes[i])->near;
    return itself;
}

void vocabulary_like(const struct vocabulary *v, const struct word_list *list, struct slice first_word,
                     void (*show)(void *arg, const struct known_phrase *), void *arg)
{
    uint64_t hashes[WORD_BYTES + 1];
    unsigned n = shorter(first_word, hashes);

    for (unsigned i = 0; i <= n; i++) {
        const struct known_word *w = i == n || may_be_like(v, hashes[i]) ? known(v, hashes[i]) : &none;
        const struct known_list *of = known_list(w, list);

        for (const struct known_phrase *p = of ? of->phrases : NULL; p; p = p->next)
            if (!p->swapped)
                show(arg, p);
        for (const struct known_phrase *p = w->like; p; p = p->next)
            if (p->list & list->bit)
                show(arg, p);
    }
}

/* --- building --- */

static bool grow(struct vocabulary *v, struct arena *a)
{
    size_t size = v->mask ? (v->mask + 1) * 2 : 1024;

    v->slots = ARENA_ARRAY(a, struct slot, size);
    if (!v->slots)
        return false;
    v->mask = size - 1;
    for (unsigned i = 0; i < v->n; i++)
        *slot_of(v, v->entries[i].hash) =
            (struct slot){ .tag = tag_of(v->entries[i].hash), .entry = (uint16_t)(i + 1) };
    return true;
}

/* The word of this hash, new or known. */
static struct entry *make_known(struct vocabulary *v, uint64_t hash, struct arena *a)
{
    struct slot *s = slot_of(v, hash);

    if (s->entry)
        return &v->entries[s->entry - 1];
    if (v->n == UINT16_MAX - 1 || (v->n * 3 > v->mask * 2 && !grow(v, arena_scratch(a))))
        return NULL;
    v->entries[v->n].hash = hash;
    v->entries[v->n++].word.itself = word_bit(hash);
    *slot_of(v, hash) = (struct slot){ .tag = tag_of(hash), .entry = (uint16_t)v->n };
    return &v->entries[v->n - 1];
}

/* A phrase that begins with the word. */
static bool link_phrase(struct entry *e, const struct known_phrase *phrase, struct arena *a)
{
    struct known_phrase *copy = ARENA_NEW(arena_scratch(a), struct known_phrase), **at = &e->phrases;

    if (!copy)
        return false;
    while (*at && (*at)->phrase.n > phrase->phrase.n)
        at = (struct known_phrase **)(uintptr_t) & (*at)->next;
    *copy = *phrase;
    copy->next = *at;
    *at = copy;
    return true;
}

/* One whose first word is like it. */
static bool link_like(struct known_word *w, const struct known_phrase *phrase, struct arena *a)
{
    struct known_phrase *copy = ARENA_NEW(a, struct known_phrase);

    if (!copy)
        return false;
    *copy = *phrase;
    copy->next = w->like;
    w->like = copy;
    return true;
}

static void count_words(struct known_word *w, const struct known_phrase *phrase)
{
    if (phrase->words > w->longest)
        w->longest = (uint16_t)phrase->words;
}

/* Of the phrase's first word, n of them. */
static bool add_like(struct vocabulary *v, const uint64_t *hashes, unsigned n,
                     const struct known_phrase *phrase, struct arena *a)
{
    for (unsigned i = 0; i < n; i++) {
        struct entry *e = make_known(v, hashes[i], a);

        if (!e || !link_like(&e->word, phrase, a))
            return false;
        count_words(&e->word, phrase);
        e->word.near |= phrase->list;
        v->sieve[e->hash % SIEVE] |= sieve_bit(e->hash);
    }
    return true;
}

static bool add_phrase(struct vocabulary *v, const struct known_phrase *phrase, struct arena *a)
{
    uint64_t hashes[WORD_BYTES + 1];
    struct slice rest = phrase->phrase, first = slice_cut(&rest, ' ');
    struct entry *e = make_known(v, hash_of(first), a);
    unsigned n = !phrase->swapped && first.n >= EDIT_LETTERS ? shorter(first, hashes) : 0;

    if (!e || !link_phrase(e, phrase, a))
        return false;
    count_words(&e->word, phrase);
    e->word.begins |= phrase->list;
    e->word.codes |= phrase->list & v->classes ? code_bit(phrase->word->code) : 0;
    while (rest.n) {
        struct entry *behind = make_known(v, hash_of(slice_cut(&rest, ' ')), a);

        if (!behind)
            return false;
        behind->word.within |= phrase->list;
    }
    if (n) {
        e->word.near |= phrase->list;
        v->sieve[e->hash % SIEVE] |= sieve_bit(e->hash);
    }
    return add_like(v, hashes, n, phrase, a);
}

static uint64_t second_word(struct slice phrase)
{
    (void)slice_cut(&phrase, ' ');
    return phrase.n ? word_bit(hash_of(slice_cut(&phrase, ' '))) : 0;
}

/* Those of one list, in their order; behind the last of them. */
static struct known_phrase *lay_list(const struct entry *e, struct known_list *of, struct known_phrase *all)
{
    of->phrases = all;
    for (const struct known_phrase *p = e->phrases; p; p = p->next)
        if (p->list == of->list) {
            *all = *p;
            all->next = all + 1;
            all++;
            of->most = p->words > of->most ? p->words : of->most;
            of->seconds |= second_word(p->phrase);
            if (!of->alone && hash_of(p->phrase) == e->hash)
                of->alone = p->word;
        }
    all[-1].next = NULL;
    return all;
}

/* What hangs on one word is looked through together: side by side in memory, list by list. */
static bool lay_together(struct entry *e, struct arena *a)
{
    struct known_phrase *all;
    struct known_list *lists;
    unsigned n = 0;
    list_bits laid = 0;

    for (const struct known_phrase *p = e->phrases; p; p = p->next)
        n++;
    if (n == 0)
        return true;
    all = ARENA_ARRAY(a, struct known_phrase, n);
    lists = ARENA_ARRAY(a, struct known_list, n < LISTS_MAX ? n : LISTS_MAX);
    if (!all || !lists)
        return false;
    e->word.lists = lists;
    for (const struct known_phrase *p = e->phrases; p; p = p->next) {
        if (laid & p->list)
            continue;
        laid |= p->list;
        lists->list = p->list;
        all = lay_list(e, lists++, all);
        e->word.lists_n++;
    }
    return true;
}

/* "kluster ruam" for "ruam kluster": two words may stand in either order (RULINGS 39). */
static struct slice swapped(struct slice phrase, struct arena *a)
{
    struct slice rest = phrase, first = slice_cut(&rest, ' ');

    return arena_printf(a, "%.*s %.*s", SLICE_ARG(rest), SLICE_ARG(first));
}

/* `menyusu tidak` is not `tidak menyusu` said backwards: what a negator denies stands behind it. */
static bool begins_negated(const struct word_list *negators, struct slice phrase)
{
    return negators && list_find(negators, slice_cut(&phrase, ' ')) != NULL;
}

/* `ari2 belum keluar` for `ari ari belum keluar`: a word said twice is written with a 2. */
static bool add_twice(struct vocabulary *v, const struct word_list *list, struct known_phrase p,
                      struct arena *a)
{
    struct slice rest = p.phrase, before = slice_cut(&rest, ' ');

    for (unsigned k = 1; rest.n; k++) {
        struct slice word = slice_cut(&rest, ' ');
        size_t at = (size_t)(word.p - p.phrase.p);

        if (slice_eq(word, before)) {
            p.phrase =
                arena_printf(a, "%.*s2%s%.*s", (int)at, p.phrase.p, rest.n ? " " : "", SLICE_ARG(rest));
            p.twice = k;
            return list_find(list, p.phrase) || add_phrase(v, &p, a);
        }
        before = word;
    }
    return true;
}

static bool add_word(struct vocabulary *v, const struct form_set *set, const struct word_list *list,
                     const struct word *word, struct arena *a)
{
    for (unsigned s = 0; s < word->synonyms_n; s++) {
        struct known_phrase p = { .phrase = word->synonyms[s], .word = word, .list = list->bit };

        p.words = slice_count(p.phrase, ' ') + 1;
        if (!add_phrase(v, &p, a) || !add_twice(v, list, p, a))
            return false;
        if (p.words == 2 && begins_negated(set->words.negators, p.phrase))
            continue;
        p.phrase = swapped(p.phrase, a);
        p.swapped = true;
        if (p.words == 2 && !list_find(list, p.phrase) && !add_phrase(v, &p, a))
            return false;
    }
    return true;
}

/* Other spellings of a word begin what it begins. */
static bool add_same(struct vocabulary *v, const struct word *word, struct arena *a)
{
    const struct entry *known = make_known(v, hash_of(word->code), a);
    struct spelling *other = ARENA_NEW(arena_scratch(a), struct spelling);

    if (!known || !other)
        return false;
    *other = (struct spelling){ .word = word->code, .known = &known->word, .doubtful = word->doubt };
    for (unsigned s = 0; s < word->synonyms_n; s++) {
        struct entry *e = make_known(v, hash_of(word->synonyms[s]), a);

        if (!e)
            return false;
        if (e == known)
            continue;
        e->word.other = other;
        e->word.itself |= known->word.itself;
        e->word.begins |= known->word.begins;
        e->word.codes |= known->word.codes;
        e->word.within |= known->word.within;
        if (known->word.longest > e->word.longest)
            e->word.longest = known->word.longest;
    }
    return true;
}

static size_t index_of(const struct entry *all, const struct known_word *w)
{
    return (size_t)((const char *)w - (const char *)&all->word) / sizeof *all;
}

/* As many entries as there are, and the last of the tables, out of the scratch. */
static bool keep(struct vocabulary *v, struct arena *a)
{
    const struct entry *made = v->entries;
    struct entry *kept = arena_keep(a, made, v->n, sizeof *made);

    v->slots = arena_keep(a, v->slots, v->mask + 1, sizeof *v->slots);
    v->entries = kept;
    if (!kept || !v->slots)
        return false;
    for (unsigned i = 0; i < v->n; i++)
        if (kept[i].word.other) {
            struct spelling *other = arena_keep(a, kept[i].word.other, 1, sizeof *other);

            if (!other)
                return false;
            other->known = &kept[index_of(made, other->known)].word;
            kept[i].word.other = other;
        }
    return true;
}

static list_bits bit_of(const struct word_list *list)
{
    return list ? list->bit : 0;
}

struct vocabulary *vocabulary_make(const struct form_set *set, struct arena *a)
{
    struct vocabulary *v = ARENA_NEW(a, struct vocabulary);
    struct arena *scratch = arena_scratch(a);

    if (!v || !grow(v, scratch))
        return NULL;
    v->entries = ARENA_ARRAY(scratch, struct entry, UINT16_MAX);
    if (!v->entries)
        return NULL;
    v->ordinary = bit_of(set->words.ordinary);
    v->classes = bit_of(set->words.kata) | bit_of(set->words.answers) | bit_of(set->words.negators);
    for (unsigned l = 0; l < set->lists_n; l++)
        for (unsigned i = 0; &set->lists[l] != set->words.same && i < set->lists[l].n; i++)
            if (!add_word(v, set, &set->lists[l], &set->lists[l].words[i], a))
                return NULL;
    for (unsigned i = 0; set->words.same && i < set->words.same->n; i++)
        if (!add_same(v, &set->words.same->words[i], a))
            return NULL;
    for (unsigned i = 0; i < v->n; i++)
        if (!lay_together(&v->entries[i], a))
            return NULL;
    return keep(v, a) ? v : NULL;
}
