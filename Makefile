# ngx_http_webhook_module: build, test, install; "make help" tells how.
#
# Everything that is built goes under $(BUILD), and nothing outside of it is
# written, so that several builds of one checkout can run side by side:
#
#     make BUILD=/tmp/mine all

SHELL := /bin/bash

ROOT := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))

BUILD ?= $(or $(WEBHOOK_BUILD),$(ROOT)/build)

override BUILD := $(abspath $(BUILD))

CC      = gcc
CLANG   ?= clang
JOBS    ?= $(shell nproc)

MODULE   := ngx_http_webhook_module
SRC      := $(MODULE)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

# Sub-makes share this make's job slots; without any, they take JOBS.
SUBMAKE = $(MAKE) --no-print-directory \
              $(if $(findstring -j,$(MAKEFLAGS)),,-j$(JOBS)) BUILD=$(BUILD)

# "make V=1" shows the commands.
Q    := $(if $(V),,@)
tell = printf '  %-9s %s\n' "$(1)" "$(patsubst $(ROOT)/%,%,$(2))"
say  = @$(call tell,$(1),$(2))

.PHONY: FORCE
FORCE:

include $(ROOT)/make/module.mk
include $(ROOT)/make/plain.mk
include $(ROOT)/make/fuzz.mk
include $(ROOT)/make/test.mk
include $(ROOT)/make/fleet.mk
include $(ROOT)/make/pages.mk
include $(ROOT)/make/install.mk
include $(ROOT)/make/deb.mk
include $(ROOT)/make/tsan.mk
include $(ROOT)/make/versions.mk
include $(ROOT)/make/dist.mk


.PHONY: clean help

clean:
	rm -rf $(BUILD)

help:
	@sed -n 's/^#: \?//p' $(MAKEFILE_LIST)
