#: Debian's packages
#:   deb             builds them, unsigned, of this tree: $(BUILD)/deb/*.deb;
#:                   DEB_MAINTAINER="NAME <ADDRESS>" is who publishes them
#:   deb-check       the same, lintian, and the tests in debian/tests, each in a
#:                   copy of a Debian of its own, as root; DEB_TESTS="order ..."
#:                   takes some of them; DEB_FROM=REVISION adds the upgrade
#:                   from the packages of an older revision
#:
#:   docker-check    does what Docker would do with the Dockerfile, and tries the
#:                   container, without Docker; as root.  DOCKER_DEBS=DIR takes
#:                   packages that are built already
#:
#:   DEB_ROOT=DIR is that Debian, which debootstrap makes where there is none
#:   from DEB_MIRROR= ($(BUILD)/deb-root).
#:

DEB_ROOT   ?= $(BUILD)/deb-root
DEB_MIRROR ?= http://deb.debian.org/debian
DEB_TESTS  ?=
DEB_FROM   ?=
DEB_MAINTAINER ?=
DOCKER_DEBS ?=

.PHONY: deb deb-check deb-root docker-check

deb:
	@tools/install-deps package
	@DEB_MAINTAINER="$(DEB_MAINTAINER)" tools/deb-build "$(ROOT)" "$(BUILD)/deb" $(JOBS)

deb-check: deb
	@tools/install-deps deb
	lintian --fail-on error,warning $(BUILD)/deb/*.changes
	$(if $(DEB_FROM),@tools/deb-older "$(ROOT)" "$(DEB_FROM)" \
	    "$(BUILD)/deb-older" $(JOBS))
	@DEB_MIRROR="$(DEB_MIRROR)" \
	    DEB_OLDER="$(if $(DEB_FROM),$(BUILD)/deb-older)" \
	    tools/deb-tests "$(DEB_ROOT)" "$(BUILD)/deb" $(DEB_TESTS)

deb-root:
	@tools/install-deps deb
	@DEB_MIRROR="$(DEB_MIRROR)" tools/deb-tests --root "$(DEB_ROOT)"

docker-check: deb-root
	@tools/docker-tests "$(DEB_ROOT)" "$(BUILD)/docker" $(DOCKER_DEBS)
