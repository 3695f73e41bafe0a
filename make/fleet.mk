#: Fleets
#:   torture-fleet   t/torture/*.t, an hour: nodes beside three PostgreSQL under
#:                   Patroni, whose leader is killed, and so on; PARTS="node
#:                   clocks" takes some of it.  docs/cluster-growth.md has the
#:                   options
#:

PARTS ?= failover node away unknown snapshot clocks growth

# Options of the parts; those that are not given are as each part has them.
TORTURE_OPTIONS := RATE KILLS TURN RATIO SYNC DURATION LEASE LATE ROUNDS CHURN \
                   MS NODES FAIL BREAK

RATE  ?=
KILLS ?=

FLEET_LOAD := $(BUILD)/torture/fleet_load

.PHONY: torture-fleet torture-build

torture-build: $(FLEET_LOAD)

$(FLEET_LOAD): $(wildcard t/torture/load/*.c t/torture/load/*.h)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(PLAIN_CFLAGS) $(FLAGS_plain) -o $@ $(filter %.c,$^)

torture-fleet:
	@tools/install-deps check fleet
	@$(SUBMAKE) all torture-build interop-programs
	@$(foreach name,$(TORTURE_OPTIONS),$(name)="$($(name))") \
	    $(TEST_ENV) tools/run-tests --jobs 1 --verbose --timeout 7200 \
	    --work $(BUILD)/test-torture \
	    --group torture $(PARTS:%=t/torture/%.t)
