/* template.h - `{word}` in a text replaced by values, escaped for the place where they stand.
 *
 * Pure.  A placeholder is a brace, small letters and `_`, a brace: `{to}`; every other brace stands for
 * itself, so that JSON may be written as it is.  Escaping is the template's, never the value's: nothing that
 * a value holds can end the string, element, parameter or header that it stands in. */
#ifndef KENTONGAN_PARSERS_TEMPLATE_H
#define KENTONGAN_PARSERS_TEMPLATE_H

#include "gateway/base/buf.h"

enum template_escape {
    TEMPLATE_PLAIN, /* control characters become blanks, but for the newline */
    TEMPLATE_LINE,  /* of a header: control characters become blanks */
    TEMPLATE_URL,
    TEMPLATE_JSON,
    TEMPLATE_XML,
};

struct template_value {
    const char *name; /* NULL ends the list */
    struct slice value;
};

/* How values are escaped in a body of this content type.  False for a type that nobody here knows. */
bool template_escape_of(struct slice content_type, enum template_escape *out);
/* Appends the filled template; a word without value is left out. */
void template_fill(struct buf *, struct slice text, enum template_escape, const struct template_value *);
/* The first placeholder whose word is not in the list (NULL ends it); false when all are. */
bool template_unknown(struct slice text, const char *const *words, struct slice *word);
/* Does {word} stand in it? */
bool template_has(struct slice text, const char *word);

#endif
