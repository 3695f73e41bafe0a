# Builds SOURCE as nginx builds the sources of a module, into the object OUT.
# Read behind a Makefile that nginx's configure has made.

.PHONY: pgsql-object

pgsql-object:
	$(CC) -c -fPIC -fvisibility=hidden $(CFLAGS) $(ALL_INCS) \
	    -I$(WEBHOOK_SRC) -o $(OUT) $(SOURCE)
