# Builds SOURCE as nginx builds the sources of a module: OUT, a module that
# nginx loads.  Read behind a Makefile that nginx's configure has made.

.PHONY: test-module

test-module:
	$(CC) -shared -fPIC $(CFLAGS) $(ALL_INCS) -o $(OUT) $(SOURCE)
