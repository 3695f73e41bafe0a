#: Module
#:   all             the module for Debian's nginx, and webhookctl
#:                   and, where libpq is installed, the library for a cluster
#:                   on PostgreSQL, ngx_http_webhook_pgsql_module.so
#:   asan            the same under AddressSanitizer, in $(BUILD)/asan
#:   webhookctl      the command-line tool alone
#:
#:   NGINX_SRC=DIR NGINX_CONFIGURE="FLAGS" builds for another source tree;
#:   NGINX_CC_OPT and NGINX_LD_OPT add compiler and linker flags.  With such a
#:   tree there are also
#:   static          nginx with the module in it: $(BUILD)/static/nginx
#:   nginx           nginx without it: $(BUILD)/nginx
#:

NGINX_SRC       ?= /usr/share/nginx/src
NGINX_CONFIGURE ?=
NGINX_CC_OPT    ?=
NGINX_LD_OPT    ?=

# The sanitizer's flags: for the module and for what needs no nginx.
ASAN_CFLAGS  := -O1 -fno-omit-frame-pointer -fsanitize=address \
                -U_FORTIFY_SOURCE
ASAN_LDFLAGS := -fsanitize=address

# The folders of sources, and of some of them the files that end in .$(1)
ROOMS      := $(shell sed -n 's/^\([^\#:]*\):.*/\1/p' $(SRC)/ROOMS)
# what is built into the library for PostgreSQL alone
PG_ROOMS   := $(filter cluster/pgsql cluster/pgsql/%,$(ROOMS))
PG_MODULE  := ngx_http_webhook_pgsql_module

