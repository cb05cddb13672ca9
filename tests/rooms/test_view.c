/* test_view.c - pages out of templates: nothing that is put in becomes markup, and every template and text is
 * there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>

#include "gateway/console/view.h"
#include "gateway/console/www.h"

static struct arena arena;
static struct catalogue *texts[2];

static const char *draw(const char *template, const char *json)
{
    static struct buf b;
    const struct view_look look = { .texts = texts[0], .utc_offset_min = 420, .now_ms = 1795975760000 };

    buf_free(&b);
    buf_init(&b, 1 << 16);
    view_render_text(&b, slice_of(template), node_read(arena_str(&arena, json), &arena), NULL, &look);
    return b.p ? b.p : "";
}

static void a_value_is_text_wherever_it_stands(void **state)
{
    static const struct {
        const char *template, *json, *page;
    } cases[] = {
        { "<p>{{x}}</p>", "{\"x\":\"<script>\"}", "<p>&lt;script&gt;</p>" },
        { "<a title=\"{{x}}\">", "{\"x\":\"\\\" onload='1\"}", "<a title=\"&quot; onload=&#39;1\">" },
        { "{{x}}", "{\"x\":\"{{t:umum.keluar}} {{>kepala}}\"}", "{{t:umum.keluar}} {{&gt;kepala}}" },
        { "/orang/{{u:x}}", "{\"x\":\"a/b?c=\\\"<\"}", "/orang/a%2Fb%3Fc%3D%22%3C" },
        { "{{t:hari.parkir_isi}}", "{\"parkir\":1234}", "1.234 pesan menunggu orang" },
        { "{{t:hasil.@x}}", "{\"x\":\"<b>\"}", "&lt;b&gt;" },
        { "{{t:hasil.@x}}", "{\"x\":\"accepted\"}", "diterima" },
        { "{{#l}}[{{a}}{{b}}]{{/l}}", "{\"b\":\"o\",\"l\":[{\"a\":\"1\"},{\"a\":\"2\",\"b\":\"i\"}]}",
          "[1o][2i]" },
        { "{{#l}}{{#m}}{{.}}{{/m}};{{/l}}", "{\"l\":[{\"m\":[\"<\",\"2\"]},{\"m\":[]}]}", "&lt;2;;" },
        { "{{^x}}none{{/x}}{{#x}}some{{/x}}", "{\"x\":0}", "none" },
        { "{{^x}}none{{/x}}{{#x}}some{{/x}}", "{}", "none" },
        { "{{n:x}} {{n:y}}", "{\"x\":1234567,\"y\":\"9.2\"}", "1.234.567 9,2" },
        { "{{#x}}open", "{\"x\":1}", "open" },
        { "{{", "{}", "{{" },
        { "{{}}", "{}", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(draw(cases[i].template, cases[i].json), cases[i].page);
}

static void a_moment_is_told_in_local_time_and_how_long_ago(void **state)
{
    (void)state;
    assert_string_equal(draw("{{d:x}}", "{\"x\":\"2026-11-29T18:09:20+00:00\"}"),
                        "<time datetime=\"2026-11-29T18:09:20Z\" title=\"baru saja\">30 Nov 01.09</time>");
    assert_string_equal(draw("{{r:x}}", "{\"x\":1795968560000}"),
                        "<time datetime=\"2026-11-29T16:09:20Z\" title=\"29 Nov 23.09\">2 jam lalu</time>");
}

/* Calls f with each template. */
static void each_template(void (*f)(const char *name, struct slice text))
{
    DIR *d = opendir("gateway/console/www");
    struct dirent *e;

    assert_non_null(d);
    while ((e = readdir(d)) != NULL)
        if (slice_ends(slice_of(e->d_name), ".html"))
            f(e->d_name, www_file(e->d_name));
    closedir(d);
}

static bool begins_text(const char *p, const char *key, size_t n)
{
    struct slice text;

    for (unsigned i = 0; i < 2; i++)
        if (p[0] != '@' && !catalogue_find(texts[i], slice_make(key, n), &text))
            return false;
    return true;
}

static void check_template(const char *name, struct slice text)
{
    const char *end = text.p + text.n;

    assert_true(text.n > 0);
    for (const char *p = text.p; (p = memmem(p, (size_t)(end - p), "{{t:", 4)) != NULL; p += 4) {
        const char *close = memmem(p, (size_t)(end - p), "}}", 2);
        bool by_value = memchr(p, '@', (size_t)(close - p)) != NULL;

        if (!by_value && !begins_text(p, p + 4, (size_t)(close - p - 4)))
            fail_msg("%s: no text %.*s", name, (int)(close - p - 4), p + 4);
    }
    for (const char *p = text.p; (p = memmem(p, (size_t)(end - p), "{{>", 3)) != NULL; p += 3) {
        char file[64];

        snprintf(file, sizeof file, "%.*s.html", (int)strcspn(p + 3, "}"), p + 3);
        if (!www_file(file).n)
            fail_msg("%s: no template %s", name, file);
    }
    /* A URL that a value could begin would be javascript: one day.  Paths of ours (path) begin with /. */
    for (const char *p = text.p; (p = memmem(p, (size_t)(end - p), "href=\"{{", 8)) != NULL; p += 8)
        assert_memory_equal(p + 8, "path}}", 6);
    assert_null(memmem(text.p, text.n, "='{{", 4));
    assert_null(memmem(text.p, text.n, " style=", 7));
    assert_null(memmem(text.p, text.n, " on", 3) && memmem(text.p, text.n, "onclick", 7) ? "" : NULL);
}

static void every_template_has_its_texts_in_both_languages(void **state)
{
    (void)state;
    each_template(check_template);
}

static void missing_in_english(void *arg, struct slice key)
{
    struct slice text;

    if (!catalogue_find(arg, key, &text))
        fail_msg("no text %.*s in the other language", SLICE_ARG(key));
}

static void both_languages_say_the_same_things(void **state)
{
    (void)state;
    catalogue_each(texts[0], missing_in_english, texts[1]);
    catalogue_each(texts[1], missing_in_english, texts[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_text_wherever_it_stands),
        cmocka_unit_test(a_moment_is_told_in_local_time_and_how_long_ago),
        cmocka_unit_test(every_template_has_its_texts_in_both_languages),
        cmocka_unit_test(both_languages_say_the_same_things),
    };
    struct faults faults = { 0 };
    int rc;

    arena_init(&arena, 16 << 20);
    texts[0] = catalogue_load(S("config/texts"), "id", &arena, &faults);
    texts[1] = catalogue_load(S("config/texts"), "en", &arena, &faults);
    rc = faults.n ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
    faults_free(&faults);
    arena_free(&arena);
    return rc;
}
