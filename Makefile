# Ratel's commands. Each target calls one thin Python command; what it does is documented there.
# `.venv` is made on first use by scripts/bootstrap.sh, which starts the command in it.
#
#   make sim CONFIG=8x8 IMAGES=100 SEED=7 TEST=name WAVES=1     ARGS="..." is passed on as it is

# What a target takes is what its line of help ends with: SEED= an option, WAVES=1 a switch.
HASHES  := \#\#
VARIABLES := ARGS BUILD $(shell sed -n 's/^[a-z-]*:.*$(HASHES) .*: \([A-Z].*\)/\1/p' Makefile | tr ' ' '\n' | sed 's/=.*//' | sort -u)
takes   = $(shell sed -n 's/^$@:.*$(HASHES) .*: \([A-Z].*\)/\1/p' Makefile | tr ' ' '\n' | sed 's/=.*//')
# Those that were typed; a variable of the shell is not, whatever its name.
typed  := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
wrong   = $(if $(typed),$(filter-out $(1) $(takes),$(typed)))
# In front of a recipe: ends it in a sentence if a variable was typed that the target does not take.
check   = $(if $(call wrong,$(1)),scripts/bootstrap.sh refuse $@ '$(call wrong,$(1))' '$(takes) $(1)' '$(VARIABLES)'; exit 2;)

# $(call given,SEED) is the text as it was typed, empty unless it was given to make.
given   = $(if $(filter command,$(firstword $(origin $(1)))),$(value $(1)))
# A text as one word of the shell, whatever is in it.
quoted  = '$(subst ','\'',$(1))'
# A variable becomes the option of the same name: $(call option,seed,SEED)
option  = $(if $(call given,$(2)),--$(1) $(call quoted,$(call given,$(2))))
switch  = $(if $(filter-out 0,$(call given,$(2))),--$(1))
words   = $(if $(filter command,$(firstword $(origin ARGS))),$(ARGS))

# Makes .venv if need be and starts Python in it: $(SIM) -m scripts.sim, or $(DEV) for the checks.
start   = $(call check,$(2) BUILD)scripts/bootstrap.sh $(1) $(call quoted,$(call given,BUILD))
SIM     = $(call start,sim,ARGS)
DEV     = $(call start,dev,ARGS)

ignored := $(strip $(foreach name,$(VARIABLES),$(if $(filter environment,$(origin $(name))),$(name))))
$(if $(ignored),$(info ratel: set in the shell and not used: $(ignored). Variables are given to make: make sim $(firstword $(ignored))=...))

# What make exports would reach Verilator and cocotb, which know variables of the same names.
unexport $(VARIABLES)

.DEFAULT_GOAL := help
# Every target with a line of help; none of them is a file.
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*$(HASHES) .*/\1/p' Makefile)

help: ## Show this list
	@$(check)awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@echo "  Variables: CONFIG=8x8 IMAGES=100 SEED=1 TEST=name WAVES=1 K=expression ARGS=\"...\""
	@echo "             MODEL=net.tflite INPUT=x.npy COUNT=1 OUTPUT=folder STALL=0.3 LIST=1 ONLY=name"
	@echo "             N=1000 J=2 TESTS=names CLUSTER=tcp://host:8786"
	@echo "             BUILD=folder takes everything that is made, .venv too (a read-only checkout)"

sim: ## Classify real images on the simulated core: CONFIG= IMAGES= SEED= TEST= WAVES=1
	@$(SIM) -m scripts.sim $(call option,config,CONFIG) $(call option,images,IMAGES) \
	  $(call option,seed,SEED) $(call option,test,TEST) $(call switch,waves,WAVES) $(words)

watch: ## Run the smoke tests at each save, show the first difference: CONFIG= SEED= TEST=
	@$(SIM) -m scripts.watch $(call option,config,CONFIG) $(call option,seed,SEED) \
	  $(call option,test,TEST) $(words)

run: ## Run a network on the simulated core: MODEL= INPUT= CONFIG= COUNT= OUTPUT= STALL= SEED= TRACE=
	@$(SIM) -m scripts.run $(call option,model,MODEL) $(call option,input,INPUT) \
	  $(call option,config,CONFIG) $(call option,count,COUNT) $(call option,output,OUTPUT) \
	  $(call option,stall,STALL) $(call option,seed,SEED) $(call option,trace,TRACE) $(words)

