#include "conduitd/program.hpp"

int main(int argc, char** argv) {
    return conduitd::run_program(argc, argv);
}
