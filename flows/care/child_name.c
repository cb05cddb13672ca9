/* child_name.c - by which name a child is found, and in which buckets.  See child.h. */
#include "flows/care/child.h"

enum {
    LONG_NAME = 9, /* letters: from here on four of each end choose the lists */
};

struct slice child_key(struct slice nama, struct arena *a)
{
    char *p = arena_alloc(a, nama.n + 1);
    size_t n = 0;

    for (size_t i = 0; p && i < nama.n; i++) {
        char c = nama.p[i];

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c == ' ' || c == '.') && n > 0 && p[n - 1] != ' ')
            p[n++] = ' ';
        else if (c >= 'a' && c <= 'z')
            p[n++] = c;
    }
    while (n > 0 && p[n - 1] == ' ')
        n--;
    return slice_make(p ? p : "", n);
}

/* Cuts a title of this code off the front. */
static bool cut_title(const struct ruleset *rules, const char *code, struct slice *key)
{
    struct slice rest = *key, first = slice_cut(&rest, ' ');
    const struct word *w =
        rules->forms.words.titles && rest.n ? list_find(rules->forms.words.titles, first) : NULL;

    if (!w || !slice_is(w->code, code))
        return false;
    *key = rest;
    return true;
}

struct slice child_name_key(const struct ruleset *rules, struct slice nama, struct arena *a)
{
    struct slice key = child_key(nama, a);

    if (!cut_title(rules, "bayi", &key))
        return key;
    while (cut_title(rules, "bayi", &key) || cut_title(rules, "ibu", &key))
        ;
    return arena_printf(a, "bayi %.*s", SLICE_ARG(key));
}

struct slice child_called(const struct ruleset *rules, struct slice nama, struct arena *a)
{
    struct slice key = child_name_key(rules, nama, a);

    while (cut_title(rules, "ibu", &key) || cut_title(rules, "bapak", &key))
        ;
    return key;
}

struct slice child_of_mother(const struct ruleset *rules, struct slice mother, struct arena *a)
{
    struct slice name = mother, low = child_key(mother, a);

    while (cut_title(rules, "ibu", &low))
        slice_cut(&name, ' ');
    return arena_printf(a, "Bayi %.*s", SLICE_ARG(slice_trim(name)));
}

/* The lists by the first and the last n letters; none where a name has fewer. */
static void ends(struct slice posyandu, struct slice key, size_t n, struct arena *a, struct slice *first,
                 struct slice *last)
{
    if (n > 2 && key.n < n) {
        *first = *last = slice_make("", 0);
        return;
    }
    *first = ARENA_JOIN(a, posyandu, S("/"), slice_take(key, n), S("-"));
    *last = ARENA_JOIN(a, posyandu, S("/-"), key.n > n ? slice_skip(key, key.n - n) : key);
}

void child_buckets(struct slice posyandu, struct slice key, struct slice nik, struct arena *a,
                   struct slice id[CHILD_BUCKETS])
{
    bool of_two = key.n < LONG_NAME;

    ends(posyandu, key, of_two ? 2 : 4, a, &id[0], &id[1]);
    id[2] = nik.n ? ARENA_JOIN(a, posyandu, S("/"), nik) : slice_make("", 0);
    ends(posyandu, key, of_two ? 4 : 2, a, &id[3], &id[4]);
}
