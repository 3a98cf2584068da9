#include "version/semver_parts.h"

#include "version/text.h"

struct str semver_skip_prefix(struct str text)
{
    text = str_trim(text);
    if (text.len && text.data[0] == '=')
        text = str_trim(str_from(text, 1));
    if (text.len && (text.data[0] == 'v' || text.data[0] == 'V'))
        text = str_trim(str_from(text, 1));
    return text;
}

struct semver_parts semver_split(struct str text)
{
    struct semver_parts parts = {.prerelease = STR_NONE};
    size_t plus = str_index(text, '+'), n = 0;
    if (plus != SIZE_MAX) {
        parts.has_build = true;
        parts.build = str_from(text, plus + 1);
        text = str_first(text, plus);
    }
    while (n < text.len &&
           (version_is_digit(text.data[n]) ||
            (text.data[n] == '.' && n + 1 < text.len && version_is_digit(text.data[n + 1]))))
        n++;
    parts.numbers = str_first(text, n);
    parts.prerelease = str_from(text, n);
    parts.has_prerelease = parts.prerelease.len > 0;
    if (parts.has_prerelease && parts.prerelease.data[0] == '-')
        parts.prerelease = str_from(parts.prerelease, 1);
    return parts;
}

int semver_compare_numbers(struct str a, struct str b)
{
    while (a.len || b.len) {
        struct str left = version_take_digits(&a), right = version_take_digits(&b);
        int order = version_compare_digits(left, right);
        if (order)
            return order;
        a = str_from(a, 1); /* the dot */
        b = str_from(b, 1);
    }
    return 0;
}

bool semver_is_number(struct str text)
{
    struct str rest = text;
    version_take_digits(&rest);
    return text.len && !rest.len;
}

static char semver_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int semver_compare_words(struct str a, struct str b, bool ignore_case)
{
    if (!ignore_case)
        return str_compare(a, b);
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        unsigned char left = (unsigned char)semver_lower(a.data[i]);
        unsigned char right = (unsigned char)semver_lower(b.data[i]);
        if (left != right)
            return left < right ? -1 : 1;
    }
    return (a.len > b.len) - (a.len < b.len);
}

int semver_compare_identifiers(struct str a, struct str b, bool ignore_case)
{
    struct str left, right;
    for (;;) {
        bool has_left = str_cut(&a, '.', &left), has_right = str_cut(&b, '.', &right);
        if (!has_left || !has_right)
            return has_left - has_right;
        bool left_number = semver_is_number(left), right_number = semver_is_number(right);
        if (left_number != right_number)
            return left_number ? -1 : 1;
        int order = left_number ? version_compare_digits(left, right)
                                : semver_compare_words(left, right, ignore_case);
        if (order)
            return order < 0 ? -1 : 1;
    }
}

int semver_compare_parts(const struct semver_parts *a, const struct semver_parts *b)
{
    int order = semver_compare_numbers(a->numbers, b->numbers);
    if (order)
        return order;
    if (a->has_prerelease != b->has_prerelease)
        return a->has_prerelease ? -1 : 1;
    return semver_compare_identifiers(a->prerelease, b->prerelease, false);
}

size_t semver_count_numbers(struct str numbers)
{
    size_t count = numbers.len > 0;
    for (size_t i = 0; i < numbers.len; i++)
        count += numbers.data[i] == '.';
    return count;
}

static bool semver_has_zeros(struct str number)
{
    return number.len > 1 && number.data[0] == '0';
}

static bool semver_are_identifiers(struct str text, bool zeros)
{
    struct str part;
    while (str_cut(&text, '.', &part)) {
        if (!part.len || (!zeros && semver_is_number(part) && semver_has_zeros(part)))
            return false;
        for (size_t i = 0; i < part.len; i++)
            if (!version_is_digit(part.data[i]) && !version_is_alpha(part.data[i]) &&
                part.data[i] != '-')
                return false;
    }
    return true;
}

bool semver_is_strict(struct str text, unsigned flags)
{
    struct semver_parts parts = semver_split(text);
    bool zeros = flags & SEMVER_ZEROS;
    struct str rest = parts.numbers, number;
    if (!parts.numbers.len || parts.numbers.data[0] == '.' ||
        (!(flags & SEMVER_ANY_NUMBERS) && semver_count_numbers(parts.numbers) != 3))
        return false;
    while (str_cut(&rest, '.', &number))
        if (!number.len || (!zeros && semver_has_zeros(number)))
            return false;
    if (parts.has_prerelease &&
        (text.data[parts.numbers.len] != '-' || !semver_are_identifiers(parts.prerelease, zeros) ||
         !parts.prerelease.len))
        return false;
    return !parts.has_build || (parts.build.len && semver_are_identifiers(parts.build, true));
}
