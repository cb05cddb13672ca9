/* inbound_text.c - see inbound_text.h. */
#include "gateway/model/inbound_text.h"

#include <string.h>

#include "gateway/base/node.h"

enum {
    INBOUND_VERSION = 1
};

#define URGENT ",\"urgent\":true" /* stands right behind the version, to be seen without parsing */

const char *const inbound_kinds[INBOUND_KINDS] = {
    [INBOUND_SMS] = "sms",     [INBOUND_USSD] = "ussd",     [INBOUND_DLR] = "dlr",
    [INBOUND_TIMER] = "timer", [INBOUND_SIGNAL] = "signal", [INBOUND_STAFF] = "staff",
};

enum member_type {
    MEMBER_TEXT,
    MEMBER_BOOL,
    MEMBER_I64,
    MEMBER_UNSIGNED,
};

static const struct member {
    const char *name;
    enum member_type type;
    size_t at;
} members[] = {
    { "provider", MEMBER_TEXT, offsetof(struct inbound, provider) },
    { "provider_id", MEMBER_TEXT, offsetof(struct inbound, provider_id) },
    { "from", MEMBER_TEXT, offsetof(struct inbound, from) },
    { "from_is_msisdn", MEMBER_BOOL, offsetof(struct inbound, from_is_msisdn) },
    { "to", MEMBER_TEXT, offsetof(struct inbound, to) },
    { "text", MEMBER_TEXT, offsetof(struct inbound, text) },
    { "account", MEMBER_TEXT, offsetof(struct inbound, account) },
    { "timer", MEMBER_TEXT, offsetof(struct inbound, timer) },
    { "received_ms", MEMBER_I64, offsetof(struct inbound, received_ms) },
    { "provider_ms", MEMBER_I64, offsetof(struct inbound, provider_ms) },
    { "text_was_broken", MEMBER_BOOL, offsetof(struct inbound, text_was_broken) },
    { "part", MEMBER_BOOL, offsetof(struct inbound, part) },
    { "session", MEMBER_TEXT, offsetof(struct inbound, session) },
    { "service_code", MEMBER_TEXT, offsetof(struct inbound, service_code) },
    { "step", MEMBER_UNSIGNED, offsetof(struct inbound, step) },
};

void inbound_encode(struct buf *b, const struct inbound *in)
{
    buf_printf(b, "{\"v\":%d%s,\"kind\":\"%s\",\"op\":%d", INBOUND_VERSION, in->urgent ? URGENT : "",
               inbound_kinds[in->kind], (int)in->op);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const void *at = (const char *)in + members[i].at;

        buf_printf(b, ",\"%s\":", members[i].name);
        switch (members[i].type) {
        case MEMBER_TEXT:
            buf_json(b, *(const struct slice *)at);
            break;
        case MEMBER_BOOL:
            buf_str(b, *(const bool *)at ? "true" : "false");
            break;
        case MEMBER_I64:
            buf_printf(b, "%lld", (long long)*(const int64_t *)at);
            break;
        case MEMBER_UNSIGNED:
            buf_printf(b, "%u", *(const unsigned *)at);
            break;
        }
    }
    buf_char(b, '}');
}

bool inbound_urgent(struct slice text)
{
    return slice_starts(text, "{\"v\":1" URGENT);
}

static void read_member(const struct member *m, const struct node *value, struct inbound *out)
{
    void *at = (char *)out + m->at;

    switch (m->type) {
    case MEMBER_TEXT:
        *(struct slice *)at = value && value->kind == NODE_TEXT ? value->text : slice_make("", 0);
        break;
    case MEMBER_BOOL:
        *(bool *)at = value && value->kind == NODE_TRUE;
        break;
    case MEMBER_I64:
        *(int64_t *)at = value ? value->number : 0;
        break;
    case MEMBER_UNSIGNED:
        *(unsigned *)at = value ? (unsigned)value->number : 0;
        break;
    }
}

int inbound_decode(struct slice text, struct arena *arena, struct inbound *out, struct err *err)
{
    const struct node *o = node_read(arena_copy(arena, text), arena);
    struct slice kind = node_text(o, "kind");
    unsigned k = 0;

    memset(out, 0, sizeof *out);
    if (arena->failed)
        return err_set(err, "a kept message is larger than the memory set aside for one");
    if (!o)
        return err_set(err, "a kept message is no JSON");
    while (k < INBOUND_KINDS && !slice_is(kind, inbound_kinds[k]))
        k++;
    if (node_int(o, "v") != INBOUND_VERSION || k == INBOUND_KINDS)
        return err_set(err, "a kept message has an unknown version or kind: it is from a newer Kentongan");
    out->kind = (enum inbound_kind)k;
    out->urgent = node_bool(o, "urgent");
    out->op = (enum ussd_op)node_int(o, "op");
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        read_member(&members[i], node_get(o, members[i].name), out);
    return 0;
}
