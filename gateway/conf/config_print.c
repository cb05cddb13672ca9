/* config_print.c - the table of keys as text: the annotated sample, and the configuration in force. */
#include <stdio.h>
#include <string.h>

#include "gateway/conf/config_value.h"

/* --- the annotated sample --- */

static const struct {
    const char *head, *indent;
} prints[] = {
    [SECTION_TOP] = { NULL, "" },
    [SECTION_REDIS] = { "redis:\n", "  " },
    [SECTION_LIMITS] = { "limits:\n", "  " },
    [SECTION_PROVIDER] = { "providers:\n"
                           "  emulator:\n"
                           "    dialect: emulator\n"
                           "  # Each provider has a name of your choice and these keys:\n"
                           "  # kannel:\n",
                           "  #   " },
    [SECTION_SEND] = { "  #   send:\n", "  #     " },
    [SECTION_SEND_AS] = { "  #     # dialect generic only, as all down to the sinks "
                          "(docs/new-provider.md):\n",
                          "  #     " },
    [SECTION_SMS] = { "  #   sms_in:\n", "  #     " },
    [SECTION_USSD] = { "  #   ussd_in:\n", "  #     " },
    [SECTION_DLR] = { "  #   dlr_in:\n", "  #     " },
    [SECTION_ANSWER] = { "  #   answer:\n", "  #     " },
    [SECTION_SIGNATURE] = { "  #   signature:\n", "  #     " },
    [SECTION_SINK] = { "sinks:\n"
                       "  lokal:\n"
                       "    kind: sqlite\n"
                       "  # Each sink has a name of your choice and these keys:\n"
                       "  # kabupaten:\n",
                       "  #   " },
};

/* What a value without a default looks like. */
static const char *sample(enum key_type t)
{
    switch (t) {
    case KEY_ALLOW:
    case KEY_PROXIES:
        return "[127.0.0.1]";
    case KEY_HEADERS:
        return "[\"Name: ...\"]";
    case KEY_NUMBERS:
        return "[\"+6281234567890\"]";
    case KEY_URL:
        return "https://...";
    case KEY_REDIS:
        return "127.0.0.1:6379";
    default:
        return "...";
    }
}

static void print_key(struct buf *out, const struct key *k)
{
    const char *indent = prints[k->section].indent;
    bool commented = k->section >= SECTION_PROVIDER;
    size_t start = out->n;

    buf_printf(out, "%s%s%s: ", indent, k->fallback || commented ? "" : "# ", k->name);
    if (k->fallback && (k->type == KEY_TEXT || k->type == KEY_DIAL || k->type == KEY_NUMBER_FORM))
        buf_json(out, slice_of(k->fallback));
    else
        buf_str(out, k->fallback ? k->fallback : sample(k->type));
    if (k->prose[0]) {
        while (out->n - start < 34)
            buf_char(out, ' ');
        buf_printf(out, "  # %s", k->prose);
    }
    buf_char(out, '\n');
}

void config_print_defaults(struct buf *out)
{
    enum key_section before = SECTION_TOP;

    buf_str(out, "# Every key of kentongan.yaml with its default.  Every key may be left out.\n");
    for (size_t i = 0; i < config_keys_n; i++) {
        if (config_keys[i].section != before && prints[config_keys[i].section].head)
            buf_str(out, prints[config_keys[i].section].head);
        before = config_keys[i].section;
        print_key(out, &config_keys[i]);
    }
}

/* --- the configuration in force --- */

/* A template may hold what is secret, whatever we say of {password}. */
static bool is_secret(const struct key *k)
{
    return k->type == KEY_SECRET || k->type == KEY_TEMPLATE || strcmp(k->name, "password") == 0 ||
           strcmp(k->name, "dsn") == 0;
}

