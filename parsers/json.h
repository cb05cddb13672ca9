/* json.h - JSON as providers send it: read with what can be mended mended, and lists cut into items before
 * anybody reads them, so that one broken item spoils no other.
 *
 * Pure. */
#ifndef KENTONGAN_PARSERS_JSON_H
#define KENTONGAN_PARSERS_JSON_H

#include "gateway/base/arena.h"

struct json_t;

/* NULL when it is no JSON (*line, when not NULL, says where).  Broken UTF-8 is put right, half a surrogate
 * pair becomes U+FFFD; numbers too long for a machine stay as they are written, as strings.  Doubled keys
 * are refused.  *broken: something was put right; may be NULL.  json_decref() is due. */
struct json_t *json_read(struct slice, struct arena *, bool *broken, int *line);

/* The items of the list at a pointer ("/results", "/a/b"; "" is the whole), each as it stands there.  -1 when
 * there is no such list, two of that name, or the text is cut off. */
int json_items(struct slice, struct slice pointer, struct arena *, struct slice **items);

#endif
