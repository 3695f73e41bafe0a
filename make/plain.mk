#: What needs no nginx: core, store
#:   unit            build and run what is below t/unit, each file a program
#:   unit-asan       the same under the address and undefined sanitizers
#:   unit-build, unit-asan-build    build them only
#:   unit-tsan       those with threads under the thread sanitizer
#:   interop         build t/interop/*.c, which tests call, in
#:                   $(BUILD)/interop; those in t/interop/preload are for
#:                   LD_PRELOAD, those in t/interop/nginx modules for nginx:
#:                   interop-programs and interop-modules alone
#:
#:   UNIT="json id" takes those of the programs only; CORE_SRCS="FILES" and
#:   STORE_SRCS="FILES" link those sources only.
#:

# the migrations of a cluster on PostgreSQL
PG_SQL     := $(sort $(wildcard $(SRC)/cluster/pgsql/sql/*.sql))

CORE_SRCS  ?= $(call room_files,c,$(filter core/%,$(ROOMS)))
STORE_SRCS ?= $(call room_files,c,$(filter store store/% cluster \
                                           cluster/record cluster/shipper,$(ROOMS)))
PG_SRCS    := $(filter-out %_module.c,$(call room_files,c,$(PG_ROOMS)))
CTL_SRCS   := $(sort $(shell find tools/webhookctl -name '*.c'))
UNIT_SRCS  := $(sort $(filter-out $(if $(PG_LIBS),,t/unit/cluster/%), \
                                  $(shell find t/unit -name '*.c')))
LOAD_SRCS  := $(sort $(wildcard t/interop/preload/*.c))
CALL_SRCS  := $(sort $(wildcard t/interop/*.c))

# by their names alone, or from t/unit
UNITS      := $(patsubst t/unit/%.c,%,$(UNIT_SRCS))
UNIT       ?= $(UNITS)
UNITS_MADE := $(foreach name,$(UNIT),$(or \
                  $(filter $(name) %/$(name),$(UNITS)), \
                  $(error there is no $(name).c below t/unit)))

WARNINGS := -W -Wall -Wextra -Wpointer-arith -Wwrite-strings \
            -Wstrict-prototypes -Wmissing-prototypes -Werror

PLAIN_CPPFLAGS := -DPCRE2_CODE_UNIT_WIDTH=8 -I$(SRC)
PLAIN_LIBS     := -ljansson -llmdb -lexpat -lpcre2-8 -lssl -lcrypto -lz \
                  -lpthread

# Packages set WARNINGS and FLAGS_plain.
PLAIN_CFLAGS := -std=gnu11 -g $(WARNINGS) -fPIC -pthread
FLAGS_plain  := -O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2
FLAGS_tsan   := -O1 -fno-omit-frame-pointer -fsanitize=thread
FLAGS_asan   := $(ASAN_CFLAGS) -fsanitize=undefined \
                -fno-sanitize-recover=undefined

SEES_unit  := $(addprefix -I,$(sort $(dir $(wildcard t/lib/c/*.h \
                                       t/lib/c/*/*.h)))) $(PG_CFLAGS)
SEES_ctl   := -Itools


# A cache of the compiler may name the target by another path: $(1) is the
# object.
own_deps = sed -i '1s|^[^ ]*:|$(1):|' $(1:.o=.d)

# Programs with threads, and one whose processes are killed.  LMDB is not built
# with the sanitizer: what it does by itself is passed over.
TSAN_UNITS := core/condition/condition_limits store/read store/journal/file \
              store/lmdb/credit/credit_threads store/lmdb/credit/cut_credit

# $(1): plain, asan or tsan; $(2): where it is built
define plain_tree

OBJS_$(1)_plain := $$(patsubst $(SRC)/%.c,$(2)/%.o,$$(CORE_SRCS) \
                                                  $$(STORE_SRCS))
OBJS_$(1)_ctl   := $$(patsubst tools/%.c,$(2)/tools/%.o,$$(CTL_SRCS))
OBJS_$(1)_unit  := $$(patsubst t/unit/%.c,$(2)/unit/%.o,$$(UNIT_SRCS))

PROGRAMS_$(1) := $$(addprefix $(2)/unit/,$$(UNITS_MADE))