static void print_slice(struct buf *out, const struct key *k, struct slice v)
{
    if (is_secret(k))
        buf_str(out, v.n ? "(set)" : "(none)");
    else if (k->type == KEY_URL) /* so may a query */
        buf_json(out, slice_take(v, slice_find(v, '?')));
    else
        buf_json(out, v);
}

/* One value by its type; base is the section's struct. */
static void print_value(struct buf *out, const struct key *k, const void *base)
{
    const char *at = (const char *)base + k->offset;
    const struct address *a = (const struct address *)(const void *)at;

    switch (k->type) {
    case KEY_ADDRESS:
        buf_printf(out, "%.*s:%u", SLICE_ARG(a->host), a->port);
        break;
    case KEY_BOOL:
        buf_str(out, *(const bool *)at ? "yes" : "no");
        break;
    case KEY_DURABILITY:
        buf_str(out, *(const bool *)at ? "strict" : "loose");
        break;
    case KEY_UINT:
        buf_printf(out, "%u", *(const unsigned *)(const void *)at);
        break;
    case KEY_DURATION:
        buf_printf(out, "%ums", *(const unsigned *)(const void *)at);
        break;
    case KEY_NUMBERS:
        buf_printf(out, "(%u numbers)", ((const struct config *)base)->duty_n);
        break;
    case KEY_HEADERS:
        buf_printf(out, "(%u headers)", ((const struct shape *)base)->send.headers_n);
        break;
    case KEY_ALLOW:
        buf_printf(out, "(%u addresses)", ((const struct provider_conf *)base)->allow_n);
        break;
    case KEY_PROXIES:
        buf_printf(out, "(%u addresses)", ((const struct config *)base)->proxies_n);
        break;
    default:
        print_slice(out, k, *(const struct slice *)(const void *)at);
    }
}

static void print_section(struct buf *out, enum key_section section, const char *indent, const void *base)
{
    for (size_t i = 0; i < config_keys_n; i++)
        if (config_keys[i].section == section) {
            buf_printf(out, "%s%s: ", indent, config_keys[i].name);
            print_value(out, &config_keys[i], base);
            buf_char(out, '\n');
        }
}

static void print_shape(struct buf *out, const struct shape *s)
{
    static const struct {
        enum key_section section;
        const char *head;
    } maps_of_shape[] = { { SECTION_SMS, "sms_in" },
                          { SECTION_USSD, "ussd_in" },
                          { SECTION_DLR, "dlr_in" },
                          { SECTION_ANSWER, "answer" },
                          { SECTION_SIGNATURE, "signature" } };

    print_section(out, SECTION_SEND_AS, "      ", s);
    for (size_t i = 0; i < sizeof maps_of_shape / sizeof *maps_of_shape; i++) {
        buf_printf(out, "    %s:\n", maps_of_shape[i].head);
        print_section(out, maps_of_shape[i].section, "      ", s);
    }
}

void config_print(struct buf *out, const struct config *c)
{
    buf_printf(out, "# %s\n", c->file);
    print_section(out, SECTION_TOP, "", c);
    buf_str(out, "redis:\n");
    print_section(out, SECTION_REDIS, "  ", c);
    buf_str(out, "limits:\n");
    print_section(out, SECTION_LIMITS, "  ", c);
    buf_str(out, "providers:\n");
    for (unsigned i = 0; i < c->providers_n; i++) {
        buf_printf(out, "  %.*s:\n", SLICE_ARG(c->providers[i].name));
        print_section(out, SECTION_PROVIDER, "    ", &c->providers[i]);
        buf_str(out, "    send:\n");
        print_section(out, SECTION_SEND, "      ", &c->providers[i].send);
        if (c->providers[i].shape)
            print_shape(out, c->providers[i].shape);
    }
    buf_str(out, "sinks:\n");
    for (unsigned i = 0; i < c->sinks_n; i++) {
        buf_printf(out, "  %.*s:\n", SLICE_ARG(c->sinks[i].name));
        print_section(out, SECTION_SINK, "    ", &c->sinks[i]);
    }
}