compile: ## Print the schedule that the compiler makes of a network: MODEL= CONFIG= LIST=1
	@$(SIM) -m scripts.compile $(call option,model,MODEL) $(call option,config,CONFIG) \
	  $(call switch,list,LIST) $(words)

check: ## Say in seconds how a network would run, or all that stands in the way: MODEL= CONFIG=
	@$(SIM) -m scripts.model_check $(call option,model,MODEL) $(call option,config,CONFIG) $(words)

networks: ## Run every known network on all its inputs: CONFIG= COUNT= ONLY= STALL= SEED=
	@$(DEV) -m scripts.networks $(call option,config,CONFIG) $(call option,count,COUNT) \
	  $(call option,only,ONLY) $(call option,stall,STALL) $(call option,seed,SEED) $(words)

soc: ## Run networks on a RISC-V CPU with Ratel: MODEL= COUNT= CONFIG= STALL= SEED= COMPARE=1 PROGRAM= PROGRAMS= INPUT= FIRST=
	@$(SIM) -m scripts.soc $(call option,model,MODEL) $(call option,count,COUNT) \
	  $(call option,input,INPUT) $(call option,config,CONFIG) $(call option,stall,STALL) \
	  $(call option,seed,SEED) $(call switch,compare,COMPARE) $(call option,programs,PROGRAMS) \
	  $(call option,first,FIRST) $(call option,program,PROGRAM) $(words)

test: ## Run every check: lint, unit tests, golden fuzz, simulations: K= SEED= WAVES=1 ARGS=--affected
	@$(DEV) -m scripts.check $(call option,keyword,K) $(call option,seed,SEED) \
	  $(call switch,waves,WAVES) --explain $(words)

nightly: ## Run every check on every configuration: SEED=
	@$(DEV) -m scripts.check --nightly $(call option,seed,SEED) $(words)

waves: ## Repeat a run, find the first difference, open its waves: TEST= SEED= CONFIG= BASE= PROOF=
	@$(if $(call given,PROOF),$(DEV),$(SIM)) -m scripts.waves $(call option,proof,PROOF) $(call option,test,TEST) $(call option,seed,SEED) \
	  $(call option,config,CONFIG) $(call option,base,BASE) $(words)

debug: ## Run a test in this terminal, where breakpoint() stops inside the simulation: TEST= SEED= CONFIG=
	@$(SIM) -m scripts.debug $(call option,test,TEST) $(call option,seed,SEED) \
	  $(call option,config,CONFIG) $(words)

shrink: ## Reduce a failing run to the smallest program that fails alike: TEST= SEED= CONFIG=
	@$(SIM) -m scripts.shrink $(call option,test,TEST) $(call option,seed,SEED) \
	  $(call option,config,CONFIG) $(words)

regress: ## Run many seeds of many tests: N= J= TESTS= CONFIG= SEED= CLUSTER=address WAVES=1
	@$(DEV) -m scripts.regress $(call option,n,N) $(call option,jobs,J) \
	  $(call option,tests,TESTS) $(call option,config,CONFIG) $(call option,seed,SEED) \
	  $(call option,cluster,CLUSTER) $(call switch,waves,WAVES) $(words)

diff: ## Say how two regressions differ, the latest by default: A= B=
	@$(DEV) -m scripts.diff $(call option,a,A) $(call option,b,B) $(words)

bisect: ## Find the commit of the core that a run fails from, with today's bench: GOOD= TEST= SEED= CONFIG=
	@$(DEV) -m scripts.first_bad $(call option,good,GOOD) $(call option,test,TEST) \
	  $(call option,seed,SEED) $(call option,config,CONFIG) $(words)

coverage: ## Measure functional and code coverage: N= J= TESTS= CONFIG= SEED= CLUSTER=address
	@$(DEV) -m scripts.coverage $(call option,n,N) $(call option,jobs,J) \
	  $(call option,tests,TESTS) $(call option,config,CONFIG) $(call option,seed,SEED) \
	  $(call option,cluster,CLUSTER) $(words)

replay: ## Show that a seed gives the same transactions twice and at both speeds: N= J= SEED=
	@$(DEV) -m scripts.replay $(call option,n,N) $(call option,jobs,J) \
	  $(call option,config,CONFIG) $(call option,seed,SEED) $(words)

testplan: ## Check the plan of features, tests and coverage points; show each entry's state
	@$(DEV) -m scripts.testplan $(words)

