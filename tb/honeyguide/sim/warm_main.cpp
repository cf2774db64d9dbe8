// The main program of every simulation: cocotb's own, or that of a warm simulator, which first loads
// Python with all that the tests import and then forks itself for each run (warm.py, keeper.py):
//
//   HONEYGUIDE_WARM not set    cocotb_main(argc, argv)
//   HONEYGUIDE_WARM=keeper     load libpython, initialise it, keeper.keep() --fork--> cocotb_main(...)
//
// A run is forked before the model is made, so it starts with its own seed and start values, in a
// process of its own, as if it had been started alone. Its Python is not taken to pieces at the end:
// that would touch, and so copy, all that it shares with the keeper; keeper.leave() does what else
// happens then.

#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#define main cocotb_main
#include "verilator.cpp"
#undef main

namespace {

bool forked = false;  // from a keeper

int run_python(const char* code) {
    auto run = reinterpret_cast<int (*)(const char*)>(dlsym(RTLD_DEFAULT, "PyRun_SimpleString"));
    return run ? run(code) : -1;
}

// What cocotb does with GPI_USERS in the simulation: `library;library,function`. Python is loaded
// and initialised so; a second initialisation in the run is then left out.
bool load_users(const std::string& users, std::string& libraries) {
    size_t at = 0;
    while (at <= users.size()) {
        size_t end = users.find(';', at);
        if (end == std::string::npos) end = users.size();
        const std::string user = users.substr(at, end - at);
        at = end + 1;
        const size_t comma = user.rfind(',');
        const std::string library = user.substr(0, comma);
        void* handle = dlopen(library.c_str(), RTLD_LAZY | RTLD_GLOBAL);
        if (!handle) return false;
        if (!libraries.empty()) libraries += ';';
        libraries += library;
        if (comma == std::string::npos) continue;
        void* function = dlsym(handle, user.substr(comma + 1).c_str());
        if (!function) return false;
        reinterpret_cast<void (*)()>(function)();
    }
    return true;
}

// Python ends every string of HONEYGUIDE_ARGUMENTS with a newline, which no argument has.
std::vector<std::string> given_arguments() {
    std::vector<std::string> words;
    const char* text = getenv("HONEYGUIDE_ARGUMENTS");
    std::string word;
    for (; text && *text; ++text) {
        if (*text != '\n') {
            word += *text;
            continue;
        }
        words.push_back(word);
        word.clear();
    }
    return words;
}

int failed(const char* what) {
    fprintf(stderr, "honeyguide: the warm simulator can't start: %s\n", what);
    return 1;
}

}  // namespace

// cocotb's end of Python finds this one first, if the simulation exports its symbols.
extern "C" void Py_Finalize() {
    if (forked && run_python("from honeyguide.sim import keeper; keeper.leave()") == 0) return;
    auto end = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "Py_FinalizeEx"));
    if (end) end();
}

int main(int argc, char** argv) {
    const char* keeper = getenv("HONEYGUIDE_WARM");
    if (!keeper) return cocotb_main(argc, argv);
    const char* users = getenv("GPI_USERS");
    std::string libraries;
    if (!users || !load_users(users, libraries)) return failed("Python can't be loaded");
    const std::string code = std::string("import ") + keeper + "; " + keeper + ".keep()";
    // Returns in the process of a run; the keeper itself ends in there.
    if (run_python(code.c_str())) return failed("an exception");
    forked = true;
    setenv("GPI_USERS", libraries.c_str(), 1);
    std::vector<std::string> words = given_arguments();
    unsetenv("HONEYGUIDE_ARGUMENTS");
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(&word[0]);
    pointers.push_back(nullptr);
    // What cocotb leaves in static variables lives as long as this frame, so does `words`.
    return cocotb_main(static_cast<int>(words.size()), pointers.data());
}
