/* forms_lists.c - word lists: codes with all that people type for them.  See forms_lists.h. */
#include "gateway/conf/forms_lists.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/conf/yaml.h"
#include "gateway/model/vocabulary.h"

enum {
    FILES = 128
};

struct slice forms_upper(struct slice s, struct arena *a)
{
    struct slice copy = arena_copy(a, s);
    char *p = (char *)(uintptr_t)copy.p;

    for (size_t i = 0; i < copy.n; i++)
        if (p[i] >= 'a' && p[i] <= 'z')
            p[i] = (char)(p[i] - 32);
    return copy;
}

static int by_name(const void *a, const void *b)
{
    return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

struct slice *forms_folder(const char *folder, struct arena *a, struct faults *x, unsigned *n)
{
    struct slice *files = ARENA_ARRAY(a, struct slice, FILES);
    DIR *dir = opendir(folder);
    struct dirent *e;

    *n = 0;
    if (!dir || !files) {
        fault_add(x, (struct mark){ .file = arena_str(a, folder).p }, "cannot read this folder: %s",
                  strerror(errno));
        if (dir)
            closedir(dir);
        return NULL;
    }
    while ((e = readdir(dir)) && *n < FILES) {
        struct slice name = slice_of(e->d_name);

        if (slice_ends(name, ".yaml") && name.p[0] != '.')
            files[(*n)++] = arena_printf(a, "%s/%s", folder, e->d_name);
    }
    closedir(dir);
    qsort(files, *n, sizeof *files, by_name);
    return files;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* As the lexer sees words: lower case, blanks for `-` and `_`, letters and digits apart. */
static struct slice phrase_of(struct slice typed, struct arena *a)
{
    char *out = arena_alloc(a, typed.n * 2 + 1);
    size_t n = 0;

    if (!out)
        return (struct slice){ 0 };
    for (size_t i = 0; i < typed.n; i++) {
        char c = typed.p[i];

        if (c == '-' || c == '_')
            c = ' ';
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + 32);
        if (n && c != ' ' && out[n - 1] != ' ' && is_digit(c) != is_digit(out[n - 1]))
            out[n++] = ' ';
        out[n++] = c;
    }
    return (struct slice){ .p = out, .n = n };
}

static void read_questions(struct yaml *node, struct word *w, struct arena *a, struct faults *x)
{
    unsigned n = 0;
    struct slice *counts = yaml_texts(node, "questions", &n, a, x);

    for (unsigned i = 0; i < n && i < 2; i++) {
        int64_t count = 0;

        if (!slice_to_i64(counts[i], &count) || count < 1 || count > 40)
            fault_add(x, node->mark, "'questions' must be numbers from 1 to 40");
        w->questions[i] = (unsigned)count;
    }
}

static void read_word(struct yaml *node, struct word *w, struct arena *a, struct faults *x)
{
    unsigned n = 0;
    struct slice *typed = yaml_texts(node, "words", &n, a, x);
    bool plain;

    w->code = yaml_text(node, "code", "", x);
    w->say = yaml_text(node, "say", arena_copy(a, w->code).p, x);
    w->letter = yaml_text(node, "letter", "", x);
    w->months_from = yaml_int(node, "from_months", 0, 0, 240, x);
    w->until_months = yaml_int(node, "until_months", 0, 0, 240, x);
    w->below_months = yaml_int(node, "below_months", 0, 0, 240, x);
    w->also = yaml_text(node, "also", "", x);
    w->doubt = yaml_bool(node, "doubt", false, x);
    w->birth = yaml_bool(node, "birth", false, x);
    w->neutral = yaml_bool(node, "neutral", false, x);
    w->needed = yaml_bool(node, "needed", false, x);
    w->can_be_normal = yaml_bool(node, "can_be_normal", false, x);
    w->organ = yaml_bool(node, "organ", false, x);
    plain = yaml_bool(node, "code_is_word", true, x) && !w->doubt && !w->neutral && w->until_months == 0 &&
            !w->also.n;
    read_questions(node, w, a, x);
    yaml_done(node, x);
    w->synonyms = ARENA_ARRAY(a, struct slice, n + 2);
    if (!w->synonyms)
        return;
    if (slice_empty(w->code))
        fault_add(x, node->mark, "a word needs a 'code'");
    else if (plain)
        w->synonyms[w->synonyms_n++] = phrase_of(w->code, a);
    for (unsigned i = 0; i < n; i++)
        w->synonyms[w->synonyms_n++] = phrase_of(typed[i], a);
}

static void read_list(struct yaml *doc, struct word_list *list, struct arena *a, struct faults *x)
{
    struct yaml *words = yaml_list(doc, "words", x);
    struct slice doubled = { 0 };

    list->mark = doc->mark;
    list->words = ARENA_ARRAY(a, struct word, words ? words->n : 1);
    if (!list->words)
        return;
    YAML_EACH(w, words) read_word(w, &list->words[list->n++], a, x);
    yaml_done(doc, x);
    if (!list_index(list, a, &doubled))
        fault_add(x, doc->mark, "'%.*s' stands under two codes", SLICE_ARG(doubled));
}

int forms_lists_load(const char *folder, struct arena *a, struct faults *x, struct form_set *out)
{
    struct slice path = arena_printf(a, "%s/lists", folder);
    unsigned before = faults_count(x), n = 0;
    struct slice *files = forms_folder(path.p, a, x, &n);

    out->lists = ARENA_ARRAY(a, struct word_list, n ? n : 1);
    if (!files || !out->lists)
        return -1;
    for (unsigned i = 0; i < n; i++) {
        struct yaml *doc = yaml_load(files[i].p, a, x);
        struct slice name = slice_skip(files[i], path.n + 1);

        if (!doc)
            continue;
        name.n -= 5; /* .yaml */
        out->lists[out->lists_n].bit = UINT64_C(1) << (out->lists_n % LISTS_MAX);
        out->lists[out->lists_n].name = name;
        read_list(doc, &out->lists[out->lists_n++], a, x);
    }
    if (out->lists_n > LISTS_MAX)
        fault_add(x, (struct mark){ .file = path.p }, "more than %d lists", LISTS_MAX);
    form_set_words(out);
    out->vocabulary = vocabulary_make(out, a);
    if (!out->vocabulary)
        fault_add(x, (struct mark){ .file = path.p },
                  "the lists have more words than fit together (65000), or memory is out: take words out");
    return out->vocabulary && faults_count(x) == before ? 0 : -1;
}
