/* request.h - one request of a browser, from the route that it took to its answer; for the files of console/
 * alone.
 *
 * A request lives until request_end(), which each of the answering functions does. */
#ifndef KENTONGAN_CONSOLE_REQUEST_H
#define KENTONGAN_CONSOLE_REQUEST_H

#include "gateway/base/node.h"
#include "gateway/conf/geo.h"
#include "gateway/console/accounts.h"
#include "gateway/console/audit.h"
#include "gateway/console/catalogue.h"
#include "gateway/console/console.h"
#include "gateway/loop/crew.h"
#include "gateway/console/reader.h"
#include "gateway/console/session.h"
#include "gateway/console/view.h"

struct live;
struct request;

enum {
    LANGUAGES = 2,
    REQUEST_MEMORY = 32 << 20,
    PAGE_MAX = 16 << 20,
};

struct console {
    struct loop *loop;
    struct console_ops ops;
    struct http *http; /* of the last request: there is one listener */
    struct accounts *accounts;
    struct sessions *sessions;
    struct audit *audit;
    struct crew *hashers;
    struct reader *reader;
    struct roster *roster;
    const struct ruleset *roster_of; /* from which it was made */
    uint64_t roster_serial;
    unsigned char key[32]; /* of pseudonyms in addresses */
    struct arena arena;    /* catalogues */
    struct catalogue *texts[LANGUAGES];
    struct geo_map map;
    struct arena map_arena;
    const struct config *map_of; /* from which it was read */
    struct live *live;
    struct request *requests; /* all that live */
    bool stopped;
};

enum answer_as {
    AS_PAGE,
    AS_CSV,
    AS_JSON,
};

/* A page: its questions, and what is done with the answers. */
struct page {
    const char *name; /* NAME.html; its title is the text NAME.judul */
    const struct reader_part *parts;
    unsigned parts_n;
    /* Adds to r->values what no file knows, then calls page_show(r), now or later.  NULL: page_show at once.
     */
    void (*more)(struct request *);
    bool reveals; /* a page about one person: may be shown unmasked for a reason */
};

struct route {
    const char *path; /* "/sinyal/:nomor" */
    enum account_role least;
    const struct page *page;         /* of GET; NULL: none */
    void (*get)(struct request *);   /* in its place */
    void (*act)(struct request *);   /* of POST; NULL: none */
    const struct reader_part *guard; /* READ_ONE: the thing acted on, which must lie in the area */
    enum account_role act_least;
    bool reasoned; /* of an act: not without a reason (`alasan`), which the audit keeps */
};

struct request {
    struct console *console;
    struct http *http;
    struct http_request *req;
    struct request *next, **at; /* among all */
    const struct route *route;
    struct arena arena;
    struct slice path;    /* decoded, without .csv or .json */
    struct slice address; /* of the browser */
    enum answer_as as;
    bool is_post, english, reveal;
    bool chooses;            /* the language, for the next year */
    struct params params;    /* of the query and the route */
    struct params form;      /* of a POST's body */
    struct session *session; /* during the first call; later by request_session() */
    unsigned session_serial;
    char who[ACCOUNT_NAME], area[ACCOUNT_AREA];
    enum account_role role;
    int64_t now_ms;
    struct node *values; /* of the page */
};

/* --- what a page or act uses --- */
struct slice request_param(const struct request *, const char *name);
struct slice request_field(const struct request *, const char *name);  /* of the form, blanks off both ends */
struct slice request_header(const struct request *, const char *name); /* empty when there is none */
struct session *request_session(const struct request *);
struct slice request_text(const struct request *, const char *key); /* of the catalogue */
void request_audit(const struct request *, const char *act, struct slice of, struct slice why,
                   const char *outcome);

/* --- answers: each ends the request --- */
void page_show(struct request *);
void request_page(struct request *, int status, const char *template); /* with r->values */
/* A page that says why not: texts salah.KEY. */
void request_refuse(struct request *, int status, const char *key);
void request_redirect(struct request *, struct slice to);
/* To the page the act came from (form field `kembali`, else `back`), which says it once. */
void request_back(struct request *, bool good, struct slice said, const char *back);
void request_send(struct request *, int status, const char *type, struct slice body,
                  const struct http_header *more);
void request_end(struct request *);

/* --- elsewhere --- */
extern const struct route console_routes[];
extern const unsigned console_routes_n;
/* Is the place in the area?  As the reader has it. */
bool area_has(const struct ruleset *, struct slice area, const struct place *);
/* May who asks keep this account, and read what it did?  Those of her own area, no wider one. */
bool account_is_mine(const struct request *, const struct account *);
/* That is everything. */
bool area_is_all(const struct ruleset *, struct slice area);
/* The roster of now; NULL when memory is out. */
struct roster *console_roster(struct console *);

/* The map of the configuration in force; NULL when there is none, or none that can be read. */
const struct geo_map *console_map(struct console *);

struct live *live_new(struct console *);
void live_free(struct live *);
void live_watch(struct request *); /* GET /arus */
void live_heard(struct live *, const struct inbound *, enum reason);
/* Ends the streams of sessions that are no more. */
void live_close_all(struct live *);

#endif
