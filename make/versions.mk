#: Versions of nginx
#:   test-versions   builds the module, with warnings as errors, for Debian's
#:                   sources of nginx 1.22.1, 1.26.3 and 1.30.6, as a dynamic
#:                   module and as a part of nginx, with gcc and clang, and as
#:                   nginx.org's packages do, and tests each; and, as root, in
#:                   Debian 13 and unstable for what they have: nginx,
#:                   compiler, libraries (NGINX_SUITES="trixie sid")
#:
#:   NGINX_TREES="DIR ..." adds source trees, NGINX_VERSIONS= takes other
#:   versions of Debian's, KINDS="gcc-static ..." some of the ways, and
#:   VERSION_TESTS=t all tests.
#:

NGINX_VERSIONS ?= 1.22.1 1.26.3 1.30.6
NGINX_TREES    ?=
NGINX_SUITES   ?= trixie sid
KINDS          ?= gcc-dynamic gcc-static clang-dynamic clang-static nginx.org
VERSION_TESTS  ?= t/inbound/receive.t t/inbound/action/durable.t \
                  t/inbound/mask/early-read.t t/inbound/verify/signed.t \
                  t/net/tls.t t/net/upstream-resolve.t \
                  t/outbound/capture/capture.t \
                  t/outbound/capture/requests.t \
                  t/outbound/capture/early-body.t \
                  t/outbound/capture/early-hints.t \
                  t/outbound/delivery/retries.t t/system/reload.t

.PHONY: test-versions

test-versions:
	@tools/install-deps test versions
	@NGINX_VERSIONS="$(NGINX_VERSIONS)" NGINX_TREES="$(NGINX_TREES)" \
	    NGINX_SUITES="$(NGINX_SUITES)" KINDS="$(KINDS)" \
	    DEB_MIRROR="$(DEB_MIRROR)" JOBS=$(JOBS) \
	    TEST_JOBS=$(TEST_JOBS) tools/test-versions "$(BUILD)" \
	    $(VERSION_TESTS)
