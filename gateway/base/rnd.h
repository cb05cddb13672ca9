/* rnd.h - chance, from the kernel.  Only rooms with effects may call it. */
#ifndef KENTONGAN_BASE_RND_H
#define KENTONGAN_BASE_RND_H

#include <stddef.h>
#include <stdint.h>

void rnd_bytes(void *p, size_t n);
uint64_t rnd_u64(void);
/* 0 … below-1; below > 0. */
uint64_t rnd_below(uint64_t below);

#endif