# libpq, where it is installed
PG_CFLAGS  := $(shell pkg-config --cflags libpq 2> /dev/null)
PG_LIBS    := $(shell pkg-config --libs libpq 2> /dev/null)
room_files  = $(sort $(wildcard $(patsubst %,$(SRC)/%/*.$(1),$(2))))

PAGE_FILES   := $(sort $(shell find page -name '*.html' -o -name '*.css' \
                                          -o -name '*.js' -o -name '*.json'))
MODULE_FILES := config config.make $(SRC)/ROOMS \
                $(call room_files,[ch],$(ROOMS)) $(PAGE_FILES) \
                $(sort $(wildcard $(SRC)/cluster/pgsql/sql/*.sql))

.PHONY: all asan

# What the rooms include is held against ROOMS before anything is built.
ROOMS_OK := $(BUILD)/rooms

$(ROOMS_OK): $(filter $(SRC)/%,$(MODULE_FILES)) tools/check-rooms
	@mkdir -p $(@D)
	@tools/check-rooms $(SRC)
	@touch $@

all: $(BUILD)/$(MODULE).so webhookctl $(if $(PG_LIBS),$(BUILD)/$(PG_MODULE).so)

asan: $(BUILD)/asan/$(MODULE).so $(if $(wildcard tools/webhookctl/*.c), \
          $(BUILD)/asan/webhookctl)


# A tree's own Makefile in objs/ builds the module.  It is made anew when
# what it was made from is not what it would be made from now; the list
# of files is part of that, so a new source needs nothing else.

# $(1): the directory; $(2), $(3): compiler and linker flags; $(4): "static"
# or nothing
define module_tree

TREE_$(1) := $$(if $$(wildcard $$(NGINX_SRC)/conf_flags),$$(NGINX_SRC),$\
                   $(1)/nginx-src)

$(1)/objs/inputs: FORCE
	@mkdir -p $(1)/objs
	@[ -e "$$(NGINX_SRC)/src/core/nginx.h" ] \
	    || { echo "There are no sources of nginx in $$(NGINX_SRC):" \
	              "\"make deps\" installs Debian's, and NGINX_SRC=DIR names" \
	              "others." >&2; exit 1; }
	@{ echo "$$(NGINX_SRC) $$(NGINX_CONFIGURE)"; \
	   echo "$(2)"; echo "$(3)"; \
	   printf '%s\n' $$(MODULE_FILES); \
	   $$(CC) -dumpfullversion; \
	   cat $$(NGINX_SRC)/conf_flags 2>/dev/null; \
	   stat -c '%n %Z' $$(NGINX_SRC)/src/core/nginx.h; \
	 } > $$@.$$$$$$$$ \
	 && if cmp -s $$@.$$$$$$$$ $$@; then rm $$@.$$$$$$$$; \
	    else mv $$@.$$$$$$$$ $$@; fi

$(1)/objs/configured: $(1)/objs/inputs $(ROOT)/config $(ROOT)/config.make \
                      $(ROOT)/tools/configure-module | $(ROOMS_OK)
	$$(call say,CONFIGURE,$(1)/objs)
	@NGINX_SRC="$$(NGINX_SRC)" NGINX_CONFIGURE="$$(NGINX_CONFIGURE)" \
	    CC="$$(CC)" $(ROOT)/tools/configure-module $(ROOT) $(1)/objs \
	    "$(2)" "$(3)" $(4) > $(1)/objs/configure.log 2>&1 \
	    || { cat $(1)/objs/configure.log >&2; exit 1; }
	@touch $$@

endef

# $(1): the directory; $(2): the file; $(3): make's target for it
define module_file

$(1)/$(2): $(1)/objs/configured FORCE
	+@$$(SUBMAKE) $$(if $$(V),,-s) -f $(1)/objs/Makefile \
	    -C "$$(TREE_$(1))" $(3)
	@cmp -s $(1)/objs/$(2) $$@ \
	    || { $$(call tell,MODULE,$$@) \
	         && install -m 755 $(1)/objs/$(2) $$@.$$$$$$$$ \
	         && mv $$@.$$$$$$$$ $$@; }

endef

$(eval $(call module_tree,$(BUILD),$(NGINX_CC_OPT),$(NGINX_LD_OPT)))
$(eval $(call module_tree,$(BUILD)/asan,$(ASAN_CFLAGS),$(ASAN_LDFLAGS)))
$(eval $(call module_tree,$(BUILD)/static,$(NGINX_CC_OPT),$\
              $(NGINX_LD_OPT),static))

$(eval $(call module_file,$(BUILD),$(MODULE).so,modules))
$(eval $(call module_file,$(BUILD),nginx,binary))
$(eval $(call module_file,$(BUILD)/asan,$(MODULE).so,modules))
$(eval $(call module_file,$(BUILD)/static,nginx,binary))

.PHONY: static nginx

static: $(BUILD)/static/nginx

nginx: $(BUILD)/nginx


# The library for PostgreSQL.  All that it uses of ours is in it, and hidden, and
# it uses nothing of nginx: -z defs makes sure of both.

PG_PARTS := $(addprefix $(BUILD)/pgsql/,$(patsubst $(SRC)/%.c,%.o, \
                $(filter-out %_module.c,$(call room_files,c,$(PG_ROOMS))) \
                $(call room_files,c,cluster/record) \
                $(SRC)/core/base/webhook_codec.c \
                $(SRC)/core/base/webhook_str.c \
                $(SRC)/store/webhook_store_memory.c))
PG_OBJECT := $(BUILD)/plain/cluster/pgsql/module/$(PG_MODULE).o

$(PG_PARTS): $(BUILD)/pgsql/%.o: $(SRC)/%.c $(BUILD)/plain/flags \
                                 $(BUILD)/plain/cluster.sql.h | $(ROOMS_OK)
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(PLAIN_CFLAGS) $(FLAGS_plain) $(PLAIN_CPPFLAGS) $(PG_CFLAGS) \
	    -DWEBHOOK_PGSQL_SQL='"$(BUILD)/plain/cluster.sql.h"' \
	    -fvisibility=hidden -MMD -MP -c -o $@ $<
	@$(call own_deps,$@)

$(PG_OBJECT): $(SRC)/cluster/pgsql/module/$(PG_MODULE).c make/pgsql.mk \
              $(call room_files,h,cluster cluster/module cluster/pgsql store) \
              $(BUILD)/objs/configured
	@mkdir -p $(@D)
	+$(Q)$(SUBMAKE) $(if $(V),,-s) -f $(BUILD)/objs/Makefile \
	    -f $(ROOT)/make/pgsql.mk -C "$(TREE_$(BUILD))" OUT=$@ \
	    SOURCE=$(ROOT)/$< WEBHOOK_SRC=$(ROOT)/$(SRC) pgsql-object

$(BUILD)/$(PG_MODULE).so: $(PG_OBJECT) $(PG_PARTS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(FLAGS_plain) -shared -Wl,-z,defs -Wl,-z,relro -o $@ $^ $(PG_LIBS)

.PHONY: pgsql
pgsql: $(BUILD)/$(PG_MODULE).so

-include $(PG_PARTS:.o=.d)

# The same, as of a version with another format of records, for tests of nodes of
# two versions.

PG_NEXT := $(PG_PARTS:$(BUILD)/pgsql/%=$(BUILD)/interop/pgsql/%)

$(PG_NEXT): $(BUILD)/interop/pgsql/%.o: $(SRC)/%.c $(BUILD)/plain/flags \
                                        $(BUILD)/plain/cluster.sql.h
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(PLAIN_CFLAGS) $(FLAGS_plain) $(PLAIN_CPPFLAGS) $(PG_CFLAGS) \
	    -DWEBHOOK_PGSQL_SQL='"$(BUILD)/plain/cluster.sql.h"' \
	    -DWEBHOOK_CLUSTER_FORMAT=2 \
	    -fvisibility=hidden -MMD -MP -c -o $@ $<
	@$(call own_deps,$@)

$(BUILD)/interop/$(PG_MODULE).so: $(PG_OBJECT) $(PG_NEXT)
	$(call say,LINK,$@)
	$(Q)$(CC) $(FLAGS_plain) -shared -Wl,-z,defs -Wl,-z,relro -o $@ $^ $(PG_LIBS)

-include $(PG_NEXT:.o=.d)
