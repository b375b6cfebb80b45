#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace simulation {

// Something to be done once. It is moved and never copied, and stands in its own memory unless it
// is large: a run makes thousands of them.
class Task {
public:
    template <class Call>
    requires(!std::same_as<std::remove_cvref_t<Call>, Task> &&
             std::invocable<std::remove_cvref_t<Call>&>) Task(Call&& call) {
        store(std::forward<Call>(call));
    }
    Task(Task&& other) noexcept : kind_(other.kind_) { kind_->move(other.memory_, memory_); }
    Task& operator=(Task&& other) noexcept {
        if (this == &other) return *this;
        kind_->destroy(memory_);
        kind_ = other.kind_;
        kind_->move(other.memory_, memory_);
        return *this;
    }
    ~Task() { kind_->destroy(memory_); }

    void operator()() { kind_->call(memory_); }

    // Becomes another one, which is made in its place.
    template <class Call>
    void replace(Call&& call) {
        kind_->destroy(memory_);
        store(std::forward<Call>(call));
    }

private:
    template <class Call>
    void store(Call&& call) {
        using Stored = std::remove_cvref_t<Call>;
        if constexpr (sizeof(Stored) <= room && alignof(Stored) <= alignof(std::max_align_t) &&
                      std::is_nothrow_move_constructible_v<Stored>) {
            ::new (memory_) Stored(std::forward<Call>(call));
            kind_ = &kind_of<Stored>;
        } else {
            auto large = [stored = std::make_unique<Stored>(std::forward<Call>(call))] {
                (*stored)();
            };
            ::new (memory_) decltype(large)(std::move(large));
            kind_ = &kind_of<decltype(large)>;
        }
    }
    // What there is to know of a callable. A task that was moved from still has one to destroy.
    struct Kind {
        void (*call)(void* self);
        void (*move)(void* from, void* to);
        void (*destroy)(void* self);
    };
    template <class Stored>
    static constexpr Kind kind_of = {
        [](void* self) { (*static_cast<Stored*>(self))(); },
        [](void* from, void* to) { ::new (to) Stored(std::move(*static_cast<Stored*>(from))); },
        [](void* self) { static_cast<Stored*>(self)->~Stored(); },
    };
    // A frame on its way, with whom it is for, fits.
    static constexpr std::size_t room = 64;

    const Kind* kind_;
    alignas(std::max_align_t) std::byte memory_[room];
};

}  // namespace simulation
