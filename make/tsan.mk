#: Thread sanitizer
#:   check-tsan      tests of threads with nginx itself, and the module in it,
#:                   under the thread sanitizer; NGINX_SRC=DIR has to name all
#:                   sources of nginx (apt-get source nginx),
#:                   TSAN_TESTS="t/system/reload.t ..." takes other tests
#:

TSAN_TESTS ?= t/system/early.t t/system/journal.t t/system/reload.t

TSAN_SRC     := $(BUILD)/tsan/src
TSAN_CFLAGS  := -O1 -fno-omit-frame-pointer -fsanitize=thread \
                -U_FORTIFY_SOURCE -Wno-tsan
TSAN_LDFLAGS := -fsanitize=thread

.PHONY: check-tsan

# Two of nginx's own words between threads are plain stores, which the sanitizer
# does not take for what they are: in a copy they are atomic.
$(TSAN_SRC)/.atomic:
	@[ -f "$(NGINX_SRC)/src/core/ngx_thread_pool.c" ] \
	    || { echo "$(NGINX_SRC): not all sources of nginx; set NGINX_SRC" >&2; \
	         exit 1; }
	@rm -rf $(TSAN_SRC)
	@mkdir -p $(BUILD)/tsan
	@cp -r "$(NGINX_SRC)" $(TSAN_SRC)
	@sed -i 's/\(define ngx_unlock(lock) *\).*/\1__atomic_store_n(lock, 0, __ATOMIC_RELEASE)/' \
	    $(TSAN_SRC)/src/os/unix/ngx_atomic.h
	@sed -i 's/\*lock = 0;/__atomic_store_n(lock, 0, __ATOMIC_RELEASE);/; s/while (lock) {/while (__atomic_load_n(\&lock, __ATOMIC_ACQUIRE)) {/' \
	    $(TSAN_SRC)/src/core/ngx_thread_pool.c
	@touch $@

check-tsan: $(TSAN_SRC)/.atomic webhookctl interop-programs
	+@$(SUBMAKE) BUILD=$(BUILD)/tsan NGINX_SRC=$(TSAN_SRC) \
	    NGINX_CC_OPT="$(TSAN_CFLAGS)" NGINX_LD_OPT="$(TSAN_LDFLAGS)" static
	@tools/run-tests --jobs 1 --work $(BUILD)/test-tsan --group tsan \
	    --env WEBHOOK_BUILD=$(BUILD) --env WEBHOOK_TIME=5 \
	    --env TEST_NGINX_STATIC=1 \
	    --env TEST_NGINX_BINARY=$(BUILD)/tsan/static/nginx \
	    --env TSAN_OPTIONS="suppressions=$(ROOT)/make/tsan.supp" \
	    $(TSAN_TESTS)
