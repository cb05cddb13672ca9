/* query.h - `a=b&c=d` and flat JSON objects as one list of named values, and back.
 *
 * Pure.  The order of parameters, `+` or `%20`, upper or lower hex must not matter; values are raw bytes (a
 * caller cleans them with utf8_clean). */
#ifndef KENTONGAN_PARSERS_QUERY_H
#define KENTONGAN_PARSERS_QUERY_H

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"

enum {
    PARAMS_MAX = 64, /* more than any dialect sends; the rest is ignored */
};

struct param {
    struct slice name, value;
};

struct params {
    struct param item[PARAMS_MAX];
    unsigned n;
};

/* %XX made plain, a malformed one stays as it is typed; plus: "+" is a blank. */
struct slice query_unescape(struct slice, bool plus, struct arena *);
/* Adds the pairs of a query string or form body; a malformed %XX stays as it is typed. */
void params_add_query(struct params *, struct slice, struct arena *);
/* Does a name stand twice from there on, with another value?  Then nobody knows which was meant. */
bool params_contradict(const struct params *, unsigned from);
/* Adds the members of a JSON object: strings, numbers and booleans as text, those of objects in it under
 * "outer.inner"; lists and null are left out.  Broken UTF-8 and NULs in the body are put right first. Returns
 * -1 when it is no JSON object. */
int params_add_json(struct params *, struct slice, struct arena *, struct err *) MUST_CHECK;
/* The same for element `item` of the list `list` in the object, {"results":[{…},{…}]}.  -1 when there is
 * none. */
int params_add_json_item(struct params *, struct slice, const char *list, unsigned item,
                         struct arena *) MUST_CHECK;
/* The first of the names (a list that ends in NULL) that is there; names are compared exactly. */
const struct param *params_find(const struct params *, const char *const *names);
/* Its value, empty when it is missing. */
struct slice params_get(const struct params *, const char *const *names);
#define PARAM_NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* %XX for all but letters, digits and `-._~`. */
void query_escape(struct buf *, struct slice);
/* Appends `name=value`, with `&` between pairs. */
void query_pair(struct buf *, const char *name, struct slice value);

#endif
