/* config_value.c - one value of each type of key.  See config_value.h. */
#include "gateway/conf/config_value.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "gateway/conf/secret.h"
#include "gateway/model/duration.h"
#include "parsers/dialect.h"
#include "parsers/msisdn.h"
#include "parsers/pattern.h"
#include "parsers/smpp_text.h"
#include "parsers/template.h"

enum {
    SECRET_MIN = 16, /* characters of a token or key; shorter ones are warned of */
};

static void fault(struct config_reader *r, const struct key *k, const struct yaml *node, const char *takes)
{
    fault_add(r->faults, node->mark, "\"%s\" takes %s, not \"%.*s\"", k->name, takes,
              (int)(node->text.n < 60 ? node->text.n : 60), node->text.p);
}

static bool is_address(struct slice s)
{
    char text[64];
    unsigned char bytes[16];

    if (s.n == 0 || s.n >= sizeof text)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static bool parse_address(struct slice s, int64_t max, struct address *out)
{
    uint64_t port;
    size_t colon = s.n;

    while (colon > 0 && s.p[colon - 1] != ':')
        colon--;
    if (colon == 0 || !slice_to_u64(slice_skip(s, colon), &port) || port > (uint64_t)max)
        return false;
    out->host = slice_take(s, colon - 1);
    if (slice_starts(out->host, "[") && slice_ends(out->host, "]"))
        out->host = slice_make(out->host.p + 1, out->host.n - 2);
    else if (slice_find(out->host, ':') != (size_t)-1)
        return false;
    out->port = (unsigned)port;
    return is_address(out->host);
}

static void read_address(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    struct address a = { 0 };

    if (parse_address(node->text, k->max, &a))
        *(struct address *)at = a;
    else
        fault(r, k, node, "a numeric address and a port such as 127.0.0.1:7080 or [::1]:7080");
}

static void read_text(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    for (size_t i = 0; i < node->text.n; i++)
        if ((unsigned char)node->text.p[i] < ' ' || node->text.p[i] == 0x7F) {
            fault_add(r->faults, node->mark, "\"%s\" takes one line of text", k->name);
            return;
        }
    if ((int64_t)node->text.n < k->min || (int64_t)node->text.n > k->max)
        fault_add(r->faults, node->mark, "\"%s\" takes %lld to %lld characters, not %zu", k->name,
                  (long long)k->min, (long long)k->max, node->text.n);
    else
        *(struct slice *)at = node->text;
}

/* What is typed on a keypad: 98120, or *123# and *123*4# where the key is a USSD code. */
static void read_dial(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    bool ussd = k->fallback && k->fallback[0] == '*';
    struct slice s = node->text;
    bool ok = (int64_t)s.n >= k->min && (int64_t)s.n <= k->max;

    for (size_t i = 0; ok && i < s.n; i++) {
        bool star = i == 0 || (s.p[i] == '*' && s.p[i - 1] != '*');

        ok = ussd && i + 1 == s.n ? s.p[i] == '#' && s.p[i - 1] != '*'
             : ussd && star       ? s.p[i] == '*'
                                  : s.p[i] >= '0' && s.p[i] <= '9';
    }
    if (ok)
        *(struct slice *)at = s;
    else
        fault(r, k, node,
              ussd ? "a code to dial such as \"*123#\"" : "a number to send to such as \"98120\"");
}

static void read_path(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    struct slice s = { 0 };

    read_text(r, k, node, &s);
    if (s.n)
        *(struct slice *)at = config_path(r->arena, r->folder, s);
}

/* A secret lies in a file that nobody else may read. */
static void read_file(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    struct slice path = { 0 };

    read_path(r, k, node, &path);
    if (path.n && secret_file_check(path.p, k->name, node->mark, r->faults))
        *(struct slice *)at = path;
}

static void read_secret(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    struct slice path = { 0 }, s;

    read_path(r, k, node, &path);
    if (path.n == 0)
        return;
    s = secret_load(path.p, k->name, node->mark, r->arena, r->faults);
    if (s.n)
        *(struct slice *)at = s;
    if (s.n && s.n < SECRET_MIN && strcmp(k->name, "password_file") != 0)
        fault_warn(r->faults, node->mark, "\"%s\": %zu characters can be guessed: openssl rand -hex 16 > %s",
                   k->name, s.n, path.p);
}

static void read_url(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    struct slice s = { 0 };

    read_text(r, k, node, &s);
    if (s.n == 0)
        return;
    if ((!slice_starts(s, "http://") && !slice_starts(s, "https://")) || config_url_host(s).n == 0 ||
        slice_find(s, ' ') != (size_t)-1)
        fault(r, k, node, "a URL such as https://sms.example.go.id/send");
    else
        *(struct slice *)at = s;
}

/* Indonesia has three zones and no summer time. */
static const struct {
    const char *name;
    int minutes;
} timezones[] = {
    { "Asia/Jakarta", 420 },
    { "Asia/Pontianak", 420 },
    { "Asia/Makassar", 480 },
    { "Asia/Jayapura", 540 },
    { "UTC", 0 },
};

static void read_timezone(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    for (size_t i = 0; i < sizeof timezones / sizeof *timezones; i++)
        if (slice_is(node->text, timezones[i].name)) {
            *(struct slice *)at = node->text;
            r->config->utc_offset_min = timezones[i].minutes;
            return;
        }
    fault(r, k, node, "Asia/Jakarta, Asia/Pontianak, Asia/Makassar, Asia/Jayapura or UTC");
}

static void read_bool(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    struct slice s = node->text;

    if (slice_is(s, "yes") || slice_is(s, "true") || slice_is(s, "on"))
        *(bool *)at = true;
    else if (slice_is(s, "no") || slice_is(s, "false") || slice_is(s, "off"))
        *(bool *)at = false;
    else
        fault(r, k, node, "yes or no");
}

static void read_uint(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    int64_t v;

    if (slice_to_i64(node->text, &v) && v >= k->min && v <= k->max)
        *(unsigned *)at = (unsigned)v;
    else
        fault_add(r->faults, node->mark, "\"%s\" takes a whole number from %lld to %lld, not \"%.*s\"",
                  k->name, (long long)k->min, (long long)k->max, SLICE_ARG(node->text));
}

static void read_duration(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    int64_t ms;

    if (duration_parse(node->text, &ms) && ms >= k->min && ms <= k->max)
        *(unsigned *)at = (unsigned)ms;
    else
        fault_add(
            r->faults, node->mark,
            "\"%s\" takes a time such as 500ms, 4s, 15m, 24h or 7d, from %lldms to %lldms, not \"%.*s\"",
            k->name, (long long)k->min, (long long)k->max, SLICE_ARG(node->text));
}

static void read_redis(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    struct slice s = node->text;
    struct address a;

    if (slice_starts(s, "unix:") && s.n > 5 && s.n < 100)
        *(struct slice *)at =
            arena_printf(r->arena, "unix:%s", config_path(r->arena, r->folder, slice_skip(s, 5)).p);
    else if (parse_address(s, 65535, &a) && a.port)
        *(struct slice *)at = s;
    else
        fault(r, k, node, "unix:/run/redis/redis.sock or 127.0.0.1:6379");
}

static void read_durability(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    if (slice_is(node->text, "strict") || slice_is(node->text, "loose"))
        *(bool *)at = slice_is(node->text, "strict");
    else
        fault(r, k, node, "strict or loose");
}

static void read_numbers(struct config_reader *r, const struct key *k, struct yaml *node, void *base)
{
    struct config *c = base;

    c->duty_mark = node->mark;
    if ((int64_t)node->n < k->min || (int64_t)node->n > k->max)
        fault_add(r->faults, node->mark, "\"%s\" takes %lld to %lld telephone numbers", k->name,
                  (long long)k->min, (long long)k->max);
    YAML_EACH(item, node)
    {
        struct msisdn m;

        if (item->kind != YAML_SCALAR || !msisdn_parse(item->text, &m))
            fault_add(r->faults, item->mark, "\"%s\" takes telephone numbers such as \"+6281234567890\"",
                      k->name);
        else if (c->duty_n < CONFIG_DUTY)
            c->duty[c->duty_n++] = arena_copy(r->arena, msisdn_slice(&m));
    }
}

/* "10.0.0.7" or "10.0.0.0/24". */
static bool is_network(struct slice s)
{
    struct slice host = slice_cut(&s, '/');
    uint64_t bits;

    return is_address(host) && (s.n == 0 || (slice_to_u64(s, &bits) &&
                                             bits <= (slice_find(host, ':') == (size_t)-1 ? 32u : 128u)));
}

static void read_networks(struct config_reader *r, const struct key *k, struct yaml *node, struct slice *out,
                          unsigned *n)
{
    if (node->n == 0 || (int64_t)node->n > k->max)
        fault_add(r->faults, node->mark, "\"%s\" takes 1 to %lld addresses", k->name, (long long)k->max);
    YAML_EACH(item, node)
    {
        if (item->kind != YAML_SCALAR || !is_network(item->text))
            fault_add(r->faults, item->mark, "\"%s\" takes addresses such as 10.1.2.3 or 10.1.2.0/24",
                      k->name);
        else if (*n < CONFIG_ALLOW)
            out[(*n)++] = item->text;
    }
}

static void read_allow(struct config_reader *r, const struct key *k, struct yaml *node, void *base)
{
    struct provider_conf *p = base;

    read_networks(r, k, node, p->allow, &p->allow_n);
}

static void read_proxies(struct config_reader *r, const struct key *k, struct yaml *node, void *base)
{
    struct config *c = base;

    read_networks(r, k, node, c->proxies, &c->proxies_n);
}

static const char *choices(enum key_type type)
{
    switch (type) {
    case KEY_BIND:
        return "trx tx+rx";
    case KEY_USSD:
        return "spec tata mica 6d";
    case KEY_LONG:
        return "udh sar payload";
    case KEY_SEND_METHOD:
        return "POST GET";
    case KEY_DOOR_METHOD:
        return "GET POST any";
    case KEY_FORMAT:
        return "form json xml";
    case KEY_NUMBER_FORM:
        return "+62 62 0";
    case KEY_TEXT_IS:
        return "last whole";
    default:
        return "body query";
    }
}

static void one_of(struct config_reader *r, const struct key *k, struct yaml *node, void *at,
                   struct slice words)
{
    struct slice rest = words;

    while (rest.n)
        if (slice_eq(slice_cut(&rest, ' '), node->text)) {
            *(struct slice *)at = node->text;
            return;
        }
    fault_add(r->faults, node->mark, "\"%s\" takes one of: %.*s; not \"%.*s\"", k->name, SLICE_ARG(words),
              SLICE_ARG(node->text));
}

static void read_choice(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    one_of(r, k, node, at, slice_of(choices(k->type)));
}

/* SMPP is none of parsers/dialect.h: it is no HTTP. */
static void read_dialect(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    one_of(r, k, node, at, arena_printf(r->arena, "%ssmpp", dialect_names));
}

static void read_codings(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    struct smpp_codings codings;

    if (smpp_codings_override(&codings, node->text))
        *(struct slice *)at = node->text;
    else
        fault(r, k, node, "codings such as \"0=latin1 1=gsm7\"; gsm7 ascii latin1 ucs2 utf8 octets");
}

static void read_ton_npi(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    struct smpp_address a;

    if (smpp_address_of(S("1"), node->text, &a))
        *(struct slice *)at = node->text;
    else
        fault(r, k, node, "auto, or TON/NPI such as 1/1");
}

static void read_mime(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    enum template_escape escape;
    struct slice s = { 0 };

    read_text(r, k, node, &s);
    if (s.n && template_escape_of(s, &escape))
        *(struct slice *)at = s;
    else if (s.n)
        fault(r, k, node, "application/x-www-form-urlencoded, application/json, text/xml or text/plain");
}

static void read_field(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    struct slice s = { 0 };

    read_text(r, k, node, &s);
    if (s.n && (slice_find(s, ' ') != (size_t)-1 || slice_is(s, "/")))
        fault(r, k, node, "the name of a field, or a pointer such as /sms/from");
    else if (s.n)
        *(struct slice *)at = s;
}

/* "to text from" */
static const char *words_of(struct config_reader *r, enum key_section section)
{
    struct slice all = S("");

    for (const char *const *w = config_words(section); *w; w++)
        all = arena_printf(r->arena, "%.*s%s%s", SLICE_ARG(all), all.n ? " " : "", *w);
    return all.n ? all.p : "";
}

static void read_template(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    struct slice s = node->text, word;

    if ((int64_t)s.n < k->min || (int64_t)s.n > k->max)
        fault_add(r->faults, node->mark, "\"%s\" takes %lld to %lld characters, not %zu", k->name,
                  (long long)k->min, (long long)k->max, s.n);
    else if (template_unknown(s, config_words(k->section), &word))
        fault_add(r->faults, node->mark, "\"%s\": there is no {%.*s} here; the words are: %s", k->name,
                  SLICE_ARG(word), words_of(r, k->section));
    else
        *(struct slice *)at = s;
}

static void read_pattern(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    struct slice s = { 0 };
    struct err why;

    read_text(r, k, node, &s);
    if (s.n && !pattern_compiles(s, &why))
        fault_add(r->faults, node->mark, "\"%s\" is no regular expression: %s", k->name, why.text);
    else if (s.n)
        *(struct slice *)at = s;
}

static void read_id_place(struct config_reader *r, const struct key *k, struct yaml *node, void *at)
{
    if (slice_starts(node->text, "/"))
        read_field(r, k, node, at);
    else
        read_pattern(r, k, node, at);
}

/* "Name: value"; what curl or `type` says by itself may not be said twice. */
static bool is_header(struct slice s)
{
    static const char *const ours[] = { "Content-Type", "Content-Length", "Transfer-Encoding",
                                        "Host",         "Expect",         "Connection" };
    struct slice name = slice_cut(&s, ':');

    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (slice_ieq(name, slice_of(ours[i])))
            return false;
    for (size_t i = 0; i < name.n; i++)
        if (!((name.p[i] >= 'a' && name.p[i] <= 'z') || (name.p[i] >= 'A' && name.p[i] <= 'Z') ||
              (name.p[i] >= '0' && name.p[i] <= '9') || name.p[i] == '-' || name.p[i] == '_'))
            return false;
    return name.n > 0 && slice_trim(s).n > 0;
}

static void read_headers(struct config_reader *r, const struct key *k, struct yaml *node, void *base)
{
    struct shape *shape = base;

    if ((int64_t)node->n < k->min || (int64_t)node->n > k->max)
        fault_add(r->faults, node->mark, "\"%s\" takes %lld to %lld headers", k->name, (long long)k->min,
                  (long long)k->max);
    YAML_EACH(item, node)
    {
        struct slice word;

        if (item->kind != YAML_SCALAR || !is_header(item->text) || item->text.n > 512)
            fault_add(r->faults, item->mark,
                      "\"%s\" takes lines such as \"Authorization: Bearer {password}\"; the content type is "
                      "said by "
                      "\"type\"",
                      k->name);
        else if (template_unknown(item->text, config_words(k->section), &word))
            fault_add(r->faults, item->mark, "\"%s\": there is no {%.*s} here; the words are: %s", k->name,
                      SLICE_ARG(word), words_of(r, k->section));
        else if (shape->send.headers_n < SHAPE_HEADERS)
            shape->send.headers[shape->send.headers_n++] = item->text;
    }
}

typedef void value_reader(struct config_reader *, const struct key *, struct yaml *, void *);

static value_reader *const readers[] = {
    [KEY_ADDRESS] = read_address,    [KEY_PATH] = read_path,          [KEY_FILE] = read_file,
    [KEY_SECRET] = read_secret,      [KEY_TEXT] = read_text,          [KEY_URL] = read_url,
    [KEY_TIMEZONE] = read_timezone,  [KEY_BOOL] = read_bool,          [KEY_UINT] = read_uint,
    [KEY_DURATION] = read_duration,  [KEY_REDIS] = read_redis,        [KEY_DURABILITY] = read_durability,
    [KEY_NUMBERS] = read_numbers,    [KEY_ALLOW] = read_allow,        [KEY_DIALECT] = read_dialect,
    [KEY_BIND] = read_choice,        [KEY_USSD] = read_choice,        [KEY_DIAL] = read_dial,
    [KEY_LONG] = read_choice,        [KEY_CODINGS] = read_codings,    [KEY_TON_NPI] = read_ton_npi,
    [KEY_SEND_METHOD] = read_choice, [KEY_DOOR_METHOD] = read_choice, [KEY_FORMAT] = read_choice,
    [KEY_NUMBER_FORM] = read_choice, [KEY_TEXT_IS] = read_choice,     [KEY_OVER] = read_choice,
    [KEY_MIME] = read_mime,          [KEY_FIELD] = read_field,        [KEY_TEMPLATE] = read_template,
    [KEY_PATTERN] = read_pattern,    [KEY_ID_PLACE] = read_id_place,  [KEY_HEADERS] = read_headers,
    [KEY_PROXIES] = read_proxies,
};

void config_value(struct config_reader *r, const struct key *k, struct yaml *node, void *base)
{
    bool list =
        k->type == KEY_NUMBERS || k->type == KEY_ALLOW || k->type == KEY_HEADERS || k->type == KEY_PROXIES;

    if (list ? node->kind != YAML_LIST : node->kind != YAML_SCALAR)
        fault_add(r->faults, node->mark, "\"%s\" takes %s", k->name,
                  list ? "a list in brackets" : "one value, not a list or map");
    else
        readers[k->type](r, k, node, list ? base : (char *)base + k->offset);
}
