# A thin front for meson: every target does its own set-up on a fresh Debian 12.
BUILD := build
CHECK := build-check
MESON_CHECK := -Db_sanitize=address,undefined -Dbuildtype=debugoptimized -Dwerror=true -Db_lundef=false

.PHONY: demo build check bench fuzz lint install clean

demo: build
	@tools/demo

build:
	@tools/setup build
	@[ -f $(BUILD)/build.ninja ] || meson setup --buildtype=release $(BUILD) >/dev/null
	@ninja -C $(BUILD) >$(BUILD)/ninja.log 2>&1 || { cat $(BUILD)/ninja.log; exit 1; }

check:
	@tools/setup build check
	@[ -f $(CHECK)/build.ninja ] || meson setup $(MESON_CHECK) $(CHECK) >/dev/null
	@ninja -C $(CHECK) >$(CHECK)/ninja.log 2>&1 || { cat $(CHECK)/ninja.log; exit 1; }
	@tests/run.py --build $(CHECK)

bench: build
	@tools/setup bench
	@bench/run.py --build $(BUILD)

fuzz:
	@tools/setup build fuzz
	@tools/fuzz

lint:
	@tools/setup build lint
	@tools/lint

install: build
	@meson install -C $(BUILD) --no-rebuild

clean:
	@rm -rf $(BUILD) $(CHECK) build-fuzz
