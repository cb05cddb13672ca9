/* texts_load.c - the catalogue of a folder: read, checked against its budgets.  See texts.h. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/conf/texts_rows.h"
#include "gateway/conf/yaml.h"

enum {
    PARTS = 48, /* literals and slots of one text */
};

struct loader {
    struct text_set *set;
    struct language *language;
    struct arena *arena;
    struct faults *faults;
};

static const struct slot *find_slot(const struct loader *l, struct slice name)
{
    const struct language *id = texts_find_language(l->set, S("id"));

    for (unsigned i = 0; i < l->language->slots_n; i++)
        if (slice_eq(l->language->slots[i].name, name))
            return &l->language->slots[i];
    for (unsigned i = 0; id && i < id->slots_n; i++)
        if (slice_eq(id->slots[i].name, name))
            return &id->slots[i];
    return NULL;
}

static void read_slot(struct loader *l, const struct yaml *node)
{
    struct slice rest = node->text, word = slice_cut(&rest, ' ');
    struct language *lang = l->language;
    uint64_t budget;

    if (node->kind != YAML_SCALAR ||
        (!slice_is(word, "cut") && !slice_is(word, "words") && !slice_is(word, "keep")) ||
        !slice_to_u64(slice_trim(rest), &budget) || budget < 1 || budget > TEXT_USSD) {
        fault_add(l->faults, node->mark,
                  "a slot takes \"cut 20\" (cut at a word), \"words 90\" (cut where there is no room) or "
                  "\"keep 11\" "
                  "(never cut)");
        return;
    }
    for (unsigned i = 0; i < lang->slots_n; i++)
        if (slice_eq(lang->slots[i].name, node->key)) {
            fault_add(l->faults, node->key_mark, "slot \"%.*s\" is declared in another part of this language",
                      SLICE_ARG(node->key));
            return;
        }
    if (lang->slots_n == lang->slots_cap) {
        struct slot *more = ARENA_ARRAY(l->arena, struct slot, (size_t)lang->slots_cap * 2 + 32);

        if (!more)
            return;
        if (lang->slots_n)
            memcpy(more, lang->slots, lang->slots_n * sizeof *more);
        lang->slots = more;
        lang->slots_cap = lang->slots_cap * 2 + 32;
    }
    lang->slots[lang->slots_n++] = (struct slot){ .name = node->key,
                                                  .budget = (unsigned)budget,
                                                  .keep = slice_is(word, "keep"),
                                                  .grows = slice_is(word, "words") };
}

/* "{isi 90}": the inside is in s. */
static bool read_slot_use(struct loader *l, const struct yaml *node, struct slice s, struct part *out)
{
    struct slice name = slice_cut(&s, ' ');
    const struct slot *slot = find_slot(l, name);
    uint64_t budget;

    if (!slot) {
        fault_add(l->faults, node->mark, "slot {%.*s} is not declared under \"slots:\"", SLICE_ARG(name));
        return false;
    }
    *out = (struct part){ .slot = true,
                          .name = arena_copy(l->arena, name),
                          .budget = slot->budget,
                          .keep = slot->keep,
                          .grows = slot->grows };
    if (s.n == 0)
        return true;
    if (!slice_to_u64(s, &budget) || budget < 3 || budget > TEXT_USSD) {
        fault_add(l->faults, node->mark, "{%.*s …} takes a number of septets from 3 to 182", SLICE_ARG(name));
        return false;
    }
    out->budget = (unsigned)budget;
    return true;
}

static bool read_parts(struct loader *l, const struct yaml *node, struct text *t)
{
    struct slice rest = node->text;
    struct part parts[PARTS];

    while (rest.n) {
        size_t open = slice_find(rest, '{'), close = slice_find(rest, '}');

        if (t->n + 2 > PARTS) {
            fault_add(l->faults, node->mark, "more than %d slots and pieces", PARTS);
            return false;
        }
        if (open == (size_t)-1)
            open = rest.n;
        if (open > 0)
            parts[t->n++] = (struct part){ .literal = slice_take(rest, open) };
        if (open == rest.n)
            break;
        if (close == (size_t)-1 || close < open) {
            fault_add(l->faults, node->mark, "a brace without its partner");
            return false;
        }
        if (!read_slot_use(l, node, slice_make(rest.p + open + 1, close - open - 1), &parts[t->n++]))
            return false;
        rest = slice_skip(rest, close + 1);
    }
    t->parts = ARENA_ARRAY(l->arena, struct part, t->n + 1);
    if (t->parts)
        memcpy(t->parts, parts, t->n * sizeof *parts);
    return t->parts != NULL;
}

static void check_text(struct loader *l, const struct yaml *node, const struct text *t)
{
    unsigned longest = 0;

    for (unsigned i = 0; i < t->n; i++) {
        const struct part *part = &t->parts[i];

        longest += part->slot ? part->budget : (unsigned)part->literal.n;
        for (size_t c = 0; c < part->literal.n; c++)
            if (!text_is_safe(part->literal.p[c]) && !(part->literal.p[c] == '\n' && t->lines)) {
                fault_add(l->faults, node->mark,
                          "a character that not every phone shows, in \"%.*s\": use letters, digits and "
                          "# * . , / - + : ; = ( ) ' %% & ? ! \" < >",
                          (int)part->literal.n, part->literal.p);
                break;
            }
    }
    if (longest > t->limit)
        fault_add(l->faults, node->mark, "%u septets at its longest fill, %u fit: shorten it or its slots",
                  longest, t->limit);
}

