#: Tests
#:   test            all of it: unit, check, both again under sanitizers (but
#:                   tests of what has none), and the fuzz corpora; prints
#:                   "N passed, N failed"
#:   test-fast       unit and check, without sanitizers
#:   check           the *.t below t, but for t/soak; TESTS="t/net/tls.t ..."
#:                   takes some of them
#:   check-asan      the same with the module under AddressSanitizer
#:   check-journal   the same, and the tests of the store, over a journal:
#:                   each store that a test makes has one of JOURNAL=8m, or of
#:                   what its size allows
#:   repeat          programs of t/unit, UNIT="...", and tests, TESTS="...",
#:                   RUNS=20 times, eight at a time on one processor: what
#:                   depends on the scheduler fails in some of them
#:   torture         nginx is killed KILLS=200 times, and the power is cut
#:                   CUTS=100 times, under load, with a journal
#:   check-calls     no circle of files, no call to a room that stands below
#:                   in ROOMS: of what is built
#:   check-sizes     no folder of more than 16 sources, none of more than 600
#:                   lines, no function of more than 100 that does not say why
#:   soak            t/soak/*.t: SOAK_SECONDS=600 of everything at once, a
#:                   worker killed at each of its writes, and the page with a
#:                   million deliveries behind it
#:
#:   nginx-tests     nginx's own suite, with the module and without:
#:                   NGINX_TESTS=DIR is a checkout of it
#:
#:   JOBS=N programs at once when building, TEST_JOBS=N when testing.
#:
#: Running
#:   run             the demonstration; leaves nginx running until Ctrl-C
#:   demo            the same, and exits after the tour
#:   run-fleet       three nodes, a PostgreSQL between them, and a tour
#:   test-fleet      the tests of clusters alone
#:   try             puts nginx with the module in front of an API of yours,
#:                   API=http://127.0.0.1:3000, and shows the webhooks that it
#:                   makes; PORT=8080 is where it listens
#:   bench           the benchmark
#:

TESTS        ?= $(sort $(shell find t -path t/soak -prune -o -path t/torture \
                                   -prune -o -name '*.t' \
                                   -print))
TEST_JOBS    ?= $(shell echo $$(( $(JOBS) + 2 )))
SOAK_SECONDS ?= 600

# In these no C of ours runs that does not run in others, too: documents, the
# page in a browser, the runner itself, other people's programs.
NO_ASAN    := t/core/% t/docs/% t/runner/% \
              $(addprefix t/page/,budget.t catalogues.t hooks.t keyboard.t \
                                  page-hostile.t page-receivers.t screens.t \
                                  static.t)
ASAN_TESTS  = $(filter-out $(NO_ASAN),$(TESTS))

# These run in "make test" over a journal as well; all do in "make
# check-journal", but for tests of configurations, documents and the page.
JOURNAL       ?= 8m
JOURNAL_UNITS := $(filter-out store/journal/% store/lmdb/kept/% \
                     store/lmdb/credit/%,$(filter store/%,$(UNITS_MADE)))
JOURNAL_TEST_UNITS := $(filter store/full store/kill store/model \
                          store/power_cut store/process store/promises \
                          store/delivery/% store/event/%,$(JOURNAL_UNITS))
JOURNAL_TESTS := $(addprefix t/,system/reload.t system/upgrade.t \
                     admin/registry/registered-kill.t \
                     inbound/action/durable.t \
                     outbound/capture/capture-store.t \
                     outbound/capture/commit.t \
                     outbound/delivery/limits.t \
                     outbound/delivery/order-key.t \
                     outbound/delivery/retries.t outbound/delivery/tasks.t \
                     outbound/match/idempotency.t runtime/store-full.t \
                     runtime/store-hangs.t)
OVER_JOURNAL  := --env TEST_NGINX_JOURNAL=$(JOURNAL)
RUNS          ?= 20
KILLS         ?= 200
CUTS          ?= 100

# Test::Nginx from elsewhere takes one port for all: only our own runner can
# run several files at once.
TEST_ENV := WEBHOOK_BUILD=$(BUILD) PERL_TEST_NGINX=own

RUN_TESTS = $(TEST_ENV) tools/run-tests --jobs $(TEST_JOBS)

# what makes a large store for a test
FILL := $(BUILD)/bench_pages