# the flags are a file, so that other flags build anew
$(2)/flags: FORCE
	@mkdir -p $(2)
	@echo '$$(CC) $(PLAIN_CFLAGS) $(PLAIN_CPPFLAGS) $(FLAGS_$(1))' \
	    > $$@.$$$$$$$$ \
	 && if cmp -s $$@.$$$$$$$$ $$@; then rm $$@.$$$$$$$$; \
	    else mv $$@.$$$$$$$$ $$@; fi

$$(OBJS_$(1)_plain): $(2)/%.o: $(SRC)/%.c $(2)/flags | $(ROOMS_OK)
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$$(CC) $(PLAIN_CFLAGS) $(FLAGS_$(1)) $(PLAIN_CPPFLAGS) \
	    -MMD -MP -c -o $$@ $$<
	@$$(call own_deps,$$@)

$$(OBJS_$(1)_ctl): $(2)/tools/%.o: tools/%.c $(2)/flags
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$$(CC) $(PLAIN_CFLAGS) $(FLAGS_$(1)) $(PLAIN_CPPFLAGS) \
	    $(SEES_ctl) -MMD -MP -c -o $$@ $$<
	@$$(call own_deps,$$@)

# a folder may have the name of a program that was
$$(OBJS_$(1)_unit): $(2)/unit/%.o: t/unit/%.c $(2)/flags
	@mkdir -p $$(@D) 2> /dev/null || { rm -f $$(@D); mkdir -p $$(@D); }
	$$(call say,CC,$$@)
	$$(Q)$$(CC) $(PLAIN_CFLAGS) $(FLAGS_$(1)) $(PLAIN_CPPFLAGS) \
	    $(SEES_unit) -MMD -MP -c -o $$@ $$<
	@$$(call own_deps,$$@)

$(2)/cluster.sql.h: tools/embed-sql $$(PG_SQL)
	@mkdir -p $$(@D)
	$$(Q)tools/embed-sql $(SRC)/cluster/pgsql/sql $$@

OBJS_$(1)_pg := $$(patsubst $(SRC)/%.c,$(2)/%.o,$$(PG_SRCS))

$$(OBJS_$(1)_pg): $(2)/%.o: $(SRC)/%.c $(2)/flags $(2)/cluster.sql.h \
                            | $(ROOMS_OK)
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$$(CC) $(PLAIN_CFLAGS) $(FLAGS_$(1)) $(PLAIN_CPPFLAGS) $(PG_CFLAGS) \
	    -DWEBHOOK_PGSQL_SQL='"$(2)/cluster.sql.h"' -MMD -MP -c -o $$@ $$<
	@$$(call own_deps,$$@)

$(2)/libwebhook_pgsql.a: $$(OBJS_$(1)_pg) $(2)/flags
	@rm -f $$@
	@ar rcs $$@ $$(OBJS_$(1)_pg)

# made anew, lest an object of a source that is gone stays in it
$(2)/libwebhook.a: $$(OBJS_$(1)_plain) $(2)/flags
	@rm -f $$@
	@ar rcs $$@ $$(OBJS_$(1)_plain)

$$(filter $(2)/unit/cluster/%,$$(PROGRAMS_$(1))): $(2)/libwebhook_pgsql.a

$$(PROGRAMS_$(1)): $(2)/unit/%: $(2)/unit/%.o $(2)/libwebhook.a
	$$(call say,LINK,$$@)
	$$(Q)$$(CC) $(FLAGS_$(1)) -pthread -o $$@ -Wl,--start-group $$^ \
	    -Wl,--end-group $(PLAIN_LIBS) \
	    $$(if $$(filter %_pgsql.a,$$^),$(PG_LIBS))

-include $$(OBJS_$(1)_plain:.o=.d) $$(OBJS_$(1)_pg:.o=.d) \
         $$(OBJS_$(1)_unit:.o=.d) \
         $$(OBJS_$(1)_ctl:.o=.d)

endef

$(eval $(call plain_tree,plain,$(BUILD)/plain))
$(eval $(call plain_tree,asan,$(BUILD)/plain-asan))
$(eval $(call plain_tree,tsan,$(BUILD)/plain-tsan))


