#: Debian's packages
#:   deb             builds them, unsigned, of this tree: $(BUILD)/deb/*.deb;
#:                   DEB_MAINTAINER="NAME <ADDRESS>" is who publishes them
#:   deb-check       the same, lintian, and the tests in debian/tests, each in a
#:                   copy of a Debian of its own, as root; DEB_TESTS="order ..."
#:                   takes some of them; DEB_FROM=REVISION adds the upgrade
#:                   from the packages of an older revision
#:
#:   DEB_SUITE=trixie builds the packages in that Debian, for its nginx, and
#:   tests them there, as root: $(BUILD)/deb-trixie/*.deb.
#:
#:   lsm-check       tests nginx with the packages while AppArmor, and then
#:                   SELinux, enforces what docs/install.md describes: under
#:                   Debian's kernel, in qemu, as root; LSM=apparmor is one
#:
#:   docker-check    does what Docker would do with the Dockerfile, and tries the
#:                   container, without Docker; as root.  DOCKER_DEBS=DIR takes
#:                   packages that are built already
#:
#:   DEB_ROOT=DIR is that Debian, which debootstrap makes where there is none
#:   from DEB_MIRROR= ($(BUILD)/deb-root).
#:

DEB_SUITE  ?=
DEB_ROOT   ?= $(BUILD)/deb-root$(addprefix -,$(DEB_SUITE))
DEB_MIRROR ?= http://deb.debian.org/debian
DEB_TESTS  ?=
DEB_FROM   ?=
DEB_MAINTAINER ?=
DOCKER_DEBS ?=
LSM         ?=

.PHONY: deb deb-lint deb-check deb-root docker-check lsm-check

DEBS := $(BUILD)/deb$(addprefix -,$(DEB_SUITE))
LINT := lintian --fail-on error,warning

# another Debian, in which they are built
THERE    := $(BUILD)/deb-build-$(DEB_SUITE)
IN_THERE  = DEB_SUITE="$(DEB_SUITE)" DEB_MIRROR="$(DEB_MIRROR)" \
            tools/deb-tests --root "$(THERE)" && tools/in-debian "$(THERE)"

ifeq ($(DEB_SUITE),)

deb:
	@tools/install-deps package
	@DEB_MAINTAINER="$(DEB_MAINTAINER)" \
	    tools/deb-build "$(ROOT)" "$(DEBS)" $(JOBS)

deb-lint: deb
	@tools/install-deps deb
	$(LINT) $(DEBS)/*.changes
	$(if $(DEB_FROM),@tools/deb-older "$(ROOT)" "$(DEB_FROM)" \
	    "$(BUILD)/deb-older" $(JOBS))

else

deb:
	@tools/install-deps deb
	@$(IN_THERE) "tools/install-deps package && make JOBS=$(JOBS) \
	    DEB_MAINTAINER='$(DEB_MAINTAINER)' deb"
	@rm -rf "$(DEBS)"
	@cp -r "$(THERE)/src/build/deb" "$(DEBS)"

deb-lint: deb
	@$(IN_THERE) "tools/install-deps deb && $(LINT) build/deb/*.changes"

endif

deb-check: deb-lint
	@DEB_MIRROR="$(DEB_MIRROR)" \
	    DEB_SUITE="$(or $(DEB_SUITE),bookworm)" \
	    DEB_OLDER="$(if $(DEB_FROM),$(BUILD)/deb-older)" \
	    tools/deb-tests "$(DEB_ROOT)" "$(DEBS)" $(DEB_TESTS)

deb-root:
	@tools/install-deps deb
	@DEB_MIRROR="$(DEB_MIRROR)" DEB_SUITE="$(or $(DEB_SUITE),bookworm)" \
	    tools/deb-tests --root "$(DEB_ROOT)"

docker-check: deb-root
	@tools/docker-tests "$(DEB_ROOT)" "$(BUILD)/docker" $(DOCKER_DEBS)

lsm-check: deb deb-root
	@tools/install-deps deb lsm
	@tools/lsm-tests "$(DEB_ROOT)" "$(DEBS)" "$(BUILD)/lsm" $(LSM)
