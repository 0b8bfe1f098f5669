# 集市 · Jishi. `make help` is the front desk.
.DEFAULT_GOAL := help
.PHONY: help up test prove simulate check bench bench-orders bench-purchases bench-pages bench-memory bench-growth map fmt lock migration doctor assets venv clean
MAKEFLAGS += --no-print-directory
export PYTHONUTF8 := 1

PY := .venv/bin/python
PARALLEL ?= 2
TESTS ?=
STEPS ?=
NONE_CHOSEN := 5
RUNS ?= 1000000
SEED ?= 1

help: ## 这张表 · this table
	@printf '\n  集市 · Jishi — 一条命令开张的网上商城 · a mall that opens with one command\n\n'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@printf '\n  MALL_PORT=8000  MALL_DATA=./.mall  DATABASE_URL=…(可选 · optional)\n'
	@printf '  例 · examples:  MALL_PORT=9000 make up    make test TESTS=mall/orders\n'
	@printf '  mall 命令 · the mall command:  .venv/bin/mall --help\n\n'

up: venv assets ## 打开集市,Ctrl-C 关闭 · open the mall, Ctrl-C closes it
	@exec $(PY) -m mall.doors.command up

test: venv assets ## 全部测试 · every test, on a real PostgreSQL and a real Chromium
	@$(PY) -m tools.setup.browser
	@$(PY) -m pytest -n $(PARALLEL) -m 'not alone' $(TESTS) || [ $$? = $(NONE_CHOSEN) ]
	@$(PY) -m pytest -m alone $(TESTS) || [ $$? = $(NONE_CHOSEN) ]

prove: venv assets ## 全部证明,结果写入 docs/evidence.md · every proof at full length, written down: make prove STEPS="races rush"
	@$(PY) -m tools.setup.browser
	@$(PY) -m tests.proving $(STEPS)

simulate: venv ## 百万次随机交错 · a million interleavings with faults, what they covered at the end
	@$(PY) -m tests.simulation --runs $(RUNS) --seed $(SEED) --processes $(PARALLEL)

check: venv ## 规矩:格式、类型、结构、迁移 · format, types, architecture, migrations
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check -q .
	@$(PY) -m tools.architecture
	@$(PY) -m tools.setup.migrations
	@$(PY) -m pyright

bench: bench-orders bench-purchases bench-pages bench-memory ## 全部性能数字 · all figures of docs/benchmarks.md

bench-orders: venv ## 下单吞吐 · orders per second against pgbench
	@$(PY) -m benchmarks.orders

bench-purchases: venv ## 整单吞吐:加购到付款入账 · whole purchases per second, judged by the checker
	@$(PY) -m benchmarks.purchases

bench-pages: venv assets ## 页面吞吐 · pages per second against a bare route
	@$(PY) -m benchmarks.pages

bench-memory: venv assets ## 闲时内存 · memory of the whole idle mall
	@$(PY) -m benchmarks.memory

bench-growth: venv ## 五百万订单之后的下单吞吐,约二十分钟 · orders per second with 5,000,000 stored, some 20 minutes
	@$(PY) -m benchmarks.growth

map: venv ## 房间与楼梯 · the rooms and what each is for
	@$(PY) -m tools.architecture map

fmt: venv ## 整理格式 · put the code in order
	@$(PY) -m ruff check -q --fix . ; $(PY) -m ruff format .

lock: ## 重新锁定依赖(需要 uv)· pin the dependencies anew (needs uv)
	@uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header \
		--no-annotate --no-emit-index-url -q -o requirements.lock
	@tools/setup/venv.sh

migration: venv ## 写出迁移 · write the next migration: make migration M="orders: add a note"
	@$(PY) -m tools.setup.migrations write "$(M)"

doctor: venv ## 哪里不对 · what is wrong and what helps
	@$(PY) -m mall.doors.command doctor

assets: venv ## 构建页面样式与脚本 · build styles and script
	@$(PY) -m tools.setup.assets

venv: ## 安装依赖 · install the dependencies into .venv
	@tools/setup/venv.sh

clean: ## 删除可重建之物,不碰数据 · remove what can be rebuilt; never data
	@rm -rf .venv .venv.lock .mall-tools build dist mall/doors/storefront/static \
		mall/doors/storefront/assets/node_modules .pytest_cache .ruff_cache .hypothesis
