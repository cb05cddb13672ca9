/* test_blackbox.c - a message in hand when the program dies is suspected at the next start, or not, as SPEC 6
 * says. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "gateway/pipeline/blackbox.h"

static char path[64];

/* One life: opens the box, takes a message in hand and dies by `sig` (0: leaves it and ends well).
 * Exit status 7 = the last life's message was suspected, 0 = not. */
static int live(const char *text, int sig)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        struct arena a;
        struct inbound suspect,
            in = { .provider = S("telko"), .provider_id = S("m1"), .text = slice_of(text) };
        struct err e;
        bool found;
        struct blackbox *b;

        arena_init(&a, 1 << 20);
        b = blackbox_open(path, &a, &suspect, &found, &e);
        if (!b || (found && !slice_is(suspect.provider_id, "m1")))
            _exit(99);
        if (sig) {
            signal(SIGSEGV, SIG_DFL); /* a sanitizer's report is not what is tested */
            signal(SIGABRT, SIG_DFL);
            blackbox_catch_signals(b);
            blackbox_enter(b, &in);
            kill(getpid(), sig);
            pause();
        }
        blackbox_enter(b, &in);
        blackbox_leave(b);
        blackbox_close(b);
        arena_free(&a);
        _exit(found ? 7 : 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (sig) {
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), sig);
        return -sig;
    }
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int fresh(void **state)
{
    int fd;

    (void)state;
    strcpy(path, "/tmp/blackbox.XXXXXX");
    fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int gone(void **state)
{
    (void)state;
    return unlink(path);
}

static void a_segfault_suspects_the_message_once(void **state)
{
    (void)state;
    live("TIMBANG", SIGSEGV);
    assert_int_equal(live("x", 0), 7);
    assert_int_equal(live("x", 0), 0);
}

static void an_abort_suspects_it_too(void **state)
{
    (void)state;
    live("TIMBANG", SIGABRT);
    assert_int_equal(live("x", 0), 7);
}

static void a_sigkill_parks_nothing(void **state)
{
    (void)state;
    live("TIMBANG", SIGKILL);
    assert_int_equal(live("x", 0), 0);
}

static void the_same_message_at_two_starts_running_is_suspected(void **state)
{
    (void)state;
    live("TIMBANG", SIGKILL);
    live("TIMBANG", SIGKILL);
    assert_int_equal(live("x", 0), 7);
}

static void another_message_in_between_clears_it(void **state)
{
    (void)state;
    live("TIMBANG", SIGKILL);
    live("KASUS", SIGKILL);
    assert_int_equal(live("x", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_segfault_suspects_the_message_once, fresh, gone),
        cmocka_unit_test_setup_teardown(an_abort_suspects_it_too, fresh, gone),
        cmocka_unit_test_setup_teardown(a_sigkill_parks_nothing, fresh, gone),
        cmocka_unit_test_setup_teardown(the_same_message_at_two_starts_running_is_suspected, fresh, gone),
        cmocka_unit_test_setup_teardown(another_message_in_between_clears_it, fresh, gone),
    };

    return cmocka_run_group_tests_name("blackbox", tests, NULL, NULL);
}
