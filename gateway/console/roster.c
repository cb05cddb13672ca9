/* roster.c - see roster.h. */
#include "gateway/console/roster.h"

#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "parsers/text.h"

enum {
    MEMORY = 64 << 20,
    WORDS_CAP = 1 << 15,
    TEXT_FILE_MAX = 1 << 20,
    MASKED_FROM = 3,    /* shorter words name nobody */
    NAME_WORDS = 4,     /* behind a keyword, at most */
    KEYWORD_WITHIN = 3, /* words of a message, greetings before it */
    NUMBER_DIGITS = 8,  /* longer numbers are telephones and NIK */
};

static bool is_letter(char c)
{
    return text_is_letter(c) || (unsigned char)c >= 0x80 || c == '\'';
}

/* --- words --- */

static struct slice lower(struct slice w, char *into, size_t cap)
{
    size_t n = w.n < cap ? w.n : cap;

    for (size_t i = 0; i < n; i++)
        into[i] = text_lower(w.p[i]);
    return slice_make(into, n);
}

static unsigned place_of(const struct roster *r, struct slice w)
{
    unsigned at = (unsigned)(slice_hash(w) % r->words_cap);

    while (r->words[at].n && !slice_eq(r->words[at], w))
        at = (at + 1) % r->words_cap;
    return at;
}

static void add_word(struct roster *r, struct slice word)
{
    char small[64] = "";
    struct slice w = lower(word, small, sizeof small);
    unsigned at = place_of(r, w);

    if (r->words[at].n || r->words_n >= r->words_cap / 2)
        return;
    r->words[at] = arena_copy(&r->arena, w);
    if (r->adds_places)
        r->is_place[at] = true;
    r->words_n++;
}

/* In running text a word that begins with a capital and does not begin a sentence is a name, most times an
 * example's. */
static bool is_name_in(struct slice text, size_t from, size_t to)
{
    bool capital = text.p[from] >= 'A' && text.p[from] <= 'Z' && to - from > 1 && text.p[from + 1] >= 'a';

    return capital && from >= 2 && text.p[from - 1] == ' ' && text.p[from - 2] != '.' &&
           text.p[from - 2] != '?' && text.p[from - 2] != ':';
}

static void add_words(struct roster *r, struct slice text)
{
    size_t i = 0;

    while (i < text.n) {
        size_t from = i;

        while (i < text.n && is_letter(text.p[i]))
            i++;
        if (i - from >= MASKED_FROM && !is_name_in(text, from, i))
            add_word(r, slice_make(text.p + from, i - from));
        if (i == from)
            i++;
    }
}

static void add_file(struct roster *r, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    char *p;

    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0 && st.st_size > 0 && st.st_size < TEXT_FILE_MAX &&
        (p = malloc((size_t)st.st_size)) != NULL) {
        ssize_t n = read(fd, p, (size_t)st.st_size);

        if (n > 0)
            add_words(r, slice_make(p, (size_t)n));
        free(p);
    }
    close(fd);
}

static void add_texts(struct roster *r, struct slice folder)
{
    DIR *d = opendir(arena_copy(&r->arena, folder).p);
    struct dirent *e;

    while (d && (e = readdir(d)) != NULL)
        if (slice_ends(slice_of(e->d_name), ".yaml"))
            add_file(r, arena_printf(&r->arena, "%.*s/%s", SLICE_ARG(folder), e->d_name).p);
    if (d)
        closedir(d);
}

/* Forms whose first fields ask for a name. */
static void add_named(struct roster *r, const struct form_set *forms)
{
    unsigned n = 0;

    for (unsigned i = 0; i < forms->n; i++)
        n += forms->forms[i].keywords_n;
    r->named = ARENA_ARRAY(&r->arena, struct slice, (size_t)n + 1);
    for (unsigned i = 0; r->named && i < forms->n; i++) {
        const struct form *f = &forms->forms[i];
        bool named = f->fields_n && (f->fields[0].type == FIELD_NAME ||
                                     (f->fields_n > 1 && f->fields[1].type == FIELD_NAME));

        for (unsigned k = 0; named && k < f->keywords_n; k++)
            r->named[r->named_n++] = arena_copy(&r->arena, f->keywords[k]);
    }
}