BENCH_SRCS := $(sort $(wildcard bench/bench_*.c))
BENCH_BINS := $(patsubst bench/%.c,$(BUILD)/%,$(BENCH_SRCS))

.PHONY: test test-fast run-fleet test-fleet check check-asan check-journal repeat torture check-calls check-sizes nginx-tests \
        soak run demo try bench bench-build deps

deps:
	@tools/install-deps build

# Other people's packages, for the tests that speak to them: where npm is at
# hand and can reach them; those tests say so and are skipped otherwise.  They
# are installed anew when the list of them has changed.
PEERS = if command -v npm > /dev/null \
            && ! cmp -s t/interop/package.json \
                        $(BUILD)/interop/node_modules/package.json; then \
            timeout 90 t/interop/install $(BUILD) > /dev/null 2>&1 \
                || echo "npm's packages cannot be had: no tests with them"; \
        fi

# Of these folders alone; without any, of all.
CALLS ?=

check-calls: all
	@tools/check-calls $(addprefix --only ,$(CALLS)) $(SRC) $(BUILD)

check-sizes:
	@tools/check-sizes $(SRC) tools bench fuzz t

test:
	@tools/install-deps test
	@$(PEERS)
	@$(SUBMAKE) all asan unit-build unit-asan-build interop $(FILL) \
	    fuzz-smoke-build check-calls check-sizes
	@$(RUN_TESTS) --work $(BUILD)/test \
	    --group unit $(PROGRAMS_plain) \
	    --group unit-asan $(PROGRAMS_asan) \
	    --group t $(TESTS) \
	    --group t-asan --env TEST_NGINX_ASAN=1 $(ASAN_TESTS) \
	    --group unit-journal $(OVER_JOURNAL) \
	        $(addprefix $(BUILD)/plain/unit/,$(JOURNAL_TEST_UNITS)) \
	    --group t-journal $(OVER_JOURNAL) $(JOURNAL_TESTS) \
	    --group fuzz $(SMOKE_BINS)

test-fast:
	@tools/install-deps test
	@$(SUBMAKE) all unit-build interop $(FILL) check-calls check-sizes
	@$(RUN_TESTS) --work $(BUILD)/test-fast \
	    --group unit $(PROGRAMS_plain) --group t $(TESTS)

check: all interop $(FILL)
	@$(RUN_TESTS) --work $(BUILD)/test-check --group t $(TESTS)

check-asan: asan interop
	@$(RUN_TESTS) --work $(BUILD)/test-check-asan \
	    --group t-asan --env TEST_NGINX_ASAN=1 $(TESTS)

check-journal: all interop unit-build $(FILL)
	@$(RUN_TESTS) --work $(BUILD)/test-check-journal \
	    --group unit-journal $(OVER_JOURNAL) \
	        $(addprefix $(BUILD)/plain/unit/,$(JOURNAL_UNITS)) \
	    --group t-journal $(OVER_JOURNAL) \
	        $(filter-out t/conf/% t/core/% t/docs/% t/page/% t/runner/%, \
	            $(TESTS))

# of those alone that are asked for
REPEAT_UNITS = $(if $(filter command environment,$(firstword \
                   $(origin UNIT))),$(PROGRAMS_plain))
REPEAT_TESTS = $(if $(filter command environment,$(firstword \
                   $(origin TESTS))),$(TESTS))

repeat:
	@$(SUBMAKE) $(if $(REPEAT_UNITS),unit-build UNIT="$(UNIT)") \
	    $(if $(REPEAT_TESTS),all interop $(FILL))
	@$(TEST_ENV) taskset -c 0 tools/run-tests --jobs 8 \
	    --work $(BUILD)/test-repeat \
	    $(foreach n,$(shell seq $(RUNS)),--group $(n) $(REPEAT_UNITS) \
	        $(REPEAT_TESTS))

torture: all interop
	@WEBHOOK_KILLS=$(KILLS) WEBHOOK_CUTS=$(CUTS) tools/run-tests --jobs 1 \
	    --verbose --work $(BUILD)/test-torture --timeout 3600 \
	    --group torture t/system/journal.t t/system/power.t

nginx-tests: all
	@t/interop/nginx-tests -j $(TEST_JOBS) $(NGINX_TESTS)
	@t/interop/nginx-tests -j $(TEST_JOBS) -a $(NGINX_TESTS)

