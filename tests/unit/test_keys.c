/* test_keys.c - names of texts and clocks that the code asks for exist in the sample's data: a key that is
 * missing would be sent to a kader as it stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/conf/forms.h"
#include "gateway/conf/rules.h"
#include "gateway/conf/texts.h"
#include "gateway/conf/yaml.h"

static struct arena arena;
static struct faults faults;
static struct text_set *texts;
static struct rule_set *rules;

static int load(void **state)
{
    static struct form_set forms;

    (void)state;
    arena_init(&arena, 64 << 20);
    texts = texts_load("config/texts", &arena, &faults);
    if (forms_load("config/forms", &arena, &faults, &forms) == 0)
        rules = rules_load("config/rules", &forms, &arena, &faults);
    for (unsigned i = 0; i < faults.n; i++)
        print_message("%s\n", faults.lines[i]);
    return texts && rules ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    faults_free(&faults);
    arena_free(&arena);
    return 0;
}

/* A group at the top of any file of the catalogue. */
static bool is_group(struct slice s)
{
    static const char *const files[] = { "config/texts/id.yaml", "config/texts/id-ussd.yaml",
                                         "config/texts/id-card.yaml" };
    static struct yaml *roots[3];

    for (int i = 0; i < 3; i++) {
        if (!roots[i])
            roots[i] = yaml_load(files[i], &arena, &faults);
        YAML_EACH(group, roots[i])
        if (group->kind == YAML_MAP && slice_eq(group->key, s) && !slice_is(s, "slots"))
            return true;
    }
    return false;
}

static bool is_key(struct slice s)
{
    struct slice rest = s, group = slice_cut(&rest, '.');

    for (size_t i = 0; i < s.n; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_.", s.p[i]))
            return false;
    return rest.n && is_group(group);
}

static bool is_needed(struct slice id)
{
    static const char *const needs[] = {
#define CLOCK(id)  id,
#define FIGURE(id) id,
#define TEXT(key)  key,
#include "flows/needs.def"
    };

    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (slice_is(id, needs[i]))
            return true;
    return false;
}

struct place {
    const char *file;
    unsigned line;
};

static bool asks_for_row(const char *line, const char *open)
{
    static const char *const calls[] = { "clock_of(", "rules_figure(", "rules_clock_ms(", " figure(" };

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        const char *call = strstr(line, calls[i]);

        if (call && call < open)
            return true;
    }
    return false;
}

/* Each string of a line, with what stands before it. */
static unsigned judge_line(struct place at, char *line)
{
    unsigned keys = 0;

    for (char *open = strchr(line, '"'), *close; open; open = strchr(close + 1, '"')) {
        struct slice s;
        bool row;

        close = strchr(open + 1, '"');
        if (!close)
            break;
        *close = '\0';
        s = slice_of(open + 1);
        row = asks_for_row(line, open) && s.n && s.p[0] >= 'a';
        if (row && !is_needed(s))
            fail_msg("%s:%u: \"%s\" is not listed in flows/needs.def", at.file, at.line, s.p);
        if (is_key(s) && !text_exists(texts, S("id"), s.p))
            fail_msg("%s:%u: there is no text \"%s\" in config/texts", at.file, at.line, s.p);
        if (is_key(s) && !is_needed(s))
            fail_msg("%s:%u: \"%s\" is not listed in flows/needs.def", at.file, at.line, s.p);
        keys += row || is_key(s);
    }
    return keys;
}

static unsigned keys_found;

static int judge_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    struct place at = { .file = path };
    char line[512];
    FILE *f;

    (void)st, (void)ftw;
    if (type != FTW_F || !slice_ends(slice_of(path), ".c"))
        return 0;
    f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        at.line++;
        keys_found += strstr(line, "#include") ? 0 : judge_line(at, line);
    }
    fclose(f);
    return 0;
}

/* All files below. */
static unsigned judge_folder(const char *folder)
{
    keys_found = 0;
    assert_int_equal(nftw(folder, judge_file, 16, FTW_PHYS), 0);
    return keys_found;
}

static void every_key_that_the_code_asks_for_exists_and_is_listed(void **state)
{
    (void)state;
    assert_true(judge_folder("flows") > 100); /* the search itself still works */
    judge_folder("gateway/pipeline");
    judge_folder("gateway/ingress");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_that_the_code_asks_for_exists_and_is_listed),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
