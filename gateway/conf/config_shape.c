/* config_shape.c - private to config.c: a provider of dialect generic, whose shape is told by configuration
 * alone.
 *
 * The rows of config_keys.def say what each key takes; here stands what they say about each other.  What
 * loads can be used: templates are filled with a sample and read back, so that no SMS finds a body that is no
 * JSON. */
#include <string.h>

#include "gateway/conf/config_value.h"
#include "parsers/dialect.h"
#include "parsers/fields.h"
#include "parsers/template.h"

static const struct {
    const char *name;
    enum key_section section;
} doors[] = { { "sms_in", SECTION_SMS },
              { "ussd_in", SECTION_USSD },
              { "dlr_in", SECTION_DLR },
              { "answer", SECTION_ANSWER },
              { "signature", SECTION_SIGNATURE } };

enum {
    DOORS = 3, /* of them that take requests */
    MAPS = sizeof doors / sizeof *doors
};

/* The place of a key, or of the map where it was left out. */
static struct mark place(struct yaml *map, const char *key)
{
    struct yaml *node = yaml_get(map, key);

    return node ? node->mark : map->mark;
}

/* --- doors --- */

static bool signs(const struct provider_conf *p)
{
    return p->secret.n > 0;
}

static void check_fields(struct config_reader *r, struct yaml *map, const struct shape_door *d)
{
    static const char *const fields[] = { "list", "from",  "text",  "to",   "id",  "time",   "session",
                                          "code", "event", "parts", "part", "ref", "our_id", "state" };
    bool form = slice_is(d->format, "form");

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct yaml *node = yaml_get(map, fields[i]);

        if (node && form && slice_starts(node->text, "/"))
            fault_add(r->faults, node->mark, "\"%s\": a pointer needs format: json or format: xml",
                      fields[i]);
    }
    if (d->list.n && !slice_is(d->format, "json"))
        fault_add(r->faults, place(map, "list"), "\"list\" needs format: json");
    if (!form && slice_is(d->method, "GET"))
        fault_add(r->faults, place(map, "format"), "a GET has no body: format: form, or method: POST");
}

static void check_door(struct config_reader *r, struct yaml *map, const struct shape_door *d,
                       const struct shape *s, const struct provider_conf *p)
{
    bool form = slice_is(d->format, "form"), body = slice_is(s->signature.over, "body");

    check_fields(r, map, d);
    if (signs(p) && body && slice_is(d->method, "GET"))
        fault_add(r->faults, place(map, "method"),
                  "a GET has no body that could be signed: signature: {over: query}");
    if (signs(p) && !body && !form)
        fault_add(r->faults, place(map, "format"),
                  "its body is not signed, so it is not read: signature: {over: body}");
}

/* A template filled with a sample must be what its type says. */
static bool is_whole(struct slice filled, struct slice type, struct arena *a)
{
    enum template_escape escape = TEMPLATE_PLAIN;
    struct fields f;
    bool ok;

    if (!template_escape_of(type, &escape) || (escape != TEMPLATE_JSON && escape != TEMPLATE_XML))
        return true;
    ok = fields_read(&f, escape == TEMPLATE_JSON ? FIELDS_JSON : FIELDS_XML, S(""), filled, a) == 0;
    fields_free(&f);
    return ok;
}

static void not_whole(struct config_reader *r, struct yaml *map, const char *key, struct slice type)
{
    fault_add(r->faults, place(map, key),
              "\"%s\" is no whole %.*s when it is filled in: quotes around {words}, all brackets closed?",
              key, SLICE_ARG(type));
}

