/* bench.c - see bench.h. */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int64_t bench_now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

uint64_t bench_chance(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

void bench_name(uint64_t *seed, char name[32])
{
    for (int i = 0; i < 17; i += 2) {
        if (i == 8)
            name[i++] = ' ';
        name[i] = "bcdfghjklmnprst"[bench_chance(seed) % 15];
        name[i + 1] = "aeiou"[bench_chance(seed) % 5];
    }
    name[17] = '\0';
}

void bench_weighing(uint64_t *seed, char text[160])
{
    static const char *const habits[] = {
        "TIMBANG %s %s %ubl %u,%u %u",          "TIMBANG#%s#%s#%ubl#%u,%u#%u",
        "timbang %s %s %u bln %u.%ukg %ucm",    "Ass bu, TIMBANG %s %s %ubl %u,%u %u trims",
        "timb %s %s umur %u bl bb %u,%u tb %u",
    };
    unsigned age = 8 + (unsigned)(bench_chance(seed) % 23), /* months */
        tenths = 79 + (age - 8) * 22 / 10 + (unsigned)(bench_chance(seed) % 12),
             cm = 70 + (age - 8) * 9 / 10 + (unsigned)(bench_chance(seed) % 4);
    const char *habit = habits[bench_chance(seed) % (sizeof habits / sizeof habits[0])];
    char name[32];

    bench_name(seed, name);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, 160, habit, name, bench_chance(seed) % 2 ? "P" : "L", age, tenths / 10, tenths % 10, cm);
#pragma GCC diagnostic pop
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

void bench_print_latency(const char *name, int64_t *us, unsigned n)
{
    if (n == 0) {
        printf(",\"%s_p50_ms\":0,\"%s_p99_ms\":0,\"%s_max_ms\":0", name, name, name);
        return;
    }
    qsort(us, n, sizeof *us, by_size);
    printf(",\"%s_p50_ms\":%.2f,\"%s_p99_ms\":%.2f,\"%s_max_ms\":%.2f", name, (double)us[n / 2] / 1e3, name,
           (double)us[(uint64_t)n * 99 / 100] / 1e3, name, (double)us[n - 1] / 1e3);
}

void bench_die(const char *what)
{
    perror(what);
    exit(1);
}
