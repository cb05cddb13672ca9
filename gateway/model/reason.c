/* reason.c - names, prose and counters of reason.def. */
#include "gateway/model/reason.h"

#include <string.h>

#include "gateway/base/stat.h"

static const struct {
    const char *name, *prose;
    int http;
} table[REASONS] = {
#define X(n, h, retry, p) [REASON_##n] = { .name = #n, .prose = p, .http = h },
#include "gateway/model/reason.def"
#undef X
};

const char *reason_name(enum reason r)
{
    return r < REASONS ? table[r].name : "?";
}

const char *reason_prose(enum reason r)
{
    return r < REASONS ? table[r].prose : "?";
}

int reason_http(enum reason r)
{
    return r < REASONS ? table[r].http : 500;
}

enum reason reason_by_name(const char *name)
{
    unsigned r = 0;

    while (r < REASONS && strcmp(table[r].name, name) != 0)
        r++;
    return (enum reason)r;
}

static struct stat *counter(enum reason r)
{
    static struct stat *made[REASONS];

    if (!made[r])
        made[r] = stat_get(STAT_COUNTER, "messages_total", "Messages and requests, by how they ended.",
                           "reason", table[r].name);
    return made[r];
}

void reason_count(enum reason r)
{
    if (r < REASONS)
        counter(r)->value++;
}

uint64_t reason_total(enum reason r)
{
    return r < REASONS ? counter(r)->value : 0;
}
