#: Pages
#:   pages           make the manual page, the reference of commands in
#:                   docs/webhookctl.md and the completions of shells anew
#:                   from tools/webhookctl/command/webhookctl_table.c
#:   screenshots     make the pictures in docs/images anew, in Chromium
#:

COMPLETIONS := tools/completion/webhookctl.bash tools/completion/_webhookctl

# what is between these lines of docs/webhookctl.md is made
PAGES_FROM := <!-- made by "make pages" -->
PAGES_TO   := <!-- made until here -->

.PHONY: pages screenshots

pages: $(BUILD)/webhookctl
	@mkdir -p tools/completion
	$(BUILD)/webhookctl help --format=man > docs/webhookctl.1
	$(BUILD)/webhookctl help --format=bash > tools/completion/webhookctl.bash
	$(BUILD)/webhookctl help --format=zsh > tools/completion/_webhookctl
	{ sed '/$(PAGES_FROM)/q' docs/webhookctl.md; echo; \
	  $(BUILD)/webhookctl help --format=markdown; echo; \
	  sed -n '/$(PAGES_TO)/,$$p' docs/webhookctl.md; \
	} > $(BUILD)/webhookctl.md
	cp $(BUILD)/webhookctl.md docs/webhookctl.md

screenshots: all
	@tools/install-deps test
	@mkdir -p docs/images
	WEBHOOK_BUILD=$(BUILD) tools/page-screenshots docs/images
