/* test_template.c - templates and named fields: no value gets out of its place, no field is half read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "parsers/fields.h"
#include "parsers/json.h"
#include "parsers/pattern.h"
#include "parsers/template.h"

static const char *const words[] = { "to", "text", NULL };

static void values_are_escaped_by_their_place(void **state)
{
    static const struct {
        enum template_escape escape;
        const char *text, *value, *out;
    } cases[] = {
        { TEMPLATE_URL, "http://x/?t={text}&n={to}", "a b&c=d#{to}\n",
          "http://x/?t=a%20b%26c%3Dd%23%7Bto%7D%0A&n=1" },
        { TEMPLATE_JSON, "{\"a\":{\"b\":\"{text}\"}}", "\"}\\\n{to}",
          "{\"a\":{\"b\":\"\\\"}\\\\\\n{to}\"}}" },
        { TEMPLATE_XML, "<a b='{text}'>{to}</a>", "'><x>&\x01", "<a b='&apos;&gt;&lt;x&gt;&amp; '>1</a>" },
        { TEMPLATE_LINE, "X: {text}", "a\r\nEvil: b\x7f", "X: a  Evil: b " },
        { TEMPLATE_PLAIN, "{text}", "a\r\nb", "a \nb" },
        { TEMPLATE_PLAIN, "{} { to} {To} {to {to}", "", "{} { to} {To} {to 1" },
        { TEMPLATE_PLAIN, "{unknown}|", "", "|" },
    };
    struct buf b;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct template_value values[] = { { "text", slice_of(cases[i].value) },
                                                 { "to", S("1") },
                                                 { NULL, { 0 } } };

        buf_init(&b, 1024);
        template_fill(&b, slice_of(cases[i].text), cases[i].escape, values);
        assert_string_equal(b.p ? b.p : "", cases[i].out);
        buf_free(&b);
    }
}

static void unknown_words_are_found(void **state)
{
    struct slice word;

    (void)state;
    assert_false(template_unknown(S("{\"to\":\"{to}\",\"t\":\"{text}\"}"), words, &word));
    assert_true(template_unknown(S("{to}{number}"), words, &word));
    assert_true(slice_is(word, "number"));
    assert_true(template_has(S("x{to}"), "to"));
    assert_false(template_has(S("x{too}{ to }"), "to"));
}

static void types_say_how_values_are_escaped(void **state)
{
    enum template_escape e;

    (void)state;
    assert_true(template_escape_of(S("application/json; charset=utf-8"), &e) && e == TEMPLATE_JSON);
    assert_true(template_escape_of(S("application/soap+xml"), &e) && e == TEMPLATE_XML);
    assert_true(template_escape_of(S("application/x-www-form-urlencoded"), &e) && e == TEMPLATE_URL);
    assert_false(template_escape_of(S("application/octet-stream"), &e));
    assert_false(template_escape_of(S("json"), &e));
}

static void fields_are_found_by_their_names(void **state)
{
    static const struct {
        enum fields_format format;
        const char *query, *body, *name, *value; /* NULL: not there */
    } cases[] = {
        { FIELDS_FORM, "a=1&b=%2B2", "c=3+4", "b", "+2" },
        { FIELDS_FORM, "a=1&b=%2B2", "c=3+4", "c", "3 4" },
        { FIELDS_FORM, "a=1", "a=1", "a", "1" },
        { FIELDS_FORM, "a=1", "a=2", "a", NULL },
        { FIELDS_JSON, "q=7", "{\"a\":{\"b\":\"x\"},\"n\":81234567890,\"t\":true,\"z\":null}", "/a/b", "x" },
        { FIELDS_JSON, "q=7", "{\"a\":{\"b\":\"x\"}}", "q", "7" },
        { FIELDS_JSON, "", "{\"n\":81234567890,\"t\":true,\"z\":null}", "/n", "81234567890" },
        { FIELDS_JSON, "", "{\"n\":1,\"t\":true,\"z\":null}", "/t", "true" },
        { FIELDS_JSON, "", "{\"n\":1,\"t\":true,\"z\":null}", "/z", NULL },
        { FIELDS_JSON, "", "{\"a/b\":{\"~\":\"x\"}}", "/a~1b/~0", "x" },
        { FIELDS_JSON, "", "{\"m\":[{\"t\":\"x\"}]}", "/m/0/t", "x" },
        { FIELDS_JSON, "", "[{\"t\":\"x\"}]", "/0/t", "x" },
        { FIELDS_JSON, "", "{\"m\":[{\"t\":\"x\"},{\"t\":\"y\"}]}", "/m/0/t", NULL },
        { FIELDS_JSON, "", "{\"m\":[{\"t\":\"x\"}]}", "/m/-1/t", NULL },
        { FIELDS_XML, "", "<a i='7'><b>x<c>y</c>z</b></a>", "/a/b", "xz" },
        { FIELDS_XML, "", "<a i='7'><b>x<c>y</c>z</b></a>", "/a/b/c", "y" },
        { FIELDS_XML, "", "<a i='7'><b>x</b></a>", "/a/@i", "7" },
        { FIELDS_XML, "", "<s:a xmlns:s='u'><s:b>x</s:b></s:a>", "/a/b", "x" },
        { FIELDS_XML, "", "<a><b/></a>", "/a/b", "" },
        { FIELDS_XML, "", "<a><b>x</b><b>y</b></a>", "/a/b", NULL },
        { FIELDS_XML, "", "<a>caf\xe9</a>", "/a", "caf\xc3\xa9" },
        { FIELDS_XML, "", "<?xml version='1.0' encoding='ISO-8859-1'?><a>caf\xc3\xa9</a>", "/a",
          "caf\xc3\xa9" },
        { FIELDS_XML, "", "<a>&#x1F600;</a>", "/a", "\xf0\x9f\x98\x80" },
    };
    struct fields f;
    struct slice v;
    struct arena a;

    (void)state;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool there;

        assert_int_equal(
            fields_read(&f, cases[i].format, slice_of(cases[i].query), slice_of(cases[i].body), &a), 0);
        there = fields_get(&f, slice_of(cases[i].name), &v);
        if (there != (cases[i].value != NULL) || !slice_is(v, cases[i].value ? cases[i].value : ""))
            fail_msg("%s of %s: %s\"%.*s\"", cases[i].name, cases[i].body, there ? "" : "not there ",
                     SLICE_ARG(v));
        fields_free(&f);
    }
    arena_free(&a);
}

