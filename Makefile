# The first two commands of README.md are `make run` and `make test`.
.POSIX:
.PHONY: run test release ui image image-root bench soak format check clean prepare

# Everything up to a running gateway: packages, toolchain, page, binary, start. Prints the link to open.
run: release
	./dist/openclaw gateway run --allow-unconfigured

prepare:
	@sh Scripts/prepare.sh

ui: prepare
	@sh UI/build.sh

# The small static binary dist/openclaw, and dist/wire-echo for measuring.
release: ui
	@sh Scripts/release.sh

# The container image, with an engine; and its file system in dist/image-root without one, as root.
image:
	@sh Image/build.sh

image-root: release
	@sh Image/root.sh
	@sh Image/size.sh dist/image-root

# The whole suite: rooms (Swift Testing), page, and the real binary (pytest).
test:
	@sh Scripts/prepare.sh test
	@sh Scripts/test.sh

check:
	@sh Scripts/check-release.sh
	@sh Scripts/check-format.sh
	@sh UI/check.sh

format:
	swift format --in-place --parallel --recursive --configuration .swift-format Package.swift Sources Tests Benchmarks

# Figures beside the bounds of the design and beside a bare C program of the same run.
bench: release
	@sh Benchmarks/run.sh

# Messages through the release binary: memory has to stay where it was. `make soak MESSAGES=100000` takes minutes.
MESSAGES = 1000000
soak: release
	@sh Benchmarks/run.sh soak $(MESSAGES)

clean:
	rm -rf .build .build-release .build-static dist .venv
