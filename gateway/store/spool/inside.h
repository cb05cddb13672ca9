/* inside.h - the spool's state, for the files of this room alone. */
#ifndef KENTONGAN_STORE_SPOOL_INSIDE_H
#define KENTONGAN_STORE_SPOOL_INSIDE_H

#include "gateway/loop/crew.h"
#include "gateway/store/spool/frame.h"
#include "gateway/store/spool/private.h"

enum {
    SPOOL_NAME_MAX = 48,
    SPOOL_AGAIN_MS = 1000,
};

enum entry_state {
    ENTRY_WAITING,
    ENTRY_OUT,
    ENTRY_TAKEN,
    ENTRY_UNREADABLE,
};

struct spool_file;

struct spool_entry {
    struct spool_file *file;
    struct slice text;
    enum entry_state state;
    bool urgent;
    char *key; /* "provider/provider_id" while out */
};

struct spool_file {
    struct spool_file *next;
    uint64_t number;
    size_t size;
    char *bytes; /* once it is being taken */
    struct spool_entry *entries;
    unsigned entries_n, left;
};

struct told {
    void (*f)(void *, enum spool_rc);
    void *arg;
    enum spool_rc rc;
    bool written; /* its frame is in the batch */
};

struct tellings {
    struct told *list;
    unsigned n, cap;
};

struct spool {
    struct store *store;
    char *folder;
    int folder_fd;
    struct spool_file *files, **files_end; /* oldest first; the one being written is not among them */
    size_t total;                          /* bytes in all files, the batch included */
    uint64_t number;                       /* of the file being written, or of the last */
    int fd;
    size_t size;
    struct buf batch;
    struct tellings told, syncing; /* of the batch; of what is being synced */
    size_t sync_bytes;
    bool sync_folder, sync_ok; /* the file is new; how it ended */
    int sync_errno;
    struct crew *crew; /* a disk may take seconds */
    void (*f)(void *, const struct inbound *, void *);
    void *arg;
    struct loop_timer *again;
    unsigned out;
    uint64_t kept; /* messages in all files */
    bool planned;
    bool broken; /* the last write failed: tried again by `probe` */
    struct loop_timer *probe;
    int probe_fd; /* the folder, while it is asked for room; else -1 */
    bool probe_ok;
    int probe_errno;
};

/* --- files.c --- */
/* All bytes of a file (malloc), NULL when it cannot be read. */
char *spool_file_read(struct spool *, uint64_t number, size_t *size);
void spool_file_free(struct spool_file *);
/* All of it was taken: it is deleted. */
void spool_file_remove(struct spool *, struct spool_file *);
/* At start: the files that are there, torn tails cut. */
int spool_adopt(struct spool *, struct err *) MUST_CHECK;
/* The batch at the end of the file being written; then, on any thread, on the disk.  False: errno says why.
 */
bool spool_write(struct spool *) MUST_CHECK;
bool spool_sync(const struct spool *) MUST_CHECK;
/* The file being written becomes one to be taken. */
void spool_seal(struct spool *);

/* --- drain.c --- */
/* Messages are handed out after that time, if Redis is there. */
void spool_plan(struct spool *, int64_t after_ms);
void spool_hand_out(void *spool);
/* It came out of a file and is still in it: already as durable as it can be. */
bool spool_is_out(const struct spool *, const struct inbound *);

#endif
