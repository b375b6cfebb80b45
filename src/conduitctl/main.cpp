#include "conduitctl/program.hpp"

int main(int argc, char** argv) {
    return conduitctl::run_program(argc, argv);
}
