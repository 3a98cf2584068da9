/* Go modules (golang.org/x/mod/semver) and Go's own releases.
 *
 * Modules: SemVer 2.0.0 with or without the leading 'v'; "+incompatible" and "+dirty" are builds
 * and have no weight; a pseudo-version is a pre-release like any other. Releases of Go are
 * "go1.21.0", "1.21rc2" or "1.20": "rc2" behind the numbers is a pre-release there. A missing
 * number is zero; so "1.21" is "1.21.0" and behind "1.21rc1", as advisories mean it, and not the
 * language version that go.mod may name. Runtimes write more behind a blank ("go1.22.1
 * X:boringcrypto"): it counts for nothing. */
#include "base/i18n.h"
#include "version/semver_parts.h"
#include "version/text.h"
#include "version/version.h"

static struct str golang_skip_prefix(struct str text)
{
    text = str_first(text, str_index(text, ' '));
    if (str_starts(text, STR("go")))
        return str_from(text, 2);
    return text.len && text.data[0] == 'v' ? str_from(text, 1) : text;
}

/* The letters of "rc2", "beta1": the toolchain's pre-releases are compared word, then number. */
static struct str golang_take_word(struct str *rest)
{
    size_t n = 0;
    while (n < rest->len && version_is_alpha(rest->data[n]))
        n++;
    struct str word = str_first(*rest, n);
    *rest = str_from(*rest, n);
    return word;
}

struct golang_version {
    struct semver_parts parts;
    struct str word; /* of a release of Go: "rc"; else empty */
    struct str number;
};

static struct golang_version golang_split(struct str text)
{
    text = golang_skip_prefix(text);
    struct golang_version version = {.parts = semver_split(text)};
    size_t at = version.parts.numbers.len;
    if (at && at < text.len && version_is_alpha(text.data[at])) {
        struct str rest = version.parts.prerelease;
        version.word = golang_take_word(&rest);
        version.number = version_take_digits(&rest);
        if (rest.len)
            version.word = STR_NONE;
    }
    return version;
}

static int golang_compare(struct str a, struct str b)
{
    struct golang_version left = golang_split(a), right = golang_split(b);
    int order = semver_compare_numbers(left.parts.numbers, right.parts.numbers);
    if (order)
        return order;
    if (left.parts.has_prerelease != right.parts.has_prerelease)
        return left.parts.has_prerelease ? -1 : 1;
    if ((left.word.len > 0) != (right.word.len > 0))
        return left.word.len ? -1 : 1;
    if (!left.word.len)
        return semver_compare_identifiers(left.parts.prerelease, right.parts.prerelease, false);
    order = str_compare(left.word, right.word);
    return order ? order : version_compare_digits(left.number, right.number);
}

static bool golang_valid(struct str text)
{
    text = golang_skip_prefix(text);
    struct golang_version version = golang_split(text);
    if (version.word.len)
        return semver_count_numbers(version.parts.numbers) == 2 && !version.parts.has_build &&
               semver_is_strict(version.parts.numbers, SEMVER_ANY_NUMBERS);
    size_t count = semver_count_numbers(version.parts.numbers);
    bool bare = !version.parts.has_prerelease && !version.parts.has_build;
    return (count == 3 || (count < 3 && bare)) && semver_is_strict(text, SEMVER_ANY_NUMBERS);
}

const struct version_scheme version_scheme_golang = {
    .name = "golang",
    .help = N_("Go modules and Go itself (golang.org/x/mod/semver, go/version)"),
    .compare = golang_compare,
    .valid = golang_valid,
};
