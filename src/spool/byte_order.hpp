#pragma once

#include <boost/endian/conversion.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Integers in the spool's files: little-endian, unaligned.
namespace conduitd {

template <class Integer>
void store_little(char* out, Integer value) {
    boost::endian::endian_store<Integer, sizeof(Integer), boost::endian::order::little>(
        reinterpret_cast<unsigned char*>(out), value);
}

template <class Integer>
[[nodiscard]] Integer load_little(const char* bytes) {
    return boost::endian::endian_load<Integer, sizeof(Integer), boost::endian::order::little>(
        reinterpret_cast<const unsigned char*>(bytes));
}

template <class Integer>
void append_little(std::string& out, Integer value) {
    char bytes[sizeof(Integer)];
    store_little(bytes, value);
    out.append(bytes, sizeof bytes);
}

// Takes fields from the front of a text. Whoever reads past its end gets zeros, and is_whole()
// says so afterwards.
class FieldReader {
public:
    explicit FieldReader(std::string_view bytes) : rest_(bytes) {}

    template <class Integer>
    [[nodiscard]] Integer take() {
        const auto bytes = take_bytes(sizeof(Integer));
        return bytes.empty() ? Integer{} : load_little<Integer>(bytes.data());
    }

    // Empty when there are not so many.
    [[nodiscard]] std::string_view take_bytes(std::size_t count) {
        if (rest_.size() < count) {
            has_run_out_ = true;
            rest_ = {};
            return {};
        }
        const auto bytes = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return bytes;
    }

    // Every field was there, and nothing is left.
    [[nodiscard]] bool is_whole() const { return !has_run_out_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool has_run_out_ = false;
};

}  // namespace conduitd
