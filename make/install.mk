#: Installing (DESTDIR= is put in front of each path)
#:   install         the module, webhookctl with its manual page and
#:                   completions, the event types, the examples and documents;
#:                   where there is modules-enabled, the module is loaded from
#:                   there (ENABLE=no: it is not)
#:   uninstall       removes them, and tells which files of nginx's
#:                   configuration still name the module
#:
#:   prefix=/usr sysconfdir=/etc modulesdir= availabledir= enableddir=
#:   confdir= bindir= mandir= bashdir= zshdir= docdir=
#:

DESTDIR ?=
ENABLE  ?= yes

prefix       ?= /usr
sysconfdir   ?= /etc
modulesdir   ?= $(prefix)/lib/nginx/modules
availabledir ?= $(prefix)/share/nginx/modules-available
enableddir   ?= $(sysconfdir)/nginx/modules-enabled
confdir      ?= $(sysconfdir)/nginx/webhook
bindir       ?= $(prefix)/bin
mandir       ?= $(prefix)/share/man
bashdir      ?= $(prefix)/share/bash-completion/completions
zshdir       ?= $(prefix)/share/zsh/vendor-completions
docdir       ?= $(prefix)/share/doc/libnginx-mod-http-webhook

SNIPPET := mod-http-webhook.conf
ENABLED := $(DESTDIR)$(enableddir)/50-$(SNIPPET)

