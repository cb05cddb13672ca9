/* config_url.c - addresses, paths and the words of templates: what several files of config*.c ask. */
#include <arpa/inet.h>
#include <string.h>

#include "gateway/conf/config_value.h"

struct slice config_path(struct arena *arena, const char *folder, struct slice path)
{
    struct slice all =
        path.n && path.p[0] == '/' ? path : arena_printf(arena, "%s/%.*s", folder, SLICE_ARG(path));
    char *out = arena_alloc(arena, all.n + 2);
    size_t n = 0;

    if (!out)
        return S("");
    while (all.n) {
        struct slice part = slice_cut(&all, '/');

        if (part.n == 0 || slice_is(part, "."))
            continue;
        if (slice_is(part, "..")) {
            while (n && out[--n] != '/')
                ;
            continue;
        }
        out[n++] = '/';
        memcpy(out + n, part.p, part.n);
        n += part.n;
    }
    if (n == 0)
        out[n++] = '/';
    out[n] = '\0'; /* ".." may have left bytes behind */
    return slice_make(out, n);
}

bool config_is_loopback(struct slice host)
{
    char text[16] = "";
    unsigned char bytes[4];

    if (host.n > 0 && host.n < sizeof text)
        memcpy(text, host.p, host.n);
    return (inet_pton(AF_INET, text, bytes) == 1 && bytes[0] == 127) || slice_is(host, "::1") ||
           slice_is(host, "localhost");
}

struct slice config_url_host(struct slice url)
{
    struct slice rest = url, host;
    size_t end = 0, at = (size_t)-1;

    while (rest.n && !slice_starts(rest, "://"))
        rest = slice_skip(rest, 1);
    rest = slice_skip(rest, 3);
    while (end < rest.n && !strchr("/?#", rest.p[end]))
        end++;
    host = slice_take(rest, end);
    for (size_t i = 0; i < host.n; i++)
        if (host.p[i] == '@')
            at = i;
    host = slice_skip(host, at + 1);
    if (slice_starts(host, "["))
        return slice_take(slice_skip(host, 1), slice_find(slice_skip(host, 1), ']'));
    return slice_cut(&host, ':');
}

const char *const *config_words(enum key_section section)
{
    static const char *const send[] = { "to",       "text",     "from",   "id", "dlr_url",
                                        "username", "password", "coding", NULL };
    static const char *const ussd[] = { "page", "session", "from", NULL };
    static const char *const answer[] = { "id", "reason", NULL };

    return section == SECTION_USSD ? ussd : section == SECTION_ANSWER ? answer : send;
}
