#: Releases
#:   dist            the sources of the last commit as a tarball, with what has
#:                   changed and with digests: $(BUILD)/dist
#:   release         the same for a release: first the day is written into
#:                   CHANGELOG.md and debian/changelog, committed and tagged;
#:                   nothing is sent anywhere
#:

.PHONY: dist release

dist:
	@tools/dist "$(ROOT)" "$(BUILD)/dist"

release:
	@tools/dist "$(ROOT)" "$(BUILD)/dist" --release