static void insert(struct loader *l, const struct text *t, const struct yaml *node)
{
    struct language *lang = l->language;
    size_t i = slice_hash(t->key) & lang->mask;

    if (texts_find_in(lang, t->key)) {
        fault_add(l->faults, node->key_mark, "text \"%.*s\" stands in another part of this language",
                  SLICE_ARG(t->key));
        return;
    }
    while (lang->texts[i].key.n)
        i = (i + 1) & lang->mask;
    lang->texts[i] = *t;
    lang->n++;
}

static void read_group(struct loader *l, struct yaml *map, struct slice prefix)
{
    YAML_EACH(node, map)
    {
        struct text t = { 0 };

        if (prefix.n == 0 && slice_is(node->key, "slots"))
            continue;
        t.key = prefix.n ? arena_printf(l->arena, "%.*s.%.*s", SLICE_ARG(prefix), SLICE_ARG(node->key))
                         : node->key;
        if (node->kind == YAML_MAP) {
            read_group(l, node, t.key);
            continue;
        }
        if (node->kind == YAML_LIST || node->text.n == 0) {
            fault_add(l->faults, node->mark, "\"%.*s\" takes a text", SLICE_ARG(t.key));
            continue;
        }
        t.lines = slice_starts(t.key, "ussd.");
        t.limit = t.lines ? TEXT_USSD : slice_starts(t.key, "card.") ? TEXT_CARD : TEXT_SMS;
        if (read_parts(l, node, &t)) {
            check_text(l, node, &t);
            insert(l, &t, node);
        }
    }
}

static unsigned count_texts(const struct yaml *map)
{
    unsigned n = 0;

    YAML_EACH(node, map)
    n += node->kind == YAML_MAP ? count_texts(node) : 1;
    return n;
}

static int is_yaml(const struct dirent *e)
{
    /* The console's texts are its own: any length, any letter. */
    return e->d_name[0] != '.' && slice_ends(slice_of(e->d_name), ".yaml") &&
           !slice_ends(slice_of(e->d_name), "-console.yaml");
}

struct file {
    struct yaml *root;
    struct language *language;
};

static struct language *language_of(struct loader *l, const char *name)
{
    struct slice s = slice_make(name, strcspn(name, "-."));

    for (unsigned i = 0; i < l->set->n; i++)
        if (slice_eq(l->set->languages[i].name, s))
            return &l->set->languages[i];
    if (l->set->n == LANGUAGES)
        return NULL;
    l->set->languages[l->set->n].name = arena_copy(l->arena, s);
    return &l->set->languages[l->set->n++];
}

static bool load_files(struct loader *l, const char *folder, struct dirent **names, unsigned n,
                       struct file *files)
{
    for (unsigned i = 0; i < n; i++) {
        struct slice path = arena_printf(l->arena, "%s%s%s", folder,
                                         slice_ends(slice_of(folder), "/") ? "" : "/", names[i]->d_name);
        struct file *f = &files[i];

        f->root = yaml_load(path.p, l->arena, l->faults);
        f->language = language_of(l, names[i]->d_name);
        if (!f->root || !f->language)
            return false;
        if (f->root->kind != YAML_MAP) {
            fault_add(l->faults, f->root->mark, "a catalogue is a map of texts");
            return false;
        }
        l->language = f->language;
        YAML_EACH(slot, yaml_map(f->root, "slots", l->faults))
        read_slot(l, slot);
        f->language->mask += count_texts(f->root);
    }
    return true;
}

static bool make_tables(struct loader *l)
{
    for (unsigned i = 0; i < l->set->n; i++) {
        struct language *lang = &l->set->languages[i];
        size_t size = 64;

        while (size < lang->mask * 2)
            size *= 2;
        lang->mask = size - 1;
        lang->texts = ARENA_ARRAY(l->arena, struct text, size);
        if (!lang->texts)
            return false;
    }
    return true;
}

struct text_set *texts_load(const char *folder, struct arena *arena, struct faults *faults)
{
    struct loader l = { .set = ARENA_NEW(arena, struct text_set), .arena = arena, .faults = faults };
    unsigned before = faults_count(faults);
    struct dirent **names = NULL;
    struct file *files;
    int n = scandir(folder, &names, is_yaml, alphasort);

    if (n <= 0) {
        fault_add(faults, (struct mark){ .file = folder }, "no catalogue of texts: %s",
                  n < 0 ? strerror(errno) : "no file such as id.yaml in it");
        free(names);
        return NULL;
    }
    files = ARENA_ARRAY(arena, struct file, (size_t)n);
    if (l.set && files && load_files(&l, folder, names, (unsigned)n, files) && make_tables(&l)) {
        for (int i = 0; i < n; i++) {
            l.language = files[i].language;
            read_group(&l, files[i].root, S(""));
        }
        if (!texts_find_language(l.set, S("id")))
            fault_add(faults, (struct mark){ .file = folder },
                      "id.yaml is missing: other languages lean on it");
    }
    for (int i = 0; i < n; i++)
        free(names[i]);
    free(names);
    return faults_count(faults) == before && !arena->failed ? l.set : NULL;
}