static void what_is_no_such_body_is_refused(void **state)
{
    static const struct {
        enum fields_format format;
        const char *body;
    } cases[] = {
        { FIELDS_JSON, "" },
        { FIELDS_JSON, "{\"a\":1,\"a\":2}" },
        { FIELDS_JSON, "{\"a\":1} x" },
        { FIELDS_XML, "" },
        { FIELDS_XML, "<a>" },
        { FIELDS_XML, "<a></a><b/>" },
        { FIELDS_XML, "<!DOCTYPE a><a/>" },
        { FIELDS_XML, "<!DOCTYPE a [<!ENTITY l SYSTEM 'file:///etc/passwd'>]><a>&l;</a>" },
        { FIELDS_XML, "<a>&l;</a>" },
        { FIELDS_XML, "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a></"
                      "a></a></a></a>"
                      "</a></a></a></a>" },
    };
    struct fields f;
    struct arena a;

    (void)state;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (fields_read(&f, cases[i].format, S(""), slice_of(cases[i].body), &a) == 0)
            fail_msg("%s was read", cases[i].body);
        fields_free(&f);
    }
    arena_free(&a);
}

static void lists_have_items(void **state)
{
    struct slice *each, v;
    struct fields f;
    struct arena a;

    (void)state;
    arena_init(&a, 1 << 20);
    assert_int_equal(json_items(S("{\"m\":[{\"t\":\"x,]\"}, {\"t\":\"y\"}],\"o\":1}"), S("/m"), &a, &each),
                     2);
    assert_int_equal(fields_read(&f, FIELDS_JSON, S(""), each[1], &a), 0);
    assert_true(fields_get(&f, S("/t"), &v) && slice_is(v, "y"));
    fields_free(&f);
    assert_true(slice_is(each[0], "{\"t\":\"x,]\"}"));
    assert_int_equal(json_items(S("{\"m\":[],\"o\":1}"), S("/m"), &a, &each), 0);
    assert_int_equal(json_items(S("{\"m\":[],\"o\":1}"), S("/o"), &a, &each), -1);
    assert_int_equal(json_items(S("{\"m\":[],\"m\":[1]}"), S("/m"), &a, &each), -1);
    assert_int_equal(json_items(S("{\"a\":{\"b\":[1,[2,3],\"\\\"]\"]}}"), S("/a/b"), &a, &each), 3);
    assert_int_equal(json_items(S("[1,2]"), S(""), &a, &each), 2);
    assert_int_equal(json_items(S("{\"m\":[{\"t\":\"x\"}"), S("/m"), &a, &each), -1);
    arena_free(&a);
}

