/* login.h - in and out, and the accounts behind it. */
#ifndef KENTONGAN_CONSOLE_LOGIN_H
#define KENTONGAN_CONSOLE_LOGIN_H

#include "gateway/console/request.h"

/* A password at work on a hasher's thread. */
struct hashing {
    struct console *console;
    struct request *request; /* NULL: ctl asked */
    char password[ACCOUNT_PASSWORD_MOST + 1], hash[ACCOUNT_HASH];
    struct account account; /* to be put, or the one to compare with */
    bool right;
    ctl_done *done;
    void *ctx;
    void (*made)(void *arg, const char *name, const char *password);
};

/* NULL when memory is out. */
struct hashing *hashing_new(struct console *, struct slice password);
void hashing_free(struct hashing *);
/* On a hasher's thread: sets right. */
void hashing_check(void *hashing, unsigned thread);
/* A session of its own, and on to the first page. */
void login_let_in(struct request *, const struct account *);

void login_get(struct request *);  /* /masuk */
void login_post(struct request *); /* a session of its own at each login */
void logout_get(struct request *); /* /keluar */
void logout_post(struct request *);
void login_own_password(struct request *); /* POST /sandi */
void login_accounts(struct request *);     /* what /akun shows */
void login_account_act(struct request *);  /* POST /akun */

#endif