# What nginx.conf includes goes where it looks; all the rest is an example.
CONF_FILES    := $(wildcard conf/*-events.conf)
EXAMPLE_FILES := $(filter-out $(CONF_FILES), \
                     $(wildcard conf/*.conf conf/examples/*.conf))
DEMO_FILES    := $(wildcard conf/demo/*)
SYSTEM_FILES  := $(wildcard conf/systemd/*)
APPARMOR_FILES := $(wildcard conf/apparmor/*.*)
ABSTRACTIONS  := $(wildcard conf/apparmor/abstractions/*)
TOP_FILES     := $(wildcard README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md \
                     LICENSE)
DOC_FILES     := $(wildcard docs/*.md docs/*.json)

.PHONY: install install-files uninstall

install: all
	@$(MAKE) --no-print-directory BUILD=$(BUILD) install-files

# What is built already, for packages and tests.
install-files:
	install -d $(addprefix $(DESTDIR),$(modulesdir) $(availabledir) \
	                                  $(confdir) $(bindir) $(mandir)/man1 \
	                                  $(bashdir) $(zshdir)) \
	           $(DESTDIR)$(docdir)/examples
	install -m 644 $(BUILD)/$(MODULE).so $(DESTDIR)$(modulesdir)/
	@if [ -e $(BUILD)/$(PG_MODULE).so ]; then \
	    install -m 644 $(BUILD)/$(PG_MODULE).so $(DESTDIR)$(modulesdir)/; \
	fi
	echo 'load_module $(modulesdir)/$(MODULE).so;' \
	    > $(DESTDIR)$(availabledir)/$(SNIPPET)
	chmod 644 $(DESTDIR)$(availabledir)/$(SNIPPET)
	$(if $(CTL_SRCS),install -m 755 $(BUILD)/webhookctl \
	    $(DESTDIR)$(bindir)/)
	install -m 644 docs/webhookctl.1 $(DESTDIR)$(mandir)/man1/
	install -m 644 tools/completion/webhookctl.bash \
	    $(DESTDIR)$(bashdir)/webhookctl
	install -m 644 tools/completion/_webhookctl $(DESTDIR)$(zshdir)/
	$(if $(CONF_FILES),install -m 644 $(CONF_FILES) $(DESTDIR)$(confdir)/)
	$(if $(EXAMPLE_FILES),install -m 644 $(EXAMPLE_FILES) \
	    $(DESTDIR)$(docdir)/examples/)
	$(if $(SYSTEM_FILES),install -d $(DESTDIR)$(docdir)/examples/systemd \
	    && install -m 644 $(SYSTEM_FILES) \
	        $(DESTDIR)$(docdir)/examples/systemd/)
	install -d $(DESTDIR)$(docdir)/examples/apparmor/abstractions
	install -m 644 $(APPARMOR_FILES) $(DESTDIR)$(docdir)/examples/apparmor/
	install -m 644 $(ABSTRACTIONS) \
	    $(DESTDIR)$(docdir)/examples/apparmor/abstractions/
	$(if $(DEMO_FILES),install -d $(DESTDIR)$(docdir)/examples/demo \
	    && install -m 644 $(DEMO_FILES) $(DESTDIR)$(docdir)/examples/demo/)
	install -d $(DESTDIR)$(docdir)/docs
	install -m 644 $(TOP_FILES) $(DESTDIR)$(docdir)/
	install -m 644 $(DOC_FILES) $(DESTDIR)$(docdir)/docs/
	install -d $(DESTDIR)$(docdir)/docs/images
	install -m 644 $(wildcard docs/images/*) $(DESTDIR)$(docdir)/docs/images/
	install -d $(DESTDIR)$(docdir)/docs/monitoring
	install -m 644 $(wildcard docs/monitoring/*) \
	    $(DESTDIR)$(docdir)/docs/monitoring/
	@if [ "$(ENABLE)" != no ] && [ -d "$(DESTDIR)$(enableddir)" ]; then \
	    ln -sfn $(availabledir)/$(SNIPPET) $(ENABLED); \
	    echo "$(enableddir)/50-$(SNIPPET) loads the module"; \
	else \
	    echo "To load the module, begin nginx.conf with:"; \
	    echo "  load_module $(modulesdir)/$(MODULE).so;"; \
	fi
	@echo "Examples are in $(docdir)/examples"

# The link goes first: it must not load what is gone.  Event types that were
# changed stay.
uninstall:
	@if [ -L "$(ENABLED)" ] && [ "$$(readlink "$(ENABLED)")" \
	        = "$(availabledir)/$(SNIPPET)" ]; then \
	    rm -f "$(ENABLED)"; \
	fi
	rm -f $(DESTDIR)$(modulesdir)/$(MODULE).so \
	      $(DESTDIR)$(modulesdir)/$(PG_MODULE).so \
	      $(DESTDIR)$(availabledir)/$(SNIPPET) \
	      $(DESTDIR)$(bindir)/webhookctl \
	      $(DESTDIR)$(mandir)/man1/webhookctl.1 \
	      $(DESTDIR)$(bashdir)/webhookctl \
	      $(DESTDIR)$(zshdir)/_webhookctl
	@for file in $(CONF_FILES); do \
	    there="$(DESTDIR)$(confdir)/$$(basename $$file)"; \
	    if [ ! -e "$$there" ]; then :; \
	    elif cmp -s $$file "$$there"; then rm -f "$$there"; \
	    else echo "$$there was changed and stays"; fi; \
	done
	rm -rf $(DESTDIR)$(docdir)
	@if [ -n "$(DESTDIR)" ]; then \
	    cd "$(DESTDIR)" && for dir in $(patsubst /%,%,$(modulesdir) \
	            $(availabledir) $(confdir) $(bindir) $(mandir)/man1 \
	            $(bashdir) $(zshdir) $(dir $(docdir))); do \
	        if [ -d "$$dir" ]; then \
	            rmdir -p --ignore-fail-on-non-empty "$$dir"; \
	        fi; \
	    done; \
	elif [ -d "$(confdir)" ]; then \
	    rmdir --ignore-fail-on-non-empty "$(confdir)"; \
	fi
	@named=$$(grep -rlE \
	    '^[^#]*(load_module[^;]*$(MODULE)|[[:space:]]webhook_|^webhook_)' \
	    "$(DESTDIR)$(sysconfdir)/nginx" 2> /dev/null); \
	if [ -n "$$named" ]; then \
	    echo "nginx refuses its configuration until these files name" \
	         "the module no more:"; \
	    printf '  %s\n' $$named; \
	fi