static void check_ussd(struct config_reader *r, struct yaml *map, const struct shape *s)
{
    const struct shape_door *d = &s->ussd;

    if ((d->begins.n || d->ends.n) != (d->event.n > 0))
        fault_add(r->faults, place(map, "event"),
                  "\"event\" and its words in \"begins\" and \"ends\" go together");
    if ((d->page_goes_on.n > 0) != (d->page_ends.n > 0))
        fault_add(r->faults, map->mark, "\"goes_on\" and \"last\" go together");
    for (int ends = 0; ends < 2 && d->page_ends.n && d->page_goes_on.n; ends++) {
        struct wire_page page = {
            .text = S("1 Ya \"&<\n2"), .session = S("7"), .from = S("+62812"), .shape = s
        };
        const char *key = ends ? "last" : "goes_on";
        struct wire_answer said;

        page.ends = ends != 0;
        dialect_answer_ussd(dialect_by_name(S("generic")), &page, r->arena, &said);
        if (!is_whole(said.body, d->page_type, r->arena))
            not_whole(r, map, key, d->page_type);
        if (!template_has(ends ? d->page_ends : d->page_goes_on, "page"))
            fault_add(r->faults, place(map, key), "\"%s\" must hold {page}", key);
    }
}

static void check_dlr(struct config_reader *r, struct yaml *map, const struct shape_door *d)
{
    if (!d->id.n && !d->our_id.n)
        fault_add(r->faults, map->mark, "\"dlr_in\" needs \"id\" or \"our_id\": which SMS is it about?");
    if (!d->delivered.n)
        fault_add(r->faults, map->mark,
                  "\"dlr_in\" needs \"delivered\": the words of \"state\" for an SMS that arrived");
}

static void check_answer(struct config_reader *r, struct yaml *map, const struct shape *s)
{
    static const struct {
        const char *key;
        enum reason reason;
    } cases[] = { { "taken", REASON_accepted },
                  { "duplicate", REASON_duplicate },
                  { "busy", REASON_busy },
                  { "refused", REASON_bad_shape } };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wire_outcome what = { .reason = cases[i].reason, .id = S("a\"<&"), .shape = s };
        struct wire_answer said;

        if (!yaml_get(map, cases[i].key))
            continue;
        dialect_answer(dialect_by_name(S("generic")), &what, r->arena, &said);
        if (!is_whole(said.body, s->answer.type, r->arena))
            not_whole(r, map, cases[i].key, s->answer.type);
    }
    if (s->answer.busy_status && s->answer.busy_status < 400 && !s->answer.busy.n)
        fault_add(r->faults, place(map, "busy_status"),
                  "a busy_status under 400 needs \"busy\": how else would it know to come again?");
}

/* --- sending --- */

static bool said_somewhere(const struct shape_send *s, struct slice url, const char *word)
{
    bool found = template_has(url, word) || (!slice_is(s->method, "GET") && template_has(s->body, word));

    for (unsigned i = 0; i < s->headers_n; i++)
        found = found || template_has(s->headers[i], word);
    return found;
}

static void check_url(struct config_reader *r, struct yaml *send, struct slice url)
{
    struct slice word, host = config_url_host(url);

    if (template_unknown(url, config_words(SECTION_SEND_AS), &word))
        fault_add(r->faults, place(send, "url"), "\"url\": there is no {%.*s} here", SLICE_ARG(word));
    if (slice_find(host, '{') != (size_t)-1)
        fault_add(r->faults, place(send, "url"), "\"url\": the host cannot be a {word}");
}

static void check_send(struct config_reader *r, struct yaml *send, const struct shape *s,
                       const struct provider_conf *p)
{
    static const char *const due[] = { "to", "text" };
    struct wire_sms sms = { .url = p->send.url,
                            .username = S("u"),
                            .password = S("p\"<&"),
                            .from = S("98120"),
                            .to = S("+6281234567890"),
                            .text = S("Diterima \"48217\" <&>\\"),
                            .uuid = S("6f9619ff"),
                            .dlr_url = S("https://sms.example/dlr/x"),
                            .shape = s };
    bool get = slice_is(s->send.method, "GET");
    struct wire_send wire;

    if (!p->send.url.n)
        return;
    check_url(r, send, p->send.url);
    if (get && s->send.body.n)
        fault_add(r->faults, place(send, "body"), "a GET has no body: all stands in \"url\"");
    for (size_t i = 0; i < sizeof due / sizeof *due; i++)
        if (!said_somewhere(&s->send, p->send.url, due[i]))
            fault_add(r->faults, place(send, get ? "url" : "body"), "\"send\" says nowhere {%s}", due[i]);
    if (said_somewhere(&s->send, p->send.url, "dlr_url") && !r->config->public_url.n)
        fault_add(r->faults, send->mark, "{dlr_url} needs \"public_url\" on top of this file");
    if (!get && dialect_by_name(S("generic"))->encode_send(&sms, r->arena, &wire) == WIRE_OK &&
        !is_whole(wire.body, s->send.type, r->arena))
        not_whole(r, send, "body", s->send.type);
}