.PHONY: unit unit-asan unit-tsan unit-build unit-asan-build interop interop-programs \
        interop-modules webhookctl

unit-build: $(PROGRAMS_plain)

unit-asan-build: $(PROGRAMS_asan)

unit: unit-build
	@tools/run-tests --jobs $(JOBS) --work $(BUILD)/test-unit \
	    --group unit $(PROGRAMS_plain)

unit-asan: unit-asan-build
	@tools/run-tests --jobs $(JOBS) --work $(BUILD)/test-unit-asan \
	    --group unit-asan $(PROGRAMS_asan)

unit-tsan: $(addprefix $(BUILD)/plain-tsan/unit/,$(TSAN_UNITS))
	@tools/run-tests --jobs $(JOBS) --work $(BUILD)/test-unit-tsan \
	    --group unit-tsan \
	    --env TSAN_OPTIONS="halt_on_error=1 suppressions=$(ROOT)/t/unit/tsan.supp" \
	    $^


CALL_OBJS := $(patsubst t/interop/%.c,$(BUILD)/plain/interop/%.o,$(CALL_SRCS))
CALL_BINS := $(patsubst t/interop/%.c,$(BUILD)/interop/%,$(CALL_SRCS))

LOAD_LIBS := $(patsubst t/interop/preload/%.c,$(BUILD)/interop/%.so,$(LOAD_SRCS))

# modules of the tests' own, which nginx loads beside ours
NGX_SRCS := $(sort $(wildcard t/interop/nginx/*.c))
NGX_LIBS := $(patsubst t/interop/nginx/%.c,$(BUILD)/interop/%.so,$(NGX_SRCS))

# the directory of the nginx that loads them
INTEROP ?= $(BUILD)

interop: interop-programs interop-modules

interop-programs: $(CALL_BINS) $(LOAD_LIBS) \
                  $(if $(PG_LIBS),$(BUILD)/interop/$(PG_MODULE).so)

interop-modules: $(NGX_LIBS)

$(NGX_LIBS): $(BUILD)/interop/%.so: t/interop/nginx/%.c \
             $(wildcard t/interop/nginx/*.h) \
             t/interop/nginx/module.mk $(INTEROP)/objs/configured \
             $(call room_files,h,$(ROOMS))
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	+$(Q)$(SUBMAKE) $(if $(V),,-s) -f $(INTEROP)/objs/Makefile \
	    -f $(ROOT)/t/interop/nginx/module.mk -C "$(TREE_$(INTEROP))" \
	    OUT=$@ SOURCE=$(ROOT)/$< test-module

$(LOAD_LIBS): $(BUILD)/interop/%.so: t/interop/preload/%.c \
              $(wildcard t/interop/preload/*.h) $(BUILD)/plain/flags
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(PLAIN_CFLAGS) $(FLAGS_plain) $(SEES_unit) -shared \
	    -MMD -MP -o $@ $< -ldl

$(CALL_OBJS): $(BUILD)/plain/interop/%.o: t/interop/%.c $(BUILD)/plain/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(PLAIN_CFLAGS) $(FLAGS_plain) $(PLAIN_CPPFLAGS) \
	    $(SEES_unit) -MMD -MP -c -o $@ $<
	@$(call own_deps,$@)

$(CALL_BINS): $(BUILD)/interop/%: $(BUILD)/plain/interop/%.o \
              $(BUILD)/plain/libwebhook.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(FLAGS_plain) -pthread -o $@ $^ $(PLAIN_LIBS)

-include $(BUILD)/plain/interop/*.d $(BUILD)/interop/*.d


# without sources of its own there is nothing to link
webhookctl: $(if $(CTL_SRCS),$(BUILD)/webhookctl)

$(BUILD)/webhookctl: $(OBJS_plain_ctl) $(BUILD)/plain/libwebhook.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(FLAGS_plain) -pthread -o $@ $^ $(PLAIN_LIBS)

$(BUILD)/asan/webhookctl: $(OBJS_asan_ctl) $(BUILD)/plain-asan/libwebhook.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(FLAGS_asan) -pthread -o $@ $^ $(PLAIN_LIBS)
