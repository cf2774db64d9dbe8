# Ratel's commands. Each target calls one thin Python command; what it does is documented there.
# `.venv` is made on first use by scripts/bootstrap.sh and reused from then on.
#
#   make sim CONFIG=8x8 IMAGES=100 SEED=7 TEST=name WAVES=1     ARGS="..." is passed on as it is

PYTHON_VENV := .venv/bin/python

# A variable given on the command line becomes the option of the same name: $(call option,seed,SEED)
option  = $(if $($(2)),--$(1) '$($(2))')
switch  = $(if $(filter-out 0,$($(2))),--$(1))

# What make exports would reach Verilator and cocotb, which know variables of the same names.
unexport CONFIG IMAGES SEED TEST WAVES K ARGS MODEL INPUT COUNT OUTPUT STALL ONLY LIST \
  N J TESTS CLUSTER COMPARE FAULT TRACE

.DEFAULT_GOAL := help
.PHONY: regress coverage replay testplan selftest help sim run compile networks soc test nightly bench lint format generate env env-dev clean distclean waves

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  Variables: CONFIG=8x8 IMAGES=100 SEED=1 TEST=name WAVES=1 K=expression ARGS=\"...\""
	@echo "             MODEL=net.tflite INPUT=x.npy COUNT=1 OUTPUT=folder STALL=0.3 LIST=1 ONLY=name"
	@echo "             N=1000 J=2 TESTS=names CLUSTER=tcp://host:8786"

sim: env ## Classify real images on the simulated core: CONFIG= IMAGES= SEED= TEST= WAVES=1
	@$(PYTHON_VENV) -m scripts.sim $(call option,config,CONFIG) $(call option,images,IMAGES) \
	  $(call option,seed,SEED) $(call option,test,TEST) $(call switch,waves,WAVES) $(ARGS)

run: env ## Run a network on the simulated core: MODEL= INPUT= CONFIG= COUNT= OUTPUT= STALL= SEED= TRACE=
	@$(PYTHON_VENV) -m scripts.run $(call option,model,MODEL) $(call option,input,INPUT) \
	  $(call option,config,CONFIG) $(call option,count,COUNT) $(call option,output,OUTPUT) \
	  $(call option,stall,STALL) $(call option,seed,SEED) $(call option,trace,TRACE) $(ARGS)

compile: env ## Print the schedule that the compiler makes of a network: MODEL= CONFIG= LIST=1
	@$(PYTHON_VENV) -m scripts.compile $(call option,model,MODEL) $(call option,config,CONFIG) \
	  $(call switch,list,LIST) $(ARGS)

networks: env-dev ## Run every known network on all its inputs: CONFIG= COUNT= ONLY= STALL= SEED=
	@$(PYTHON_VENV) -m scripts.networks $(call option,config,CONFIG) $(call option,count,COUNT) \
	  $(call option,only,ONLY) $(call option,stall,STALL) $(call option,seed,SEED) $(ARGS)

soc: env ## Run networks on a RISC-V CPU with Ratel: MODEL= COUNT= CONFIG= STALL= SEED= COMPARE=1 PROGRAMS=
	@$(PYTHON_VENV) -m scripts.soc $(call option,model,MODEL) $(call option,count,COUNT) \
	  $(call option,input,INPUT) $(call option,config,CONFIG) $(call option,stall,STALL) \
	  $(call option,seed,SEED) $(call switch,compare,COMPARE) $(call option,programs,PROGRAMS) \
	  $(call option,first,FIRST) $(ARGS)

test: env-dev ## Run every check: lint, unit tests, golden fuzz, simulations: K= SEED=
	@$(PYTHON_VENV) -m scripts.check $(call option,keyword,K) $(call option,seed,SEED) $(ARGS)

nightly: env-dev ## Run every check on every configuration: SEED=
	@$(PYTHON_VENV) -m scripts.check --nightly $(call option,seed,SEED) $(ARGS)

# A failing test repeats itself: first difference, waves, view. Passing ones do not know of it.
test: export RATEL_EXPLAIN := 1
test: export RATEL_WAVES := $(WAVES)

waves: env ## Repeat a run, find the first difference, open its waves: TEST= SEED= CONFIG=
	@$(PYTHON_VENV) -m scripts.waves $(call option,test,TEST) $(call option,seed,SEED) \
	  $(call option,config,CONFIG) $(ARGS)

regress: env-dev ## Run many seeds of many tests: N= J= TESTS= CONFIG= SEED= CLUSTER=address WAVES=1
	@$(PYTHON_VENV) -m scripts.regress $(call option,n,N) $(call option,jobs,J) \
	  $(call option,tests,TESTS) $(call option,config,CONFIG) $(call option,seed,SEED) \
	  $(call option,cluster,CLUSTER) $(call switch,waves,WAVES) $(ARGS)

coverage: env-dev ## Measure functional and code coverage: N= J= TESTS= CONFIG= SEED= CLUSTER=address
	@$(PYTHON_VENV) -m scripts.coverage $(call option,n,N) $(call option,jobs,J) \
	  $(call option,tests,TESTS) $(call option,config,CONFIG) $(call option,seed,SEED) \
	  $(call option,cluster,CLUSTER) $(ARGS)

replay: env-dev ## Show that a seed gives the same transactions twice and at both speeds: N= J= SEED=
	@$(PYTHON_VENV) -m scripts.replay $(call option,n,N) $(call option,jobs,J) \
	  $(call option,config,CONFIG) $(call option,seed,SEED) $(ARGS)

testplan: env-dev ## Check the plan of features, tests and coverage points; show each entry's state
	@$(PYTHON_VENV) -m scripts.testplan $(ARGS)

bench: env ## Measure cycles and utilisation of the kernels: CONFIG= SEED=
	@$(PYTHON_VENV) -m scripts.bench $(call option,config,CONFIG) $(call option,seed,SEED) $(ARGS)

selftest: env-dev ## Break the core in many small ways; a test must fall each time: FAULT= J=
	@$(PYTHON_VENV) -m scripts.selftest $(call option,fault,FAULT) $(call option,jobs,J) $(ARGS)

lint: env-dev ## Check style and elaboration of the Python and the Verilog
	@$(PYTHON_VENV) -m scripts.lint $(ARGS)

format: env-dev ## Format the Python and apply the safe fixes
	@$(PYTHON_VENV) -m ruff format .
	@$(PYTHON_VENV) -m ruff check --fix .

generate: env-dev ## Write again every file that is generated from spec/: ARGS=--check only compares
	@$(PYTHON_VENV) -m scripts.generate $(ARGS)

env: ## Create or update .venv for simulations
	@scripts/bootstrap.sh sim

env-dev: ## Create or update .venv for simulations and checks
	@scripts/bootstrap.sh dev

clean: ## Remove build products and reports, keep .venv
	@rm -rf build .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## Remove .venv as well
	@rm -rf .venv
