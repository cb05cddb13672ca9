/* vocabulary.c - a hash table of first words, and of each of them with one letter left out: two words that
 * are one edit apart share one of those.  See vocabulary.h. */
#include "gateway/model/vocabulary.h"

enum {
    WORD_BYTES = 24,  /* longer words are not looked for with an edit */
    EDIT_LETTERS = 6, /* shorter words of a list neither; typed, one may have lost a letter */
};

struct link {
    struct link *next;
    struct slice phrase;
    const struct word *word;
    uint32_t list;
};

struct entry {
    uint64_t hash;
    uint32_t begins; /* lists where it is a first word */
    uint32_t near;   /* lists where it is, or is left of, a first word that may be misspelt */
    unsigned longest;
    struct link *links;
};

/* Beside the entries, so that a word of no list costs one look at few bytes. */
struct slot {
    uint32_t tag;   /* of the hash */
    uint32_t entry; /* 1 + index; 0 = free */
};

struct vocabulary {
    struct slot *slots;
    size_t mask;
    struct entry *entries;
    unsigned n;
};

static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static struct slot *slot_of(const struct vocabulary *v, uint64_t hash)
{
    size_t at = (size_t)hash & v->mask;

    while (v->slots[at].entry && v->slots[at].tag != tag_of(hash))
        at = (at + 1) & v->mask;
    return &v->slots[at];
}

static const struct entry *entry_of(const struct vocabulary *v, uint64_t hash)
{
    static const struct entry none;
    const struct slot *s = slot_of(v, hash);

    return s->entry ? &v->entries[s->entry - 1] : &none;
}

/* The hashes of the word with one letter left out; none where the word is too short or long for an edit. */
static unsigned shorter(struct slice word, uint64_t hashes[WORD_BYTES])
{
    uint64_t before = slice_hash(slice_make("", 0));

    if (word.n < EDIT_LETTERS - 1 || word.n >= WORD_BYTES)
        return 0;
    for (unsigned i = 0; i < word.n; i++) {
        hashes[i] = slice_hash_on(before, slice_skip(word, i + 1));
        before = slice_hash_on(before, slice_take(slice_skip(word, i), 1));
    }
    return (unsigned)word.n;
}

struct word_use vocabulary_word(const struct vocabulary *v, struct slice word, bool near)
{
    uint64_t hashes[WORD_BYTES];
    const struct entry *e = entry_of(v, slice_hash(word));
    struct word_use use = { .begins = e->begins, .near = e->begins | e->near, .longest = e->longest };
    unsigned n = near ? shorter(word, hashes) : 0;

    for (unsigned i = 0; i < n; i++)
        use.near |= entry_of(v, hashes[i])->near;
    return use;
}

void vocabulary_like(const struct vocabulary *v, const struct word_list *list, struct slice first_word,
                     void (*show)(void *arg, struct slice phrase, const struct word *), void *arg)
{
    uint64_t hashes[WORD_BYTES + 1];
    unsigned n = shorter(first_word, hashes);

    hashes[n++] = slice_hash(first_word);
    for (unsigned i = 0; i < n; i++)
        for (const struct link *l = entry_of(v, hashes[i])->links; l; l = l->next)
            if (l->list & list->bit)
                show(arg, l->phrase, l->word);
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
        *slot_of(v, v->entries[i].hash) = (struct slot){ .tag = tag_of(v->entries[i].hash), .entry = i + 1 };
    return true;
}

static struct entry *entry_made(struct vocabulary *v, uint64_t hash, struct arena *a)
{
    struct slot *s = slot_of(v, hash);

    if (s->entry)
        return &v->entries[s->entry - 1];
    if (v->n * 3 > v->mask) {
        if (!grow(v, a))
            return NULL;
        s = slot_of(v, hash);
    }
    v->entries[v->n] = (struct entry){ .hash = hash };
    *s = (struct slot){ .tag = tag_of(hash), .entry = ++v->n };
    return &v->entries[v->n - 1];
}

static bool add_link(struct entry *e, const struct word_list *list, struct slice phrase,
                     const struct word *word, struct arena *a)
{
    struct link *l = ARENA_NEW(a, struct link);

    if (!l)
        return false;
    *l = (struct link){ .next = e->links, .phrase = phrase, .word = word, .list = list->bit };
    e->links = l;
    return true;
}

/* word NULL: the phrase is found when typed exactly so, only. */
static bool add_phrase(struct vocabulary *v, const struct word_list *list, struct slice phrase,
                       const struct word *word, unsigned words, struct arena *a)
{
    uint64_t hashes[WORD_BYTES];
    struct slice rest = phrase, first = slice_cut(&rest, ' ');
    struct entry *e = entry_made(v, slice_hash(first), a);
    unsigned n = word && first.n >= EDIT_LETTERS ? shorter(first, hashes) : 0;

    if (!e)
        return false;
    e->begins |= list->bit;
    if (words > e->longest)
        e->longest = words;
    if (n)
        e->near |= list->bit;
    if (word && !add_link(e, list, phrase, word, a))
        return false;
    for (unsigned i = 0; i < n; i++) {
        e = entry_made(v, hashes[i], a);
        if (!e || !add_link(e, list, phrase, word, a))
            return false;
        e->near |= list->bit;
    }
    return true;
}

static bool add_list(struct vocabulary *v, const struct word_list *list, struct arena *a)
{
    for (unsigned i = 0; i < list->n; i++)
        for (unsigned s = 0; s < list->words[i].synonyms_n; s++) {
            struct slice phrase = list->words[i].synonyms[s], second = phrase;
            unsigned words = slice_count(phrase, ' ') + 1;

            (void)slice_cut(&second, ' ');
            /* Two words may stand in either order (RULINGS 39). */
            if (!add_phrase(v, list, phrase, &list->words[i], words, a) ||
                (words == 2 && !add_phrase(v, list, second, NULL, 2, a)))
                return false;
        }
    return true;
}

struct vocabulary *vocabulary_make(const struct form_set *set, struct arena *a)
{
    struct vocabulary *v = ARENA_NEW(a, struct vocabulary);
    size_t most = 0;

    for (unsigned l = 0; l < set->lists_n; l++)
        for (unsigned i = 0; i < set->lists[l].n; i++)
            for (unsigned s = 0; s < set->lists[l].words[i].synonyms_n; s++)
                most += set->lists[l].words[i].synonyms[s].n + 2;
    if (!v || !grow(v, a))
        return NULL;
    v->entries = ARENA_ARRAY(a, struct entry, most + 1);
    if (!v->entries)
        return NULL;
    for (unsigned l = 0; l < set->lists_n; l++)
        if (!add_list(v, &set->lists[l], a))
            return NULL;
    return v;
}