/* --- all of it --- */

static void read_door(struct config_reader *r, struct yaml *map, enum key_section section, struct shape *s,
                      const struct provider_conf *p)
{
    switch (section) {
    case SECTION_SMS:
        if ((s->sms.part.n > 0) != (s->sms.ref.n > 0) || (s->sms.part.n && !s->sms.parts.n))
            fault_add(r->faults, map->mark,
                      "\"parts\", \"part\" and \"ref\" go together, or \"parts\" stands alone");
        if (s->sms.part.n && s->sms.list.n)
            fault_add(r->faults, place(map, "part"), "\"part\" and \"list\" do not go together");
        yaml_need(map, "from", r->faults);
        yaml_need(map, "text", r->faults);
        check_door(r, map, &s->sms, s, p);
        break;
    case SECTION_USSD:
        yaml_need(map, "from", r->faults);
        yaml_need(map, "session", r->faults);
        yaml_need(map, "text", r->faults);
        check_door(r, map, &s->ussd, s, p);
        check_ussd(r, map, s);
        break;
    case SECTION_DLR:
        yaml_need(map, "state", r->faults);
        check_door(r, map, &s->dlr, s, p);
        check_dlr(r, map, &s->dlr);
        break;
    case SECTION_ANSWER:
        check_answer(r, map, s);
        break;
    default:
        if (!signs(p))
            fault_add(r->faults, map->mark,
                      "\"signature\" needs \"secret_file\" beside it: the key of its signatures");
    }
}

const struct shape *config_shape(struct config_reader *r, struct yaml *provider, struct yaml *send,
                                 const struct provider_conf *p)
{
    struct shape *s = ARENA_NEW(r->arena, struct shape);
    struct yaml *map[MAPS];
    bool any = send != NULL;

    if (!s)
        return NULL;
    config_section(r, send, SECTION_SEND_AS, s);
    for (int i = 0; i < MAPS; i++) {
        map[i] = yaml_map(provider, doors[i].name, r->faults);
        any = any || (i < DOORS && map[i]);
        config_section(r, map[i], doors[i].section, s);
        config_refuse_unknown(r, map[i], doors[i].section);
    }
    for (int i = 0; i < MAPS; i++)
        if (map[i])
            read_door(r, map[i], doors[i].section, s, p);
    if (send)
        check_send(r, send, s, p);
    if (!any)
        fault_add(r->faults, provider->key_mark,
                  "a provider of dialect generic needs one of sms_in: ussd_in: dlr_in: send: "
                  "(docs/new-provider.md)");
    return s;
}

static void belongs_to_generic(struct config_reader *r, const struct yaml *node)
{
    fault_add(r->faults, node->key_mark, "\"%.*s\" belongs to dialect: generic", SLICE_ARG(node->key));
}

void config_no_shape(struct config_reader *r, const struct yaml *provider, const struct yaml *send)
{
    static const char *const send_keys[] = { "method", "type",      "body",  "headers", "number",
                                             "taken",  "throttled", "later", "refused", "id" };

    YAML_EACH(c, provider)
    for (int i = 0; i < MAPS; i++)
        if (slice_is(c->key, doors[i].name)) {
            belongs_to_generic(r, c);
            c->asked = true;
        }
    YAML_EACH(c, send)
    for (size_t i = 0; i < sizeof send_keys / sizeof *send_keys; i++)
        if (slice_is(c->key, send_keys[i])) {
            belongs_to_generic(r, c);
            c->asked = true;
        }
}
