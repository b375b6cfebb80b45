// Memory for runs. Each makes and drops some fifty thousand small things, and a general allocator
// takes a fifth of its time; this one hands a block on to the next that is of its size, and returns
// none to the system. It replaces the global operators, which is all that the rest knows of it.
//
// A thread keeps what it frees: nothing is shared, and nothing is locked. Not for sanitizers, which
// watch the operators themselves.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <sys/mman.h>

namespace {

// Stands before each block, and keeps what follows it aligned.
struct alignas(__STDCPP_DEFAULT_NEW_ALIGNMENT__) Head {
    std::size_t size_class;
    Head* next;  // while it is free
};

// Sizes, the head included: steps of 32 bytes up to 1 KiB, then powers of two.
constexpr std::size_t step = 32;
constexpr std::size_t stepped_max = 1024;
constexpr std::size_t steps = stepped_max / step;
constexpr std::size_t block_max = 64 * stepped_max;
constexpr std::size_t classes = steps + std::bit_width(block_max / stepped_max);
constexpr std::size_t no_class = classes;            // larger ones are malloc's
constexpr std::size_t slab_bytes = 2 * 1024 * 1024;  // a huge page

std::size_t class_of(std::size_t size) {
    if (size <= stepped_max) return (size - 1) / step;
    return steps + static_cast<std::size_t>(std::bit_width((size - 1) / stepped_max)) - 1;
}

std::size_t size_of(std::size_t size_class) {
    if (size_class < steps) return (size_class + 1) * step;
    return stepped_max << (size_class - steps + 1);
}

struct Pool {
    std::array<Head*, classes> free{};
    std::byte* slab = nullptr;  // what is left of the latest
    std::size_t slab_left = 0;
};
constinit thread_local Pool pool;

void* require(void* memory) {
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

// A run goes all over its memory: in small pages it would miss the processor's table of them.
void* make_slab() {
    void* const slab = require(std::aligned_alloc(slab_bytes, slab_bytes));
    static_cast<void>(::madvise(slab, slab_bytes, MADV_HUGEPAGE));  // does no harm when refused
    return slab;
}

Head* cut_from_slab(std::size_t size_class) {
    const auto size = size_of(size_class);
    if (pool.slab_left < size) {
        pool.slab = static_cast<std::byte*>(make_slab());
        pool.slab_left = slab_bytes;
    }
    auto* const head = ::new (pool.slab) Head{size_class, nullptr};
    pool.slab += size;
    pool.slab_left -= size;
    return head;
}

void* allocate(std::size_t bytes) {
    const auto size = bytes + sizeof(Head);
    if (size > block_max) return ::new (require(std::malloc(size))) Head{no_class, nullptr} + 1;
    const auto size_class = class_of(size);
    Head* const head = pool.free[size_class];
    if (head == nullptr) return cut_from_slab(size_class) + 1;
    pool.free[size_class] = head->next;
    __builtin_prefetch(head->next);  // the next one wanted; cold, since it was freed long ago
    return head + 1;
}

void release(void* memory) {
    if (memory == nullptr) return;
    Head* const head = static_cast<Head*>(memory) - 1;
    if (head->size_class == no_class) {
        std::free(head);
        return;
    }
    head->next = pool.free[head->size_class];
    pool.free[head->size_class] = head;
}

}  // namespace

// Arrays and the forms that do not throw come here too: so the standard has it.
void* operator new(std::size_t bytes) {
    return allocate(bytes);
}
void operator delete(void* memory) noexcept {
    release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    release(memory);
}
