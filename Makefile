# Kentongan.  `make run` serves the sample district; `make test` proves it; `make help` lists the rest.
#
# B is the folder of one build, SANITIZE=1 builds with ASan and UBSan into a folder of its own.

CC        ?= cc
SANITIZE  ?=
B         ?= build$(if $(SANITIZE),/asan)
PKGS      := libevent_core libevent_extra libpq hiredis libcurl libpcre2-8 yaml-0.1 jansson expat sqlite3 nettle libsodium zlib
PURE_PKGS := libpcre2-8 yaml-0.1 jansson expat nettle
VERSION   := $(shell git describe --always --dirty 2>/dev/null || echo unknown)

WARN   := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla -Wundef
CFLAGS ?= -O2 -g
# Asked once, not for every file.
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -I. $(WARN) $(CFLAGS) $(SAN) \
             $(PKG_CFLAGS) -DPCRE2_CODE_UNIT_WIDTH=8 \
             -MMD -MP $(if $(filter gateway/base/version.c,$<),-DKENTONGAN_VERSION='"$(VERSION)"')
SAN        = $(if $(SANITIZE),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined \
             -fno-omit-frame-pointer -DARENA_EMULATE)
comma     := ,
LIBS      := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lpthread -lm
PURE_LIBS := $(shell pkg-config --libs $(PURE_PKGS) 2>/dev/null) -lm

