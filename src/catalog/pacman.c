/* Reads pacman's database of installed packages: a folder a package, whose file "desc" has fields
 * as %NAME%, the value's lines and an empty line; "files" lists what belongs to it. Source: alpm's
 * libalpm/be_local.c, BUILDINFO(5), the Arch wiki's "Pacman". */
#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "catalog/relations.h"
#include "catalog/sink.h"

/* The lines of one field, up to the empty one. */
static struct str field(struct str text, const char *name)
{
    struct str line;
    while (str_cut(&text, '\n', &line)) {
        if (!str_is(str_trim(line), name))
            continue;
        size_t end = str_find(text, STR("\n\n"));
        return str_trim(str_first(text, end));
    }
    return STR_NONE;
}

static void read_desc(struct catalog_sink *sink, struct str text)
{
    struct str licenses[16], rest = field(text, "%LICENSE%"), line;
    struct package package = {
        .type = PACKAGE_ALPM,
        .name = field(text, "%NAME%"),
        .version = field(text, "%VERSION%"),
        .arch = field(text, "%ARCH%"),
        .source_name = field(text, "%BASE%"),
        .licenses = licenses,
    };
    package.source_version = package.source_name.len ? package.version : STR_NONE;
    while (package.license_count < ARRAY_LEN(licenses) && rest.len && str_cut(&rest, '\n', &line))
        licenses[package.license_count++] = str_trim(line);
    struct relations needs = {0}, provides = {0};
    if (catalog_wants_details(sink)) {
        relations_words(&needs, field(text, "%DEPENDS%"));
        relations_words(&provides, field(text, "%PROVIDES%"));
    }
    relations_put(&needs, &provides, &package);
    catalog_add_package(sink, &package);
    relations_free(&needs);
    relations_free(&provides);
}

/* "name" of var/lib/pacman/local/name-version-release/files. */
static struct str owner_of(struct str path)
{
    struct str folder = path_base(path_dir(path));
    for (int i = 0; i < 2; i++) {
        size_t dash = str_last_index(folder, '-');
        folder = str_first(folder, dash);
    }
    return folder;
}

static void read_files(struct catalog_sink *sink, struct str path, struct str text)
{
    struct str rest = field(text, "%FILES%"), line, owner = owner_of(path);
    while (rest.len && str_cut(&rest, '\n', &line))
        if (!str_ends(line, STR("/")))
            catalog_add_owned(sink, PACKAGE_ALPM, owner, line, CHECKSUM_UNKNOWN);
}

static int pacman_read(struct catalog_sink *sink, struct input *input, struct str companion,
                       struct pl_err *err)
{
    (void)companion;
    (void)err;
    if (str_ends(input->path, STR("/desc")))
        read_desc(sink, input->whole);
    else
        read_files(sink, input->path, input->whole);
    return 0;
}

const struct cataloger cataloger_pacman = {
    .name = "pacman",
    .help = N_("installed Arch Linux packages"),
    .group = "os",
    .version = 2,
    .wants = (const char *const[]){"**/var/lib/pacman/local/*/desc",
                                   "**/var/lib/pacman/local/*/files", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 32 * MIB,
    .read = pacman_read,
};