static void what_can_be_mended_in_json_is(void **state)
{
    static const struct {
        const char *json, *text, *id;
    } rows[] = {
        { "{\"t\":\"halo \\ud83d\",\"i\":1}", "halo \xEF\xBF\xBD", "1" },
        { "{\"t\":\"\\ude00 \\ud83d\\ude00\",\"i\":9}", "\xEF\xBF\xBD \xF0\x9F\x98\x80", "9" },
        { "{\"t\":\"a\\\\ud83d\",\"i\":-12.5}", "a\\ud83d", "-12.5" },
        { "{\"t\":\"1e999\",\"i\":99999999999999999999999}", "1e999", "99999999999999999999999" },
        { "{\"t\":\"x\",\"i\":1e999}", "x", "1e999" },
        { "{\"t\":\"\\u0048\",\"i\":123456789012345}", "H", "123456789012345" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice v;
        struct fields f;
        struct arena a;

        arena_init(&a, 1 << 20);
        assert_int_equal(fields_read(&f, FIELDS_JSON, S(""), slice_of(rows[i].json), &a), 0);
        assert_true(fields_get(&f, S("/t"), &v) && slice_is(v, rows[i].text));
        assert_true(fields_get(&f, S("/i"), &v) && slice_is(v, rows[i].id));
        fields_free(&f);
        arena_free(&a);
    }
}

static void written_patterns_are_found(void **state)
{
    struct slice groups[PATTERN_GROUPS];
    char bomb[64];
    struct err e;

    (void)state;
    assert_true(pattern_find(S("^200 (\\w+)\\|"), S("200 OK|7"), groups));
    assert_true(slice_is(groups[1], "OK"));
    assert_true(pattern_find(S("7$"), S("200 OK|7"), groups));
    assert_false(pattern_find(S("^8"), S("200 OK|7"), groups));
    assert_true(pattern_find(S("(a)(b)(c)(d)(e)(f)(g)"), S("abcdefg"), groups));
    assert_false(pattern_find(S("(a"), S("a"), groups));
    assert_false(pattern_compiles(S("(a"), &e));
    assert_non_null(strstr(e.text, "missing closing parenthesis"));
    assert_true(pattern_compiles(S("a|b"), &e));
    /* What would take for ever is not found. */
    memset(bomb, 'a', sizeof bomb);
    assert_false(pattern_find(S("^(a+)+$b"), slice_make(bomb, sizeof bomb), groups));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_escaped_by_their_place),
        cmocka_unit_test(unknown_words_are_found),
        cmocka_unit_test(types_say_how_values_are_escaped),
        cmocka_unit_test(fields_are_found_by_their_names),
        cmocka_unit_test(what_is_no_such_body_is_refused),
        cmocka_unit_test(lists_have_items),
        cmocka_unit_test(what_can_be_mended_in_json_is),
        cmocka_unit_test(written_patterns_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