bench: ## Measure cycles and utilisation of the kernels: CONFIG= SEED= ONLY=
	@$(SIM) -m scripts.bench $(call option,config,CONFIG) $(call option,seed,SEED) \
	  $(call option,only,ONLY) $(words)

selftest: ## Break the core in many small ways; a test must fall each time: FAULT= J=
	@$(DEV) -m scripts.selftest $(call option,fault,FAULT) $(call option,jobs,J) $(words)

mutate: ## Change the core near an edit, or N times anywhere, or Python, PART=golden; a test must fail: N= SEED= PART= MODULE= BASE= CONFIG= J= CLUSTER=
	@$(DEV) -m scripts.mutate $(call option,n,N) $(call option,seed,SEED) \
	  $(call option,part,PART) $(call option,module,MODULE) $(call option,base,BASE) \
	  $(call option,config,CONFIG) $(call option,jobs,J) $(call option,cluster,CLUSTER) $(words)

fuzz: ## Run random networks on the core; shrink what fails to its smallest graph: N=1000 SEED= CONFIG= FIRST= ONLY=
	@$(DEV) -m scripts.random_networks $(call option,n,N) $(call option,seed,SEED) \
	  $(call option,config,CONFIG) $(call option,first,FIRST) $(call option,only,ONLY) $(words)

fuzz-files: ## Mutate network files; each must end in a network or one sentence: N=5000 J= SEED= FIRST= ARGS=--onnx
	@$(DEV) -m scripts.fuzz $(call option,n,N) $(call option,jobs,J) $(call option,seed,SEED) \
	  $(call option,first,FIRST) $(words)

example: ## Verify the second core, examples/accumulator, with the framework alone
	@$(DEV) -m scripts.example $(words)

new-test: ## Write a new test of the bench, which all that runs tests finds: NAME=file.Class
	@$(DEV) -m scripts.new_test $(call option,name,NAME) $(words)

prove: ## Prove the rules of the core's modules, refute the faults put into them: ONLY= J=
	@$(DEV) -m scripts.prove $(call option,only,ONLY) $(call option,jobs,J) $(words)

docs: ## Make the documents into a site, build/docs, without a dead link
	@$(DEV) -m scripts.docs $(words)

equiv: ## Show that modules behave as at a commit, after a refactoring: BASE= ONLY= CONFIG=
	@$(DEV) -m scripts.equiv $(call option,base,BASE) $(call option,only,ONLY) \
	  $(call option,config,CONFIG) $(words)

area: ## Measure the core's gates, and what protection and options add: CONFIG= ARGS="--liberty FILE --options"
	@$(DEV) -m scripts.area $(call option,config,CONFIG) $(words)

summary: ## Print what came of make test as Markdown, for a page
	@$(DEV) -m scripts.summary $(words)

trend: ## Add a night's figures to those of the nights before, plot them: COMMIT=
	@$(DEV) -m scripts.trend $(call option,commit,COMMIT) $(words)

lint: ## Check style and elaboration of the Python and the Verilog: CONFIG= ONLY=
	@$(DEV) -m scripts.lint $(call option,config,CONFIG) $(call option,only,ONLY) $(words)

format: ## Format the Python and apply the safe fixes
	@$(call start,dev) -m ruff format .
	@$(call start,dev) -m ruff check --fix .

generate: ## Write again every file that is generated from spec/: ARGS=--check only compares
	@$(DEV) -m scripts.generate $(words)

env: ## Create or update .venv for simulations
	@$(call start,sim)

env-dev: ## Create or update .venv for simulations and checks
	@$(call start,dev)

# What is no target is refused like a variable that is none.
.DEFAULT:
	@scripts/bootstrap.sh refuse $@ '' '' '$(shell sed -n 's/^\([a-z-]*\):.*$(HASHES) .*/\1/p' Makefile)'

Makefile: ;

clean: ## Remove build products and reports, keep .venv
	@$(call check,BUILD)$(if $(call given,BUILD),echo "ratel: clean knows the checkout's own folders; remove $(subst ",,$(call given,BUILD)) yourself." >&2; exit 1)
	@for made in build/sim build/bare build/objects; do test ! -L $$made || rm -rf "$$(readlink $$made)"; done
	@rm -rf build .pytest_cache .ruff_cache .mypy_cache
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## Remove .venv as well
	@test ! -f .venv/where || rm -rf "$$(cat .venv/where)"
	@rm -rf .venv