static bool has(const struct slice *all, unsigned n, struct slice s)
{
    for (unsigned i = 0; i < n; i++)
        if (slice_eq(all[i], s))
            return true;
    return false;
}

bool roster_is_name(const struct roster *r, struct slice field)
{
    return has(r->name_fields, r->name_fields_n, field);
}

bool roster_is_whom(const struct roster *r, struct slice field)
{
    return has(r->whom_fields, r->whom_fields_n, field);
}

static void add_field(struct roster *r, const struct field *f)
{
    bool name = f->type == FIELD_NAME, whom = name || f->type == FIELD_NIK || f->as == AS_LOCATION;

    if (name && !roster_is_name(r, f->name))
        r->name_fields[r->name_fields_n++] = arena_copy(&r->arena, f->name);
    if (whom && !roster_is_whom(r, f->name))
        r->whom_fields[r->whom_fields_n++] = arena_copy(&r->arena, f->name);
}

static void add_fields(struct roster *r, const struct form_set *forms)
{
    unsigned n = 1;

    for (unsigned i = 0; i < forms->n; i++)
        n += forms->forms[i].fields_n;
    r->name_fields = ARENA_ARRAY(&r->arena, struct slice, n);
    r->whom_fields = ARENA_ARRAY(&r->arena, struct slice, n);
    for (unsigned i = 0; r->name_fields && r->whom_fields && i < forms->n; i++)
        for (unsigned k = 0; k < forms->forms[i].fields_n; k++)
            add_field(r, &forms->forms[i].fields[k]);
}

static void add_forms(struct roster *r, const struct form_set *forms)
{
    for (unsigned i = 0; i < forms->n; i++) {
        const struct form *f = &forms->forms[i];

        add_words(r, f->title);
        add_words(r, f->name);
        for (unsigned k = 0; k < f->keywords_n; k++)
            add_words(r, f->keywords[k]);
        for (unsigned k = 0; k < f->fields_n; k++) {
            add_words(r, f->fields[k].say);
            for (unsigned l = 0; l < f->fields[k].labels_n; l++)
                add_words(r, f->fields[k].labels[l]);
        }
    }
    for (unsigned i = 0; i < forms->lists_n; i++)
        for (unsigned k = 0; k < forms->lists[i].n; k++) {
            const struct word *w = &forms->lists[i].words[k];

            add_words(r, w->code);
            add_words(r, w->say);
            for (unsigned s = 0; s < w->synonyms_n; s++)
                add_words(r, w->synonyms[s]);
        }
}

bool roster_knows(const struct roster *r, struct slice word)
{
    char small[64] = "";
    struct slice w = lower(word, small, sizeof small);

    return word.n <= sizeof small && r->words[place_of(r, w)].n > 0;
}

static bool is_place_word(const struct roster *r, struct slice word)
{
    char small[64] = "";
    struct slice w = lower(word, small, sizeof small);

    return word.n <= sizeof small && r->is_place && r->is_place[place_of(r, w)];
}

static size_t first_letter(struct slice word)
{
    size_t n = word.n ? 1 : 0;

    while (n < word.n && ((unsigned char)word.p[n] & 0xc0) == 0x80)
        n++;
    return n;
}

struct slice roster_mask_name(struct slice name, struct arena *a)
{
    struct slice out;
    struct buf b;

    buf_init(&b, name.n * 8 + 64);
    while (name.n) {
        struct slice word = slice_cut(&name, ' ');

        buf_add(&b, slice_take(word, first_letter(word)));
        buf_str(&b, word.n ? "•••" : "");
        buf_str(&b, name.n ? " " : "");
    }
    out = arena_copy(a, buf_slice(&b));
    buf_free(&b);
    return out;
}

static bool is_among(struct slice names, struct slice word)
{
    while (names.n)
        if (slice_ieq(slice_cut(&names, ' '), word))
            return true;
    return false;
}

