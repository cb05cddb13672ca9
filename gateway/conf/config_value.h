/* config_value.h - private to config.c: the types of keys and how one value of each is read and checked. */
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
    KEY_DIALECT,
    KEY_BIND,
    KEY_USSD,
    KEY_LONG,
    KEY_CODINGS, /* slice: what smpp_codings_override takes */
    KEY_TON_NPI, /* slice: auto, or TON/NPI */
    KEY_SINK_KIND,
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

/* Reads node into base + key->offset; faults stand at the node. */
void config_value(struct config_reader *, const struct key *, struct yaml *node, void *base);
/* folder/path without "." and ".." in it; path itself where it is absolute. */
struct slice config_path(struct arena *, const char *folder, struct slice path);

#endif