# The pure library: no sockets, clocks or threads behind it (docs/architecture.md).
PURE_DIRS := gateway/base gateway/model gateway/conf parsers flows flows/* flows/understand/*
ROOM_DIRS := gateway/loop gateway/http gateway/store gateway/store/* gateway/smpp gateway/pipeline gateway/ingress gateway/delivery \
             gateway/district gateway/console gateway/desk gateway/backup gateway/cmd
PURE_SRC  := $(wildcard $(addsuffix /*.c,$(PURE_DIRS)))
ROOM_SRC  := $(wildcard $(addsuffix /*.c,$(ROOM_DIRS))) $(filter-out gateway/main.c,$(wildcard gateway/*.c))
PURE_OBJ  := $(PURE_SRC:%.c=$(B)/obj/%.o)
ROOM_OBJ  := $(ROOM_SRC:%.c=$(B)/obj/%.o) $(B)/obj/gateway/console/www.pack.o $(B)/obj/gateway/store/functions.o
# What runs inside Redis is one library: a file uses what stands before it.
STORE_LUA := $(addprefix gateway/store/, redis/shared.lua commit/tally.lua commit/commit.lua commit/lease.lua \
             commit/people.lua commit/due.lua commit/newest.lua stream/verdicts.lua stream/takeover.lua \
             stream/orphans.lua stream/receipts.lua stream/parked.lua forget.lua audit.lua)

UNIT_TESTS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))
ROOM_TESTS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/rooms/test_*.c))
SUPPORT    := $(patsubst %.c,$(B)/obj/%.o,$(wildcard tests/support/*.c))

# What `make test` runs, in this order.
TESTS := lint unit rooms corpus system browser

.PHONY: all help deps deps-run run test unit rooms system browser lint asan corpus fuzz fuzz-replay fuzzers bench simulate torture valgrind clean format mutate
.DEFAULT_GOAL := all
.SECONDARY:

all: $(B)/kentongan

help:
	@echo 'make run      build, start a private Redis and the gateway on the sample district'
	@echo 'make test     everything that proves it: lint, units, rooms, corpus, system tests'
	@echo 'make asan     the same tests under AddressSanitizer and UndefinedBehaviorSanitizer'
	@echo 'make lint     layers, formatting, stand-alone headers, banned calls, cppcheck, clang-tidy'
	@echo 'make corpus   labelled messages: right, false accepts, needless questions'
	@echo 'make fuzz     libFuzzer on every parser, FUZZ_SECONDS each (default 20)'
	@echo 'make fuzz-replay  the kept corpora once, under the sanitizers'
	@echo 'make bench    SMS/s and USSD steps/s beside peers, on this machine (ONLY=smpp,ussd,http,sessions,postgres,flat,children,stages,console)'
	@echo 'make torture  1,000 points at which something breaks under load (POINTS, SEED, WORLD)'
	@echo 'make valgrind units and dialogues under valgrind (minutes; not part of make test)'
	@echo 'make deps     install what Debian 12 lacks'

# --- dependencies: exactly what a fresh Debian 12 lacks ---
deps:
	@./.ci/deps

deps-run:
	@./.ci/deps run

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c $< -o $@

# The console's files as one pack (gateway/console/pack.sh), and the functions that run inside Redis, linked in as
# they stand: symbols _binary_…_start and _end.
$(B)/obj/gateway/console/www.pack.o: $(wildcard gateway/console/www/*) gateway/console/pack.sh
	@mkdir -p $(@D)
	gateway/console/pack.sh gateway/console/www/* >$(@D)/www.pack
	cd $(@D) && ld -r -b binary -z noexecstack -o www.pack.o www.pack

$(B)/obj/gateway/store/functions.o: $(STORE_LUA)
	@mkdir -p $(@D)
	cat $^ >$(@D)/functions.lua
	cd $(@D) && ld -r -b binary -z noexecstack -o functions.o functions.lua

$(B)/libpure.a: $(PURE_OBJ)
	@rm -f $@
	ar qcs $@ $^

$(B)/librooms.a: $(ROOM_OBJ)
	@rm -f $@
	ar qcs $@ $^

$(B)/kentongan: $(B)/obj/gateway/main.o $(B)/librooms.a $(B)/libpure.a
	$(CC) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBS)

# Unit tests link the pure library alone: a flow that reaches for Redis does not link.
$(B)/tests/unit/%: $(B)/obj/tests/unit/%.o $(SUPPORT) $(B)/libpure.a
	@mkdir -p $(@D)
	$(CC) $(SAN) $(LDFLAGS) -o $@ $^ $(PURE_LIBS) -lcmocka

# Dialogues are also stepped while memory runs out (tests/unit/starve.h): allocations of our own code can be refused.
$(B)/tests/unit/test_dialogs: $(B)/obj/tests/unit/starve.o
$(B)/tests/unit/test_dialogs: LDFLAGS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

$(B)/tests/rooms/%: $(B)/obj/tests/rooms/%.o $(SUPPORT) $(B)/librooms.a $(B)/libpure.a
	@mkdir -p $(@D)
	$(CC) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

run: deps-run
	@$(MAKE) --no-print-directory -s $(B)/kentongan
	@exec $(B)/kentongan serve -c config/kentongan.yaml

# Tests run so many at a time, each file by itself.
AT_ONCE ?= 2
EACH    := xargs -P $(AT_ONCE) -n 1 ./.ci/each

unit: $(UNIT_TESTS)
	@printf './%s\n' $^ | $(EACH)

rooms: $(ROOM_TESTS)
	@printf './%s\n' $^ | $(EACH)

# A disk that fills up, for one test and the redis-server that it starts.
$(B)/tests/preload/%.so: tests/preload/%.c
	@mkdir -p $(@D)
	$(CC) -shared -fPIC -D_GNU_SOURCE -Wall -Wextra -O1 -o $@ $< -ldl

PRELOADS := $(patsubst tests/%.c,$(B)/tests/%.so,$(wildcard tests/preload/*.c))

system: $(B)/kentongan $(PRELOADS)
	@printf '%s\n' tests/system/*.test.mjs | KENTONGAN=$(B)/kentongan $(EACH) node --test-reporter=spec

# The console in Debian's chromium; screenshots of every page in build/screenshots.
browser: $(B)/kentongan
	@printf '%s\n' tests/browser/*.test.mjs | KENTONGAN=$(B)/kentongan $(EACH) node --test-reporter=spec

torture: POINTS ?= 1000
# A seeded month of Kota Dumai on a stepped clock, some ten minutes; prints its table (VILLAGES DAYS HISTORY SEED RATE).
simulate: $(B)/kentongan $(PRELOADS)
	@KENTONGAN=$(B)/kentongan node tests/simulate/simulate.mjs

torture: $(B)/kentongan $(PRELOADS)
	@KENTONGAN=$(B)/kentongan POINTS=$(POINTS) node --test-reporter=spec tests/system/torture.test.mjs

# Flips each comparison of FILES, one at a time, and lists those that no test notices: slow, a few seconds each.
mutate: $(UNIT_TESTS) $(B)/tests/corpus/run
	@B=$(B) node tests/mutate/mutate.mjs $(FILES)

$(B)/tests/corpus/%: $(B)/obj/tests/corpus/%.o $(B)/obj/tests/support/labelled.o $(B)/libpure.a
	@mkdir -p $(@D)
	$(CC) $(SAN) $(LDFLAGS) -o $@ $^ $(PURE_LIBS)

corpus: $(B)/tests/corpus/run
	@$< tests/corpus/*.tsv

# libFuzzer, each harness for FUZZ_SECONDS, two at a time, from the kept corpus (tests/fuzz/corpus) and the labelled
# messages, with its dictionary; `make fuzz-replay` runs what is kept once.
FUZZ_SECONDS ?= 20
FUZZERS      := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
FUZZ_SAN     := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined \
                -fno-omit-frame-pointer -DARENA_EMULATE

$(B)/tests/fuzz/fuzz_ussd: $(B)/obj/tests/support/mem_store.o
$(B)/tests/fuzz/fuzz_parse: $(B)/obj/tests/support/whole.o
$(B)/tests/fuzz/%: $(B)/obj/tests/fuzz/%.o $(B)/libpure.a
	@mkdir -p $(@D)
	$(CC) -fsanitize=fuzzer,address,undefined -o $@ $(filter %.o,$^) $(B)/libpure.a $(PURE_LIBS)

fuzzers:
	@$(MAKE) --no-print-directory -s B=build/fuzz CC=clang-14 SAN='$(FUZZ_SAN)' $(FUZZERS:%=build/fuzz/tests/fuzz/%)
	@mkdir -p build/fuzz/seeds/fuzz_parse
	@awk -F'\t' '!/^#/ { gsub(/\\n/, "\n", $$1); f = sprintf("build/fuzz/seeds/fuzz_parse/%04d", n++); printf "%s", $$1 > f; close(f) }' tests/corpus/*.tsv

fuzz: fuzzers
	@printf '%s\n' $(FUZZERS) | xargs -P 2 -n 1 ./.ci/fuzz $(FUZZ_SECONDS)

fuzz-replay: fuzzers
	@printf '%s\n' $(FUZZERS) | xargs -P 2 -n 1 ./.ci/fuzz 0

$(B)/tests/bench/%: $(B)/obj/tests/bench/%.o $(B)/obj/tests/bench/bench.o $(B)/libpure.a
	@mkdir -p $(@D)
	$(CC) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/tests/bench/stages: $(B)/obj/tests/bench/stages.o $(B)/obj/tests/bench/bench.o $(B)/obj/tests/support/mem_store.o \
                         $(B)/librooms.a $(B)/libpure.a
	@mkdir -p $(@D)
	$(CC) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBS)

# ONLY=smpp,ussd,http,sessions chooses; SMS, STEPS, ROUNDS, CONNECTIONS, SESSIONS say how much.
BENCH_TOOLS := $(addprefix $(B)/tests/bench/,load smsc hello stages)
bench: $(B)/kentongan $(BENCH_TOOLS) $(B)/tests/corpus/run
	@KENTONGAN=$(B)/kentongan TOOLS=$(B)/tests/bench node tests/bench/bench.mjs
	@$(B)/tests/corpus/run --speed tests/corpus/*.tsv

test: deps
	@for t in $(TESTS); do echo "== make $$t"; $(MAKE) --no-print-directory $$t || exit 1; done
	@echo 'make test: all is well'

asan:
	@$(MAKE) --no-print-directory test SANITIZE=1

# Units and dialogues under valgrind, with a build of its own without PCRE2's JIT; apt-get install valgrind.  Minutes.
# ONLY=test_x chooses; two at a time, at low priority.
VALGRIND_TESTS := $(UNIT_TESTS:$(B)/%=build/valgrind/%)
valgrind:
	@$(MAKE) --no-print-directory -s B=build/valgrind CFLAGS='-O1 -g -DPATTERN_NO_JIT' $(VALGRIND_TESTS)
	@printf '%s\n' $(if $(ONLY),build/valgrind/tests/unit/$(ONLY),$(VALGRIND_TESTS)) | xargs -P 2 -n 1 ./.ci/valgrind

format:
	clang-format -i $$(git ls-files --cached --others --exclude-standard '*.c' '*.h')

lint:
	@./.ci/lint

clean:
	rm -rf build

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