static bool name_follows(const struct roster *r, struct slice word)
{
    for (unsigned i = 0; i < r->named_n; i++)
        if (slice_ieq(r->named[i], word))
            return true;
    return false;
}

/* "28th", "14bl": an age as a referral says it, behind the name. */
static bool is_age(struct slice s)
{
    static const char *const units[] = { "th", "bl", "mg", "hr" };
    size_t n = 0;

    while (n < s.n && text_is_digit(s.p[n]))
        n++;
    for (size_t i = 0; n > 0 && n <= 3 && i < sizeof units / sizeof *units; i++)
        if (slice_starts(slice_skip(s, n), units[i]) && (s.n == n + 2 || !is_letter(s.p[n + 2])))
            return true;
    return false;
}

/* A few words on, with nothing but blanks between, stands an age: here is where a name is due. */
static bool age_follows(struct slice rest)
{
    for (unsigned i = 0; i < NAME_WORDS && slice_starts(rest, " "); i++) {
        size_t n = 1;

        if (is_age(slice_skip(rest, 1)))
            return true;
        while (n < rest.n && is_letter(rest.p[n]))
            n++;
        rest = slice_skip(rest, n);
    }
    return false;
}

/* Where in a message we are: behind a keyword so many words more may be the name. */
struct masking {
    const struct roster *r;
    struct slice names;
    unsigned words, due;
};

static void mask_word(struct masking *m, struct slice word, struct slice rest, struct buf *b)
{
    bool known = roster_knows(m->r, word) && !(is_place_word(m->r, word) && age_follows(rest));
    bool keyword = m->words++ < KEYWORD_WITHIN && name_follows(m->r, word), is_due = m->due > 0 && word.n > 1;

    m->due = keyword ? NAME_WORDS : is_due ? m->due - 1 : 0;
    if (!is_among(m->names, word) && !is_due && (word.n < MASKED_FROM || known)) {
        buf_add(b, word);
    } else {
        buf_add(b, slice_take(word, first_letter(word)));
        buf_str(b, "•••");
    }
}

struct slice roster_mask(const struct roster *r, struct slice text, struct slice names, struct arena *a)
{
    struct masking m = { .r = r, .names = names };
    struct slice out;
    struct buf b;
    size_t i = 0;

    buf_init(&b, text.n * 8 + 64);
    while (i < text.n) {
        size_t from = i, digits = 0;

        while (i < text.n && is_letter(text.p[i]))
            i++;
        if (i > from) {
            mask_word(&m, slice_make(text.p + from, i - from), slice_skip(text, i), &b);
            continue;
        }
        while (i < text.n && text_is_digit(text.p[i]))
            i++;
        digits = i - from;
        m.due = digits ? 0 : m.due;
        if (digits >= NUMBER_DIGITS) {
            buf_str(&b, "•••");
            buf_add(&b, slice_make(text.p + i - 2, 2));
        } else if (digits) {
            buf_add(&b, slice_make(text.p + from, digits));
        } else {
            m.words = text.p[i] == '\n' ? 0 : m.words; /* a line is a report */
            buf_char(&b, text.p[i++]);
        }
    }
    out = arena_copy(a, buf_slice(&b));
    buf_free(&b);
    return out;
}

/* --- people and places --- */

struct slice roster_pseudonym(struct slice msisdn, const unsigned char key[32], struct arena *a)
{
    unsigned char h[crypto_generichash_BYTES_MIN];

    if (!msisdn.n)
        return S("");
    crypto_generichash(h, sizeof h, (const unsigned char *)msisdn.p, msisdn.n, key, 32);
    return arena_printf(a, "%s-%02x%02x%02x", log_who(msisdn).text, h[0], h[1], h[2]);
}

static struct slice code_of(const struct place *p, struct arena *a)
{
    return p ? arena_copy(a, p->code) : S("");
}

/* Every other village has a Posyandu Melati. */
static struct slice place_called(struct roster *r, const struct place *p)
{
    const struct place *village = p->level == PLACE_POSYANDU ? place_village(p) : NULL;

