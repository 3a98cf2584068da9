#include "catalog/details.h"

#include "base/base64.h"
#include "catalog/python_marker.h"

enum { HASHES_MAX = 8, HASH_BYTES_MAX = 64 };

static const struct {
    const char *name;
    size_t bytes;
} algorithms[] = {{"md5", 16}, {"sha1", 20}, {"sha256", 32}, {"sha384", 48}, {"sha512", 64}};

static size_t bytes_of(struct str algorithm)
{
    for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
        if (str_is(algorithm, algorithms[i].name))
            return algorithms[i].bytes;
    return 0;
}

bool details_start(struct details *details, const struct catalog_sink *sink)
{
    relations_clear(&details->needs);
    relations_clear(&details->hashes);
    return catalog_wants_details(sink);
}

void details_free(struct details *details)
{
    relations_free(&details->needs);
    relations_free(&details->hashes);
}

void details_put(const struct details *details, struct package *package)
{
    package->needs = details->needs.items.items;
    package->need_count = details->needs.items.count;
    package->hashes = details->hashes.items.items;
    package->hash_count = details->hashes.items.count;
}

static void add_hash(struct details *details, struct str algorithm, struct str hex)
{
    char text[2 * HASH_BYTES_MAX];
    size_t bytes = bytes_of(algorithm);
    if (!bytes || hex.len != 2 * bytes || details->hashes.items.count == HASHES_MAX)
        return;
    for (size_t i = 0; i < hex.len; i++) {
        char c = hex.data[i];
        text[i] = c >= 'A' && c <= 'F' ? (char)(c + 'a' - 'A') : c;
        if (!(text[i] >= '0' && text[i] <= '9') && !(text[i] >= 'a' && text[i] <= 'f'))
            return;
    }
    struct relations *hashes = &details->hashes;
    for (size_t i = 0; i < hashes->items.count; i++) /* one of an algorithm: they are members */
        if (str_starts(hashes->items.items[i], algorithm) &&
            hashes->items.items[i].data[algorithm.len] == ':')
            return;
    *VEC_ADD(&hashes->items) = arena_printf(&hashes->arena, "%.*s:%.*s", STR_ARG(algorithm),
                                            STR_ARG(str_make(text, hex.len)));
}

void details_hash(struct details *details, const char *algorithm, struct str hex)
{
    add_hash(details, str_of(algorithm), hex);
}

static void add_base64(struct details *details, struct str algorithm, struct str base64)
{
    AUTO_BUF bytes = {0};
    AUTO_BUF hex = {0};
    if (base64.len > 2 * HASH_BYTES_MAX || !base64_decode(base64, &bytes) ||
        bytes.len > HASH_BYTES_MAX)
        return;
    for (size_t i = 0; i < bytes.len; i++)
        buf_printf(&hex, "%02x", (unsigned char)bytes.data[i]);
    add_hash(details, algorithm, buf_str(&hex));
}

void details_hash_base64(struct details *details, const char *algorithm, struct str base64)
{
    add_base64(details, str_of(algorithm), base64);
}

void details_hash_prefixed(struct details *details, struct str text)
{
    struct str algorithm;
    if (str_cut(&text, ':', &algorithm))
        add_hash(details, algorithm, text);
}

void details_integrity(struct details *details, struct str text)
{
    struct str one, algorithm;
    /* Past so many the list is full anyway: each word is looked at, so not the rest. */
    for (int i = 0; i < 4 * HASHES_MAX && str_cut(&text, ' ', &one); i++)
        if (str_cut(&one, '-', &algorithm))
            add_base64(details, algorithm, str_first(one, str_index(one, '?')));
}

void details_need_names(struct details *details, const json_t *names)
{
    const char *name;
    json_t *value;
    size_t index;
    json_object_foreach((json_t *)(uintptr_t)names, name, value)
        relations_add(&details->needs, str_of(name));
    json_array_foreach(names, index, value) relations_add(
        &details->needs, str_make(json_string_value(value), json_string_length(value)));
}

void details_need_python(struct details *details, struct str specifier)
{
    size_t len = 0, semicolon = str_index(specifier, ';');
    struct str name = str_trim(str_first(specifier, semicolon));
    if (semicolon != SIZE_MAX && python_marker_excludes_plain(str_from(specifier, semicolon + 1)))
        return;
    while (len < name.len && !strchr(" \t[(<>=!~@", name.data[len]))
        len++;
    relations_add(&details->needs, str_first(name, len));
}
