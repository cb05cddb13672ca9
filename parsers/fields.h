/* fields.h - a request's or answer's fields by the names that a configuration gives them: form, JSON, XML.
 *
 * Pure.  "msisdn" is a field of the query or form, "/a/0/b" a JSON pointer (RFC 6901), "/a/b" and "/a/@id"
 * the element or attribute of an XML document, its root first.  What is there twice is not there: a list of
 * messages under a name that means one must be refused, not half read.  Document types and entities of XML
 * are refused. */
#ifndef KENTONGAN_PARSERS_FIELDS_H
#define KENTONGAN_PARSERS_FIELDS_H

#include "parsers/query.h"

enum fields_format {
    FIELDS_FORM,
    FIELDS_JSON,
    FIELDS_XML,
};

struct json_t;

struct fields {
    struct params params;   /* of query and form */
    struct json_t *json;    /* where pointers begin; NULL: none */
    struct fields_xml *xml; /* leaves in the arena */
    struct arena *arena;
    bool broken; /* the body was no clean UTF-8 and was put right */
};

/* "form", "json", "xml"; by the first byte of the body where it is neither. */
enum fields_format fields_format_of(struct slice name, struct slice body);
/* Reads query and body; their texts live in the arena.  Returns -1 when the body is not of that format.
 * fields_free() afterwards in both cases. */
int fields_read(struct fields *, enum fields_format, struct slice query, struct slice body,
                struct arena *) MUST_CHECK;
void fields_free(struct fields *);
/* True when there is a field of this name; its raw value in *out (empty when there is none). */
bool fields_get(const struct fields *, struct slice name, struct slice *out);

#endif
