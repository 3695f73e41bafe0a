#: Fuzzing
#:   fuzz            build fuzz/fuzz_*.c with clang's libFuzzer
#:   fuzz-run        run each for FUZZ_SECONDS=30; finds stay in $(BUILD)/fuzz
#:   fuzz-smoke      gcc only: run each once over its corpus and cut-off and
#:                   bent copies of it, under the sanitizers
#:
#:   fuzz-api        requests to the management API that are nearly right, for
#:                   FUZZ_SECONDS, against the sanitizer build
#:
#:   FUZZ="json template" takes those only.  fuzz/corpus/NAME/ holds the seeds
#:   of fuzz/fuzz_NAME.c, fuzz/NAME.dict its dictionary, if there is one, and
#:   fuzz/lib what fuzzers share.
#:

FUZZ_SECONDS ?= 30
FUZZ_SRCS    := $(sort $(wildcard fuzz/fuzz_*.c))
FUZZ         ?= $(patsubst fuzz/fuzz_%.c,%,$(FUZZ_SRCS))

FUZZ_DIR     := $(BUILD)/fuzz
FUZZ_FLAGS   := -O1 -fno-omit-frame-pointer \
                -fsanitize=address,undefined -fno-sanitize-recover=undefined
FUZZ_PLAIN   := $(CORE_SRCS) $(STORE_SRCS)
FUZZ_OBJS    := $(patsubst $(SRC)/%.c,$(FUZZ_DIR)/%.o,$(FUZZ_PLAIN))
FUZZ_BINS    := $(addprefix $(FUZZ_DIR)/fuzz_,$(FUZZ))
SMOKE_BINS   := $(addprefix $(BUILD)/plain-asan/fuzz/smoke_,$(FUZZ))

.PHONY: fuzz fuzz-deps fuzz-run fuzz-smoke fuzz-smoke-build fuzz-api

fuzz: $(FUZZ_BINS)

$(FUZZ_OBJS) $(FUZZ_BINS): | fuzz-deps

fuzz-deps:
	@command -v $(CLANG) > /dev/null || tools/install-deps fuzz

$(FUZZ_OBJS): $(FUZZ_DIR)/%.o: $(SRC)/%.c $(BUILD)/plain-asan/flags
	@mkdir -p $(@D)
	$(call say,CLANG,$@)
	$(Q)$(CLANG) $(PLAIN_CFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link \
	    $(PLAIN_CPPFLAGS) -MMD -MP -c -o $@ $<

$(FUZZ_DIR)/libwebhook.a: $(FUZZ_OBJS)
	@rm -f $@
	@ar rcs $@ $^

$(FUZZ_BINS): $(FUZZ_DIR)/fuzz_%: fuzz/fuzz_%.c $(FUZZ_DIR)/libwebhook.a
	$(call say,CLANG,$@)
	$(Q)$(CLANG) $(filter-out -Wmissing-prototypes,$(PLAIN_CFLAGS)) \
	    $(FUZZ_FLAGS) -fsanitize=fuzzer $(PLAIN_CPPFLAGS) \
	    -MMD -MP -MF $@.d -o $@ $< $(FUZZ_DIR)/libwebhook.a $(PLAIN_LIBS)

# What is found is kept outside of the checkout's corpus: one picks from it.
fuzz-run: fuzz
	@for name in $(FUZZ); do \
	    mkdir -p $(FUZZ_DIR)/corpus/$$name; \
	    echo "fuzz_$$name: $(FUZZ_SECONDS) s"; \
	    dict=; test -f fuzz/$$name.dict && dict=-dict=fuzz/$$name.dict; \
	    seeds=; test -d fuzz/corpus/$$name && seeds=fuzz/corpus/$$name; \
	    $(FUZZ_DIR)/fuzz_$$name -max_total_time=$(FUZZ_SECONDS) $$dict \
	        -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
	        -artifact_prefix=$(FUZZ_DIR)/$$name- \
	        $(FUZZ_DIR)/corpus/$$name $$seeds \
	        > $(FUZZ_DIR)/$$name.log 2>&1 \
	        || { tail -40 $(FUZZ_DIR)/$$name.log; exit 1; }; \
	    grep -E '^stat::(number_of|average)|DONE' $(FUZZ_DIR)/$$name.log; \
	done

fuzz-smoke-build: $(SMOKE_BINS)

$(BUILD)/plain-asan/fuzz/%.o: fuzz/%.c $(BUILD)/plain-asan/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(filter-out -Wmissing-prototypes,$(PLAIN_CFLAGS)) \
	    $(FLAGS_asan) $(PLAIN_CPPFLAGS) -MMD -MP -c -o $@ $<

$(SMOKE_BINS): $(BUILD)/plain-asan/fuzz/smoke_%: \
               $(BUILD)/plain-asan/fuzz/fuzz_%.o \
               $(BUILD)/plain-asan/fuzz/driver.o \
               $(BUILD)/plain-asan/libwebhook.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(FLAGS_asan) -pthread -o $@ $^ $(PLAIN_LIBS)

.PRECIOUS: $(BUILD)/plain-asan/fuzz/%.o

fuzz-smoke: fuzz-smoke-build
	@tools/run-tests --jobs $(JOBS) --work $(BUILD)/test-fuzz \
	    --group fuzz $(SMOKE_BINS)

fuzz-api: asan interop
	@FUZZ_SECONDS=$(FUZZ_SECONDS) $(RUN_TESTS) --work $(BUILD)/test-fuzz \
	    --timeout $(shell echo $$(( $(FUZZ_SECONDS) + 300 ))) \
	    --group t-asan --env TEST_NGINX_ASAN=1 t/admin/fuzz.t

-include $(BUILD)/plain-asan/fuzz/*.d $(FUZZ_DIR)/*.d $(FUZZ_DIR)/*/*.d
