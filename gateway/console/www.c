/* www.c - see www.h.  The pack is "NAME SIZE\n" and the bytes, file behind file. */
#include "gateway/console/www.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

extern const char _binary_www_pack_start[];
extern const char _binary_www_pack_end[];

static const struct {
    const char *name, *stem, *ending, *type;
} assets[] = {
    { "console.css.gz", "console", ".css", "text/css; charset=utf-8" },
    { "console.js.gz", "console", ".js", "text/javascript; charset=utf-8" },
    { "live.js.gz", "live", ".js", "text/javascript; charset=utf-8" },
    { "icon.svg.gz", "icon", ".svg", "image/svg+xml" },
};

struct slice www_file(const char *name)
{
    uintptr_t from = (uintptr_t)_binary_www_pack_start;
    struct slice rest = slice_make((const char *)from, (uintptr_t)_binary_www_pack_end - from);

    while (rest.n) {
        struct slice head = slice_cut(&rest, '\n'), called = slice_cut(&head, ' ');
        uint64_t size = 0;

        if (!slice_to_u64(head, &size) || size > rest.n)
            break;
        if (slice_is(called, name))
            return slice_take(rest, (size_t)size);
        rest = slice_skip(rest, (size_t)size);
    }
    return S("");
}

static struct www_name name_of(size_t i)
{
    struct www_name n;

    snprintf(n.text, sizeof n.text, "%s-%016llx%s", assets[i].stem,
             (unsigned long long)slice_hash(www_file(assets[i].name)), assets[i].ending);
    return n;
}

struct www_name www_asset_name(const char *name)
{
    for (size_t i = 0; i < sizeof assets / sizeof *assets; i++)
        if (strncmp(assets[i].name, name, strlen(assets[i].name) - 3) == 0)
            return name_of(i);
    return (struct www_name){ "" };
}

bool www_asset(struct slice asked, struct slice *body, const char **type)
{
    for (size_t i = 0; i < sizeof assets / sizeof *assets; i++) {
        struct www_name n = name_of(i);

        if (!slice_is(asked, n.text))
            continue;
        *body = www_file(assets[i].name);
        *type = assets[i].type;
        return true;
    }
    return false;
}
