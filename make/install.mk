#: Installing (DESTDIR= is put in front of each path)
#:   install         the module, its load_module snippet, webhookctl with its
#:                   manual page and completions, the event types and the
#:                   examples
#:   uninstall       removes them
#:

DESTDIR ?=

modulesdir   ?= /usr/lib/nginx/modules
availabledir ?= /usr/share/nginx/modules-available
confdir      ?= /etc/nginx/webhook
bindir       ?= /usr/bin
mandir       ?= /usr/share/man
bashdir      ?= /usr/share/bash-completion/completions
zshdir       ?= /usr/share/zsh/vendor-completions
docdir       ?= /usr/share/doc/libnginx-mod-http-webhook

SNIPPET := mod-http-webhook.conf

# What nginx.conf includes goes where it looks; all the rest is an example.
CONF_FILES    := $(wildcard conf/*-events.conf)
EXAMPLE_FILES := $(filter-out $(CONF_FILES), \
                     $(wildcard conf/*.conf conf/examples/*.conf))
DEMO_FILES    := $(wildcard conf/demo/*)
DOC_FILES     := $(wildcard README.md CHANGELOG.md LICENSE docs/*.md)

.PHONY: install uninstall

install: all
	install -d $(addprefix $(DESTDIR),$(modulesdir) $(availabledir) \
	                                  $(confdir) $(bindir) $(mandir)/man1 \
	                                  $(bashdir) $(zshdir)) \
	           $(DESTDIR)$(docdir)/examples
	install -m 644 $(BUILD)/$(MODULE).so $(DESTDIR)$(modulesdir)/
	echo 'load_module modules/$(MODULE).so;' \
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
	$(if $(DEMO_FILES),install -d $(DESTDIR)$(docdir)/examples/demo \
	    && install -m 644 $(DEMO_FILES) $(DESTDIR)$(docdir)/examples/demo/)
	$(if $(DOC_FILES),install -m 644 $(DOC_FILES) $(DESTDIR)$(docdir)/)
	@echo
	@echo "To load the module:"
	@echo "  ln -s $(availabledir)/$(SNIPPET) \
	/etc/nginx/modules-enabled/50-$(SNIPPET)"
	@echo "Examples are in $(docdir)/examples"

uninstall:
	rm -f $(DESTDIR)$(modulesdir)/$(MODULE).so \
	      $(DESTDIR)$(availabledir)/$(SNIPPET) \
	      $(DESTDIR)$(bindir)/webhookctl \
	      $(DESTDIR)$(mandir)/man1/webhookctl.1 \
	      $(DESTDIR)$(bashdir)/webhookctl \
	      $(DESTDIR)$(zshdir)/_webhookctl \
	      $(addprefix $(DESTDIR)$(confdir)/,$(notdir $(CONF_FILES)))
	rm -rf $(DESTDIR)$(docdir)
	-rmdir --ignore-fail-on-non-empty $(DESTDIR)$(confdir)
