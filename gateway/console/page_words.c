/* page_words.c - a word that is not understood yet: what past messages would say with it, and the row that
 * teaches it (config/forms/lists/). */
#include "gateway/console/pages.h"
#include "gateway/console/values.h"

#include "flows/print/understanding_json.h"
#include "flows/understand/understanding.h"
#include "parsers/text.h"

enum {
    WORD_MOST = 40,
    LOOKED_THROUGH = 200,
};

static const struct reader_part parts[] = {
    { .name = "rows",
      .kind = READ_LOG,
      .sql = "SELECT i.uuid AS id, i.at_ms AS waktu, words(i.text, i.understood) AS teks, i.reason AS hasil,"
             " i.text AS _raw FROM message_in AS i WHERE i.kind = 'sms'",
      .tail = "ORDER BY i.id DESC",
      .limit = LOOKED_THROUGH,
      .filters = { { "_kata",
                     "AND i.id IN (SELECT rowid FROM log.message_in_text WHERE message_in_text MATCH :_kata"
                     " ORDER BY rowid DESC LIMIT 1000)" } } },
};

/* The value that the word is to mean: "penyakit/diare". */
static const struct word *value_of(const struct ruleset *rules, struct slice asked,
                                   const struct word_list **list)
{
    struct slice code = asked, name = slice_cut(&code, '/');

    *list = list_by_name(&rules->forms, name);
    return *list ? word_by_code(*list, code) : NULL;
}

static bool is_whole(struct slice text, size_t at, size_t n)
{
    return (at == 0 || !text_is_word(text.p[at - 1])) && (at + n == text.n || !text_is_word(text.p[at + n]));
}

/* The text with the word in each place where it stands by itself replaced; empty when it stands nowhere. */
static struct slice replaced(struct slice text, struct slice word, struct slice by, struct arena *a)
{
    struct slice out = S("");
    bool any = false;
    struct buf b;

    buf_init(&b, text.n * 8 + 1024);
    for (size_t i = 0; i < text.n;) {
        if (i + word.n <= text.n && slice_ieq(slice_make(text.p + i, word.n), word) &&
            is_whole(text, i, word.n)) {
            buf_add(&b, by);
            any = true;
            i += word.n;
        } else {
            buf_char(&b, text.p[i++]);
        }
    }
    if (any && !b.failed)
        out = arena_copy(a, buf_slice(&b));
    buf_free(&b);
    return out;
}

/* What a text is read as: "accepted" and its fields, of each report in it. */
static struct slice reading_of(struct request *r, struct slice text, int64_t at_ms)
{
    const struct ruleset *rules = r->console->ops.rules(r->console->ops.arg);
    struct said *said = ARENA_NEW(&r->arena, struct said);
    struct slice out = S("");
    struct buf b;

    if (!said || !understand_sms(rules, text, at_ms, &r->arena, said))
        return out;
    buf_init(&b, 64 << 10);
    understanding_json(&b, rules, said, NULL, &r->arena);
    out = arena_copy(&r->arena, buf_slice(&b));
    buf_free(&b);
    return out;
}

/* "ditolak invalid:penyakit", "diterima": of the first report. */
static void put_short(struct request *r, struct node *row, const char *name, const char *why,
                      struct slice json)
{
    const struct node *o = node_read(slice_trim(json), &r->arena);
    const struct node *error = node_get(o, "error");
    struct slice form = node_text(o, "form"), code = node_text(error, "code"),
                 field = node_text(error, "field");

    node_put(row, name, node_text(o, "status"));
    node_put(row, why,
             arena_printf(&r->arena, "%.*s%s%.*s%s%.*s", SLICE_ARG(form), code.n ? " " : "", SLICE_ARG(code),
                          field.n ? ":" : "", SLICE_ARG(field)));
}

static void add_if_other(struct request *r, const struct node *row, struct slice word, struct slice by,
                         struct node *list)
{
    struct slice raw = node_text(row, "_raw"), with = replaced(raw, word, by, &r->arena), before, after;
    int64_t at_ms = node_int(row, "waktu");
    struct node *o;

    if (!with.n)
        return;
    before = reading_of(r, raw, at_ms);
    after = reading_of(r, with, at_ms);
    if (slice_eq(before, after))
        return;
    o = values_copy(row, &r->arena);
    put_short(r, o, "dulu", "sebab_dulu", before);
    put_short(r, o, "nanti", "sebab_nanti", after);
    node_add(list, o);
}

static void put_row(struct request *r, const struct word_list *list, const struct word *w, struct slice word)
{
    /* As much of the row as finds it: what else stands there stays. */
    node_put(
        r->values, "baris",
        arena_printf(&r->arena, "- {code: %.*s, …, words: […, %.*s]}", SLICE_ARG(w->code), SLICE_ARG(word)));
    node_put(r->values, "berkas", arena_printf(&r->arena, "forms/lists/%.*s.yaml", SLICE_ARG(list->name)));
}

static void put_choices(struct request *r, struct slice chosen)
{
    const struct ruleset *rules = r->console->ops.rules(r->console->ops.arg);
    struct node *list = node_list(&r->arena);

    for (unsigned i = 0; i < rules->forms.lists_n; i++)
        for (unsigned k = 0; k < rules->forms.lists[i].n; k++) {
            const struct word_list *l = &rules->forms.lists[i];
            struct node *o = node_object(&r->arena);
            struct slice value =
                arena_printf(&r->arena, "%.*s/%.*s", SLICE_ARG(l->name), SLICE_ARG(l->words[k].code));

            node_put(o, "value", value);
            node_put_bool(o, "on", slice_eq(value, chosen));
            node_add(list, o);
        }
    node_set(r->values, "_nilai", list);
}

static void words_more(struct request *r)
{
    const struct ruleset *rules = r->console->ops.rules(r->console->ops.arg);
    struct slice word = slice_take(slice_trim(request_param(r, "kata")), WORD_MOST);
    const struct word_list *list = NULL;
    const struct word *value = value_of(rules, request_param(r, "nilai"), &list);
    struct node *others = node_list(&r->arena);

    if (word.n && value) {
        request_audit(r, "ajarkan", S(""), S(""), "ok");
        for (const struct node *row = node_first(node_get(r->values, "rows")); row; row = row->next)
            add_if_other(r, row, word, value->say.n ? value->say : value->code, others);
        put_row(r, list, value, word);
    }
    node_put_bool(r->values, "ditanya", word.n && value);
    r->values = values_with(r->values, "rows", others, &r->arena);
    values_int(r->values, "n", others->n);
    if (r->as == AS_PAGE)
        put_choices(r, request_param(r, "nilai"));
    page_show(r);
}

const struct page page_words = { .name = "kata", PARTS(parts), .more = words_more };
