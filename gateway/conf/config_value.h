/* config_value.h - private to config*.c: the types of keys and how one value of each is read and checked. */
#ifndef KENTONGAN_CONF_CONFIG_VALUE_H
#define KENTONGAN_CONF_CONFIG_VALUE_H

#include "gateway/conf/config.h"
#include "gateway/conf/yaml.h"

enum key_section {
    SECTION_TOP,
    SECTION_REDIS,
    SECTION_LIMITS,
    SECTION_PROVIDER,
    SECTION_SEND,
    SECTION_SEND_AS, /* from here to SIGNATURE: dialect generic, members of struct shape */
    SECTION_SMS,
    SECTION_USSD,
    SECTION_DLR,
    SECTION_ANSWER,
    SECTION_SIGNATURE,
    SECTION_SINK,
};

enum key_type {
    KEY_ADDRESS,    /* struct address: 127.0.0.1:7080, [::1]:7080 */
    KEY_PATH,       /* slice: made absolute */
    KEY_FILE,       /* slice: a path that must be readable by us alone */
    KEY_SECRET,     /* slice: the first line of such a file */
    KEY_TEXT,       /* slice */
    KEY_DIAL,       /* slice: a number to send to, or *123# where the default is one */
    KEY_URL,        /* slice: http:// or https:// */
    KEY_TIMEZONE,   /* slice, and utc_offset_min */
    KEY_BOOL,       /* bool */
    KEY_UINT,       /* unsigned */
    KEY_DURATION,   /* unsigned, in ms: 500ms 4s 15m 24h 7d */
    KEY_REDIS,      /* slice: unix:PATH or HOST:PORT */
    KEY_DURABILITY, /* bool: strict or loose */
    KEY_NUMBERS,    /* duty */
    KEY_ALLOW,      /* a provider's addresses */
    KEY_PROXIES,    /* the same, of trusted_proxies */
    KEY_DIALECT,
    KEY_BIND,
    KEY_USSD,
    KEY_LONG,
    KEY_CODINGS, /* slice: what smpp_codings_override takes */
    KEY_TON_NPI, /* slice: auto, or TON/NPI */
    KEY_SEND_METHOD,
    KEY_DOOR_METHOD,
    KEY_FORMAT,
    KEY_NUMBER_FORM,
    KEY_TEXT_IS,
    KEY_OVER,
    KEY_MIME,     /* slice: a content type that template_escape_of knows */
    KEY_FIELD,    /* slice: a field's name, or a pointer */
    KEY_TEMPLATE, /* slice: text with {words} of its section */
    KEY_PATTERN,  /* slice: a regular expression */
    KEY_ID_PLACE, /* slice: a pointer or a regular expression */
    KEY_HEADERS,  /* list of templates into struct shape's send */
};

struct key {
    enum key_section section;
    const char *name;
    enum key_type type;
    size_t offset; /* of the member in the section's struct */
    int64_t min, max;
    const char *fallback;
    const char *prose;
};

struct config_reader {
    struct config *config;
    const char *folder; /* of the file: what paths are relative to */
    struct arena *arena;
    struct faults *faults;
};

/* Every key there is, by section (config_keys.def). */
extern const struct key config_keys[];
extern const size_t config_keys_n;
/* The words that templates of this section may hold; NULL ends the list. */
const char *const *config_words(enum key_section);
/* Every key of the section out of the map (NULL: defaults alone) into base. */
void config_section(struct config_reader *, struct yaml *map, enum key_section, void *base);
/* A fault for every key of the map that nobody asked for. */
void config_refuse_unknown(struct config_reader *, const struct yaml *map, enum key_section);
/* Dialect generic: the maps of a provider into a struct shape, checked against each other.  `send` may be
 * NULL. */
const struct shape *config_shape(struct config_reader *, struct yaml *provider, struct yaml *send,
                                 const struct provider_conf *);
/* A fault for each key that only dialect generic knows. */
void config_no_shape(struct config_reader *, const struct yaml *provider, const struct yaml *send);
/* Reads node into base + key->offset; faults stand at the node. */
void config_value(struct config_reader *, const struct key *, struct yaml *node, void *base);
/* folder/path without "." and ".." in it; path itself where it is absolute. */
struct slice config_path(struct arena *, const char *folder, struct slice path);

#endif