    if (!village || slice_ends(p->name, arena_copy(&r->arena, village->name).p))
        return arena_copy(&r->arena, p->name);
    return arena_printf(&r->arena, "%.*s, %.*s", SLICE_ARG(p->name), SLICE_ARG(village->name));
}

static void add_places(struct roster *r, const struct directory *d)
{
    r->places = ARENA_ARRAY(&r->arena, struct roster_place, (size_t)d->places_n + 1);
    for (unsigned i = 0; r->places && i < d->places_n; i++) {
        const struct place *p = &d->places[i];

        r->places[r->places_n++] = (struct roster_place){
            .code = arena_copy(&r->arena, p->code),
            .name = place_called(r, p),
            .level = slice_of(place_level_name(p->level)),
            .parent = code_of(p->parent, &r->arena),
            .area = code_of(p->area, &r->arena),
            .village = code_of(place_village(p), &r->arena),
            .kecamatan = code_of(place_kecamatan(p), &r->arena),
        };
    }
}

/* Last: words that nothing but a place is called by may be somebody's name where one is due. */
static void add_place_words(struct roster *r)
{
    r->is_place = ARENA_ARRAY(&r->arena, bool, r->words_cap);
    r->adds_places = true;
    for (unsigned i = 0; r->is_place && i < r->places_n; i++)
        add_words(r, r->places[i].name);
    r->adds_places = false;
}

static void add_people(struct roster *r, const struct directory *d, const unsigned char key[32])
{
    r->people = ARENA_ARRAY(&r->arena, struct roster_person, (size_t)d->people_n + 1);
    for (unsigned i = 0; r->people && i < d->people_n; i++) {
        const struct person *p = d->people[i];

        r->people[r->people_n++] = (struct roster_person){
            .msisdn = arena_copy(&r->arena, p->msisdn),
            .role = slice_of(role_name(p->role)),
            .name = arena_copy(&r->arena, p->name),
            .place = arena_copy(&r->arena, p->place_code),
            .pseudonym = roster_pseudonym(p->msisdn, key, &r->arena),
            .active = p->active,
            .leader = p->leader,
        };
    }
}

/* A word of somebody's name names somebody, in whatever text it stands: it is known no more.  (The slot stays
 * taken, by a word that nobody writes.) */
static void forget(struct roster *r, struct slice name)
{
    while (name.n) {
        char small[64] = "";
        struct slice w = lower(slice_cut(&name, ' '), small, sizeof small);
        unsigned at = w.n ? place_of(r, w) : 0;

        if (w.n && r->words[at].n)
            r->words[at] = S("\n");
    }
}

static void forget_names(struct roster *r, const struct ruleset *rules)
{
    for (unsigned i = 0; i < rules->forms.n; i++)
        for (unsigned k = 0; k < rules->forms.forms[i].fields_n; k++)
            if (rules->forms.forms[i].fields[k].type == FIELD_NAME)
                forget(r, rules->forms.forms[i].fields[k].example);
}

struct roster *roster_new(const struct ruleset *rules, struct slice texts, const unsigned char key[32],
                          uint64_t serial)
{
    struct roster *r = calloc(1, sizeof *r);

    if (!r)
        return NULL;
    r->refs = 1;
    r->serial = serial;
    arena_init(&r->arena, MEMORY);
    r->words = ARENA_ARRAY(&r->arena, struct slice, WORDS_CAP);
    r->words_cap = WORDS_CAP;
    if (r->words) {
        add_places(r, &rules->directory);
        add_people(r, &rules->directory, key);
        add_forms(r, &rules->forms);
        add_named(r, &rules->forms);
        add_fields(r, &rules->forms);
        add_texts(r, texts);
        add_place_words(r);
    }
    r->district = arena_copy(&r->arena, rules->district);
    if (r->words && !r->arena.failed) {
        forget_names(r, rules);
        return r;
    }
    roster_drop(r);
    return NULL;
}

struct roster *roster_hold(struct roster *r)
{
    r->refs++;
    return r;
}

void roster_drop(struct roster *r)
{
    if (!r || --r->refs)
        return;
    arena_free(&r->arena);
    free(r);
}
