/* config.h - kentongan.yaml as a plain struct (SPEC 7).  One table (config_keys.def) gives type, bounds,
 * default and prose of every key; `check --defaults` prints the annotated sample from it. */
#ifndef KENTONGAN_CONF_CONFIG_H
#define KENTONGAN_CONF_CONFIG_H

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"
#include "gateway/base/err.h"
#include "gateway/model/ruleset.h"
#include "parsers/shape.h"

enum {
    CONFIG_PROVIDERS = 16,
    CONFIG_SINKS = 8,
    CONFIG_DUTY = 8,
    CONFIG_ALLOW = 16,
};

struct address {
    struct slice host; /* numeric IPv4 or IPv6 */
    unsigned port;     /* 0: any free port (tests) */
};

struct send_conf {
    struct slice url, username, password, from;
};

struct provider_conf {
    struct slice name, dialect;       /* "kannel", "africastalking", "emulator", … */
    struct slice allow[CONFIG_ALLOW]; /* addresses; none = any (only with a token or a signature) */
    unsigned allow_n;
    struct slice token;  /* read from token_file; empty = none */
    struct slice secret; /* read from secret_file: signatures */
    struct send_conf send;
    const struct shape *shape; /* dialect generic; NULL for all others */
    unsigned ussd_budget_ms;   /* 0: config.ussd_ms */
    struct slice failover;     /* another provider sends its SMS while it is down */
    struct mark failover_mark; /* line 0 = left out */
    unsigned failover_after_ms;
    struct slice sms_via;                         /* another provider carries its SMS */
    struct slice host, system_id, password, bind; /* smpp, as all below */
    struct slice system_type, ussd, data_coding, long_sms;
    struct slice source_addr, dest_addr; /* "TON/NPI" or "auto" */
    unsigned binds, enquire_ms, response_ms;
    bool receipts;
    unsigned port, window, rate; /* window: SMS under way at once; rate: SMS a second, 0 = off */
    struct mark mark;
};

struct sink_conf {
    struct slice name, kind; /* sqlite postgres http fhir */
    struct slice path, dsn, url, token_url, client_id, organization, profile;
    struct slice secret;        /* http: read from secret_file */
    struct slice client_secret; /* fhir: read from client_secret_file */
    struct mark mark;
};

struct config {
    const char *file; /* what was loaded */
    struct address listen, staff;
    struct slice proxies[CONFIG_ALLOW]; /* addresses whose X-Forwarded-For is believed */
    unsigned proxies_n;
    struct slice state; /* absolute, as are all paths below */
    struct slice public_url, timezone, language, short_code, service_code;
    int utc_offset_min;
    struct slice district; /* code of the kabkota; empty: the first of places.csv */
    bool redis_managed;
    struct slice redis_address, redis_password_file;
    bool strict; /* durability: strict | loose */
    unsigned per_sender, per_provider;
    unsigned under_way;             /* messages handled at once */
    unsigned daily;                 /* notices and bulk to one number a day; 0 = off */
    unsigned ussd_ms;               /* budget of one USSD step */
    unsigned parts_ms;              /* how long parts wait for each other */
    struct slice duty[CONFIG_DUTY]; /* "+62…"; none: the dinkes people (flows/ruleset.c) */
    unsigned duty_n;
    struct mark duty_mark, default_provider_mark, district_mark; /* for cross checks; line 0 = left out */
    struct slice places, people, forms, menus, rules, texts;
    struct slice map; /* of the console; empty: none */
    struct provider_conf providers[CONFIG_PROVIDERS];
    unsigned providers_n;
    struct slice default_provider;
    struct sink_conf sinks[CONFIG_SINKS];
    unsigned sinks_n;
};

/* The file that is meant when none is named: ./config/kentongan.yaml, else /etc/kentongan/kentongan.yaml. */
const char *config_default_path(void);
/* Reads and checks one file.  NULL with faults (secrets, places and the like included; what the paths lead to
 * is ruleset_load's to check).  All in the arena. */
struct config *config_load(const char *path, struct arena *, struct faults *);
const struct provider_conf *config_provider(const struct config *, struct slice name);
/* How long a caller of this provider waits for a USSD page, in ms. */
unsigned config_ussd_budget(const struct config *, struct slice provider);
/* Can its requests prove by a signature where they come from?  Needs a dialect that signs and a secret. */
bool config_signs(const struct provider_conf *);
/* True for 127.0.0.0/8, ::1 and "localhost". */
bool config_is_loopback(struct slice host);
/* The host of "https://host:port/path", brackets off; empty when there is none. */
struct slice config_url_host(struct slice url);
/* The configuration in force, as YAML: secrets are said to be set, numbers of people are counted, no more. */
void config_print(struct buf *, const struct config *);
/* The annotated sample. */
void config_print_defaults(struct buf *);

/* The SQLite file in which the console reads of the district: that of the first sink of kind sqlite.  Where
 * none is one, a file in the state folder that another database's indicators are copied into, and true. */
bool config_district_file(const struct config *, char *out, size_t max);

#endif
