/* Reads Conan's files: conan.lock of Conan 2 ("requires", "build_requires", "python_requires") and
 * of Conan 1 (graph_lock.nodes), conanfile.txt with exact versions, and conaninfo.txt. References
 * are "name/version[@user/channel][#revision][%time]": Conan's documentation, "Lockfiles". */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "catalog/text.h"
#include "io/json_doc.h"

static void add(struct catalog_sink *sink, struct str reference, enum package_origin origin,
                bool development)
{
    reference = str_trim(reference);
    reference = str_first(reference, str_index(reference, '#'));
    reference = str_first(reference, str_index(reference, '%'));
    struct str rest = str_first(reference, str_index(reference, '@')), name;
    if (!str_cut(&rest, '/', &name) || !text_is_version(rest))
        return; /* a range: [>1.0] */
    struct package package = {.type = PACKAGE_CONAN,
                              .origin = origin,
                              .development = development,
                              .name = name,
                              .version = rest};
    if (name.len)
        catalog_add_package(sink, &package);
}

static int read_lock(struct catalog_sink *sink, struct str text, struct pl_err *err)
{
    static const struct {
        const char *key;
        bool development;
    } lists[] = {{"requires", false}, {"build_requires", true}, {"python_requires", true}};
    AUTO_JSON *root = NULL;
    const char *key;
    size_t index;
    json_t *item;
    int r = json_document(text, &root, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        json_array_foreach(json_list(root, lists[i].key), index, item)
            add(sink, str_make(json_string_value(item), json_string_length(item)), PACKAGE_LOCKED,
                lists[i].development);
    json_object_foreach(json_member(json_member(root, "graph_lock"), "nodes"), key, item) add(
        sink, json_text(item, "ref"), PACKAGE_LOCKED, str_is(json_text(item, "context"), "build"));
    return 0;
}

/* Sections in brackets; references a line below [requires] and its like. */
static void read_sections(struct catalog_sink *sink, struct str text, enum package_origin origin)
{
    struct str line, section = STR_NONE;
    while (str_cut(&text, '\n', &line)) {
        line = str_trim(str_first(line, str_index(line, '#')));
        if (str_starts(line, STR("[")))
            section = line;
        else if (str_is(section, "[requires]") || str_is(section, "[full_requires]"))
            add(sink, str_first(line, str_index(line, ':')), origin, false);
        else if (str_is(section, "[tool_requires]") || str_is(section, "[build_requires]"))
            add(sink, line, origin, true);
    }
}

static int conan_read(struct catalog_sink *sink, struct input *input, struct str companion,
                      struct pl_err *err)
{
    (void)companion;
    if (str_ends(input->path, STR(".lock")))
        return read_lock(sink, input->whole, err);
    read_sections(sink, input->whole,
                  str_ends(input->path, STR("conaninfo.txt")) ? PACKAGE_INSTALLED
                                                              : PACKAGE_DECLARED);
    return 0;
}

const struct cataloger cataloger_conan = {
    .name = "conan",
    .help = N_("Conan packages of conan.lock, conanfile.txt and conaninfo.txt"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/conan.lock", "**/conanfile.txt", "**/conaninfo.txt", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 32 * MIB,
    .read = conan_read,
};
