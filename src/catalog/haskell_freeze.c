/* Reads the frozen versions of Haskell projects: cabal.project.freeze (Cabal, "any.name ==1.2.3" in
 * constraints) and stack.yaml.lock and stack.yaml (Stack, "hackage: name-1.2.3@sha256:..." and
 * "- name-1.2.3"). */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "catalog/text.h"

static void add(struct catalog_sink *sink, struct str name, struct str version,
                enum package_origin origin)
{
    struct package package = {
        .type = PACKAGE_HACKAGE, .origin = origin, .name = name, .version = version};
    if (name.len && text_is_version(version))
        catalog_add_package(sink, &package);
}

static void read_cabal(struct catalog_sink *sink, struct str text)
{
    struct str part;
    while (str_cut(&text, ',', &part)) {
        size_t equals = str_find(part, STR("=="));
        if (equals == SIZE_MAX)
            continue;
        struct str name = str_trim(str_first(part, equals));
        size_t blank = str_last_index(name, ' ');
        name = blank == SIZE_MAX ? name : str_from(name, blank + 1);
        name = str_starts(name, STR("any.")) ? str_from(name, 4) : name;
        struct str version = str_trim(str_from(part, equals + 2));
        for (size_t i = 0; i < version.len; i++)
            if (version.data[i] <= ' ' || version.data[i] == '|')
                version = str_first(version, i);
        add(sink, name, version, PACKAGE_LOCKED);
    }
}

/* "name-1.2.3[@sha256:...][,size]" */
static void add_stack(struct catalog_sink *sink, struct str text, enum package_origin origin)
{
    text = str_first(text_unquoted(text, '\''), str_index(text, '@'));
    size_t dash = str_last_index(text, '-');
    if (dash != SIZE_MAX)
        add(sink, str_first(text, dash), str_from(text, dash + 1), origin);
}

static void read_stack(struct catalog_sink *sink, struct str text, enum package_origin origin)
{
    struct str line;
    bool extra = false;
    while (str_cut(&text, '\n', &line)) {
        struct str word = str_trim(line);
        if (line.len && line.data[0] != ' ' && line.data[0] != '-')
            extra = str_is(word, "extra-deps:");
        if (str_starts(word, STR("hackage: ")))
            add_stack(sink, str_from(word, 9), origin);
        else if (extra && str_starts(word, STR("- ")))
            add_stack(sink, str_from(word, 2), origin);
    }
}

static int haskell_read(struct catalog_sink *sink, struct input *input, struct str companion,
                        struct pl_err *err)
{
    (void)companion;
    (void)err;
    if (str_ends(input->path, STR(".freeze")))
        read_cabal(sink, input->whole);
    else
        read_stack(sink, input->whole,
                   str_ends(input->path, STR(".lock")) ? PACKAGE_LOCKED : PACKAGE_DECLARED);
    return 0;
}

const struct cataloger cataloger_haskell_freeze = {
    .name = "haskell-freeze",
    .help = N_("Haskell packages of cabal.project.freeze, stack.yaml.lock and stack.yaml"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/cabal.project.freeze", "**/stack.yaml.lock", "**/stack.yaml",
                                   NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 32 * MIB,
    .read = haskell_read,
};
