#: Installing (DESTDIR= is put in front of each path)
#:   install         the module, its load_module snippet, webhookctl, the
#:                   event types and the examples
#:   uninstall       removes them
#:

DESTDIR ?=

modulesdir   ?= /usr/lib/nginx/modules
availabledir ?= /usr/share/nginx/modules-available
confdir      ?= /etc/nginx/webhook
bindir       ?= /usr/bin
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
	                                  $(confdir) $(bindir)) \
	           $(DESTDIR)$(docdir)/examples
	install -m 644 $(BUILD)/$(MODULE).so $(DESTDIR)$(modulesdir)/
	echo 'load_module modules/$(MODULE).so;' \
	    > $(DESTDIR)$(availabledir)/$(SNIPPET)
	chmod 644 $(DESTDIR)$(availabledir)/$(SNIPPET)
	$(if $(CTL_SRCS),install -m 755 $(BUILD)/webhookctl \
	    $(DESTDIR)$(bindir)/)
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
	      $(addprefix $(DESTDIR)$(confdir)/,$(notdir $(CONF_FILES)))
	rm -rf $(DESTDIR)$(docdir)
	-rmdir --ignore-fail-on-non-empty $(DESTDIR)$(confdir)