soak:
	@tools/install-deps test
	@$(SUBMAKE) all interop $(FILL)
	@SOAK_SECONDS=$(SOAK_SECONDS) $(RUN_TESTS) --work $(BUILD)/test-soak \
	    --timeout $(shell echo $$(( $(SOAK_SECONDS) + 300 ))) \
	    --group soak $(sort $(wildcard t/soak/*.t))

run:
	@tools/install-deps run
	@$(SUBMAKE) all
	@WEBHOOK_BUILD=$(BUILD) tools/demo --stay

run-fleet:
	@$(SUBMAKE) all
	@WEBHOOK_BUILD=$(BUILD) tools/run-fleet

test-fleet:
	@$(SUBMAKE) unit UNIT="$(filter cluster/%,$(UNITS))"
	@$(SUBMAKE) check TESTS="$(sort $(wildcard t/cluster/*.t))"

demo:
	@tools/install-deps run
	@$(SUBMAKE) all
	@WEBHOOK_BUILD=$(BUILD) tools/demo

API  ?=
PORT ?= 8080

try:
	@tools/try --check "$(API)" "$(PORT)"
	@tools/install-deps build
	@$(SUBMAKE) all
	@WEBHOOK_BUILD=$(BUILD) tools/try "$(API)" "$(PORT)"

bench-build: $(BENCH_BINS) $(BUILD)/bare/bench_event \
             $(BUILD)/interop/libwebhook_sync.so

$(BENCH_BINS): $(BUILD)/%: bench/%.c $(BUILD)/plain/libwebhook.a \
               $(wildcard bench/lib/*.h)
	$(call say,CC,$@)
	$(Q)$(CC) $(PLAIN_CFLAGS) $(FLAGS_plain) $(PLAIN_CPPFLAGS) \
	    -o $@ $< $(BUILD)/plain/libwebhook.a $(PLAIN_LIBS)

# what an event costs without indexes
$(BUILD)/bare/bench_event: bench/bench_event.c bench/lib/bare_lists.c \
                           $(BUILD)/plain/libwebhook.a
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PLAIN_CFLAGS) $(FLAGS_plain) $(PLAIN_CPPFLAGS) \
	    -o $@ $^ $(PLAIN_LIBS)

# The parts of the benchmark, each with options of its own: "make bench
# BENCH=run BENCH_OPTIONS=--seconds=10" runs one.  One that is not among them is
# "peers": the same work done by others, of which most have to be installed.
BENCH ?= run commit inbound receivers disk store pages lists event sign json \
         instructions

bench:
	@tools/install-deps bench
	@$(SUBMAKE) all bench-build
	@$(foreach part,$(BENCH),$(bench_$(part)) &&) true

bench_run       = echo "== run" && $(TEST_ENV) bench/run $(BENCH_OPTIONS)
bench_commit    = echo "== commit" && $(TEST_ENV) bench/commit $(BENCH_OPTIONS)
bench_peers     = echo "== peers" && $(TEST_ENV) bench/peers $(BENCH_OPTIONS)
bench_inbound   = echo "== inbound" && $(TEST_ENV) bench/inbound $(BENCH_OPTIONS)
bench_receivers = echo "== receivers" && $(TEST_ENV) bench/receivers $(BENCH_OPTIONS)
bench_instructions = echo "== instructions" && $(TEST_ENV) bench/instructions \
                         $(BENCH_OPTIONS)
bench_disk      = echo "== disk" && BUILD=$(BUILD) bench/disk $(BENCH_OPTIONS)
bench_store     = echo "== store" && mkdir -p $(BUILD)/bench && \
                      $(BUILD)/bench_store -p 2 -b 64 -t 5 $(BENCH_OPTIONS) $(BUILD)/bench
bench_pages     = echo "== pages" && mkdir -p $(BUILD)/bench-pages && \
                      $(BUILD)/bench_pages $(BENCH_OPTIONS) $(BUILD)/bench-pages; \
                      rc=$$?; rm -rf $(BUILD)/bench-pages; test $$rc = 0
bench_lists     = echo "== lists" && $(TEST_ENV) bench/lists $(BENCH_OPTIONS)
bench_event     = echo "== event" && BUILD=$(BUILD) bench/event $(BENCH_OPTIONS)
bench_sign      = echo "== sign" && $(BUILD)/bench_sign
bench_json      = echo "== json" && $(BUILD)/bench_json conf/demo/order.add.json
