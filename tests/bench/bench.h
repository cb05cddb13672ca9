/* bench.h - what the load generators share: realistic weighings, a clock, chance, percentiles. */
#ifndef KENTONGAN_TESTS_BENCH_H
#define KENTONGAN_TESTS_BENCH_H

#include <stddef.h>
#include <stdint.h>

/* Microseconds of the monotonic clock. */
int64_t bench_now_us(void);
/* xorshift; *seed must not be 0. */
uint64_t bench_chance(uint64_t *seed);
/* A name far from every other: two words of syllables.  18 characters at most, NUL-terminated. */
void bench_name(uint64_t *seed, char name[32]);
/* An SMS as kaders type it, each different: a child of 8 to 30 months with a likely weight and height, in one
 * of several habits of typing.  Always acceptable.  ASCII, NUL-terminated. */
void bench_weighing(uint64_t *seed, char text[160]);
/* Sorts `us`, and prints ,"NAME_p50_ms":…,"NAME_p99_ms":…,"NAME_max_ms":… */
void bench_print_latency(const char *name, int64_t *us, unsigned n);
/* perror(what) and exit 1. */
void bench_die(const char *what) __attribute__((noreturn));

#endif
